import type { BuiltStation } from '../build-station.ts';
import type { LearningView } from '../domain/snapshot.ts';
import { type LineOptions, openLine } from './open-line.ts';
import { EXIT, type Output } from './output.ts';
import { scannedLines } from './run-units.ts';

/**
 * `slots learn`: says into which slot a unit goes next, until each had its turn; then keeps what was learnt. On the terminal `s` skips
 * a slot, `u` takes the last turn back, `f` finishes early, `c` and Ctrl-C keep nothing. On a virtual line the units plug themselves in.
 */
export async function learnSlotsCommand(
  options: LineOptions,
  slot: string | undefined,
  output: Output,
): Promise<number> {
  const line = await openLine(options, output);
  if ('exit' in line) return line.exit;
  const { station } = line.built;
  try {
    const started = await station.call('learnSlots', { action: 'start', ...(slot === undefined ? {} : { slot }) });
    if (!started.ok) return output.failed(started.failure);
    const asked = line.kind === 'real' ? obeyTerminal(station, output) : new Promise<never>(() => {});
    const bench = line.kind === 'virtual' ? line.built.bench : undefined;
    const prompt = (present: string): void => {
      if (!output.json) console.error(`Plug a unit into slot ${present}.${bench === undefined ? KEYS_HELP : ''}`);
      void bench?.plug(present, undefined);
    };
    const round = guide(station, prompt, output);
    const decision = await Promise.race([asked, interrupted(), round.over]);
    const slots = round.slots();
    const done = await station.call('learnSlots', { action: decision });
    if (!done.ok) return output.failed(done.failure);
    if (decision === 'cancel') {
      output.result({ ok: false, kept: false }, 'Cancelled; every slot has the port it had.');
      return EXIT.bad;
    }
    for (const { slot: name, portPath, state } of slots) {
      output.result(
        { ok: true, slot: name, portPath: portPath ?? null, state },
        `slot ${name.padEnd(4)} ${(portPath ?? 'no port').padEnd(12)} ${state}`,
      );
    }
    return EXIT.good;
  } finally {
    process.stdin.destroy(); // a terminal that stays open would keep the process alive
    await line.built.close();
  }
}

const KEYS_HELP = ' (s skips it, u takes the last one back, f finishes, c cancels)';

/** Prompts for one slot after the other; `over` resolves once every slot had its turn. */
function guide(station: BuiltStation['station'], prompt: (slot: string) => void, output: Output) {
  let last: LearningView | undefined;
  const over = new Promise<'finish'>((resolve) => {
    station.subscribe(({ learning }) => {
      if (learning === undefined) return;
      const before = last;
      last = learning;
      if (learning.refused !== undefined && learning.refused !== before?.refused) output.failed(learning.refused);
      if (learning.present === undefined) resolve('finish');
      else if (learning.present !== before?.present) prompt(learning.present);
    });
  });
  return { over, slots: () => last?.slots ?? [] };
}

/** Obeys the letters typed, each with Enter, until one of them ends the round. */
async function obeyTerminal(station: BuiltStation['station'], output: Output): Promise<'finish' | 'cancel'> {
  for await (const { text } of scannedLines(process.stdin)) {
    const letter = text.trim().toLowerCase();
    if (letter === 'f') return 'finish';
    if (letter === 'c') return 'cancel';
    if (letter !== 's' && letter !== 'u') continue;
    const done = await station.call('learnSlots', { action: letter === 's' ? 'skip' : 'undo' });
    if (!done.ok) output.failed(done.failure);
  }
  return new Promise(() => {}); // no terminal: the round ends by itself, or by a signal
}

function interrupted(): Promise<'cancel'> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve('cancel'));
  });
}
