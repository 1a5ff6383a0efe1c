import { openAuditLog, openAuditLogReadOnly } from '../adapters/audit/audit-log.sqlite.ts';
import { VIRTUAL_LEARNT_FILE } from '../build-virtual-station.ts';
import { type Failure, failureOf, type Result, StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { SlotHealth } from '../domain/slot-health.ts';
import { openLearntPorts } from '../station/learnt-ports.ts';
import { SlotHealthBook } from '../station/slot-health-book.ts';
import type { SlotPort } from '../station/slot-ports.ts';
import { SlotTeaching } from '../station/slot-teaching.ts';
import { readStationFile } from '../station/station-file.ts';
import type { LineOptions } from './open-line.ts';
import { EXIT, type Output } from './output.ts';
import { virtualSlots } from './virtual-slots.ts';

/** The slots of a line as its files tell them: no USB, no cloud, and no right to write, so also beside a running station. */
type KnownSlots = {
  readonly slots: readonly { readonly name: string; readonly portPath?: string | undefined }[];
  readonly data: string;
  readonly learntFile: string;
  readonly isVirtual: boolean;
};

/** `slots list`: each slot with its port, who said so, and its health by the last runs on record. */
export async function listSlotsCommand(options: LineOptions, output: Output): Promise<number> {
  const known = await knownSlots(options);
  if (!known.ok) return refused(known.failure, output);
  const { slots, data, learntFile, isVirtual } = known.value;
  const teaching = new SlotTeaching({
    slots,
    kept: openLearntPorts(data, learntFile),
    note: () => {},
    busySlots: () => [],
    changed: () => {},
  });
  if (teaching.unreadable !== undefined) return output.failed(teaching.unreadable);
  const names = slots.map(({ name }) => name);
  const health = readHealth(names, data, isVirtual);
  if (!health.ok) return output.failed(health.failure);
  for (const [name, port] of teaching.ports()) report(name, port, health.value(name), output);
  return EXIT.good;
}

/** `slots forget`: drops what one slot, or every slot, was taught. The station itself must not be running: it holds the record. */
export async function forgetSlotsCommand(
  options: LineOptions,
  slot: string | undefined,
  output: Output,
): Promise<number> {
  const known = await knownSlots(options);
  if (!known.ok) return refused(known.failure, output);
  const { slots, data, learntFile } = known.value;
  try {
    const audit = openAuditLog(data);
    try {
      const kept = openLearntPorts(data, learntFile);
      const note = (kind: string, body: JsonObject): void => audit.note(kind, body);
      const teaching = new SlotTeaching({ slots, kept, note, busySlots: () => [], changed: () => {} });
      const done = teaching.forget(slot);
      if (!done.ok) return output.failed(done.failure);
      output.result(
        { ok: true, forgotten: slot ?? 'all' },
        slot === undefined ? 'Every slot has forgotten its port.' : `Slot ${slot} has forgotten its port.`,
      );
      return EXIT.good;
    } finally {
      audit.close();
    }
  } catch (thrown) {
    return output.failed(failureOf(thrown));
  }
}

async function knownSlots(options: LineOptions): Promise<Result<KnownSlots>> {
  if (options.station === undefined) {
    const slots = virtualSlots(options);
    if (!slots.ok) return slots;
    return {
      ok: true,
      value: { slots: slots.value, data: options.data, learntFile: VIRTUAL_LEARNT_FILE, isVirtual: true },
    };
  }
  const file = await readStationFile(options.station);
  if (!file.ok) return file;
  const { slots, data, rehearsal } = file.value;
  return {
    ok: true,
    value: { slots, data: options.hasOwnData ? options.data : data, learntFile: 'slots.json', isVirtual: rehearsal },
  };
}

function refused(why: Failure, output: Output): number {
  const exit = output.failed(why);
  return why.code === 'request/invalid' ? EXIT.misuse : exit;
}

/** What the record says of the slots; a line without a record has slots of which nothing is known. */
function readHealth(names: readonly string[], data: string, isVirtual: boolean): Result<(name: string) => SlotHealth> {
  try {
    const audit = openAuditLogReadOnly(data);
    try {
      const book = new SlotHealthBook(names, audit, isVirtual);
      return { ok: true, value: (name) => book.of(name) };
    } finally {
      audit.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.code !== 'audit/missing') {
      return { ok: false, failure: failureOf(thrown) };
    }
    const book = new SlotHealthBook(names, { recentRuns: () => [] }, isVirtual);
    return { ok: true, value: (name) => book.of(name) };
  }
}

const ORIGIN = { learnt: 'learnt', 'station-file': 'by the station file', nowhere: 'to be taught' } as const;

function report(name: string, { portPath, from }: SlotPort, health: SlotHealth, output: Output): void {
  const { slot: _name, ...figures } = health;
  const value = { ok: true, slot: name, portPath: portPath ?? null, from, health: figures };
  const head = `slot ${name.padEnd(4)} ${(portPath ?? 'no port').padEnd(12)} ${ORIGIN[from].padEnd(20)}`;
  const speed = health.bytesPerSecond === undefined ? '' : `  ${(health.bytesPerSecond / 1024).toFixed(1)} KB/s`;
  const text = `${head} ${health.verdict.padEnd(8)} ${health.runs} runs${speed}`;
  output.result(
    JSON.parse(JSON.stringify(value)) as JsonObject,
    health.why === undefined ? text : `${text}\n          ${health.why}`,
  );
}
