import { createInterface } from 'node:readline';
import type { BuiltStation } from '../build-station.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { EXIT, type Output } from './output.ts';
import { runAsJson, runAsText } from './run-result.ts';

/**
 * Builds units without a screen: takes labels from `labels` (a scanner on standard input, or the virtual shelf), gives each to the
 * station as soon as a slot is free, prints a result as each run ends. Takes no more labels once `stop` aborts, though more may
 * come; the runs there are still end and are printed. `full`: QA, write everything, also what the units already hold. Exit 0 only when every label ended in a PASS that is on record.
 */
export async function runUnits(
  built: BuiltStation,
  labels: AsyncIterable<{ readonly text: string; readonly slot?: string }>,
  output: Output,
  stop: AbortSignal,
  full = false,
): Promise<number> {
  const { station, ports } = built;
  const endings = watchEndings(station);
  const open: Promise<void>[] = [];
  let allPassed = true;
  let any = false;
  for await (const { text, slot } of untilStopped(labels, stop)) {
    any = true;
    for (;;) {
      const freed = endings.next();
      const answer = await station.call('scan', { text, full, ...(slot === undefined ? {} : { slot }) });
      if (!answer.ok && answer.failure.code === 'slot/none-free' && endings.isAnyRunning()) {
        await freed;
        continue;
      }
      if (!answer.ok) {
        allPassed = false;
        output.failed(answer.failure);
      } else if (answer.value.runId !== undefined) {
        const { runId } = answer.value;
        open.push(
          endings.of(runId).then(() => {
            const run = ports.audit.readRun(runId);
            allPassed &&= run?.ended?.outcome === 'PASS';
            if (run !== undefined) output.result(runAsJson(run), runAsText(run));
          }),
        );
      }
      break;
    }
  }
  await Promise.all(open);
  return any && allPassed ? EXIT.good : EXIT.bad;
}

/** The same items, ending when the signal aborts: a scanner that stays plugged in never ends by itself. */
async function* untilStopped<Item>(items: AsyncIterable<Item>, stop: AbortSignal): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  const stopped = new Promise<undefined>((resolve) => {
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

/** The lines of standard input, as a scanner with Enter behind each code types them; blank ones are passed over. */
export async function* scannedLines(input: NodeJS.ReadableStream): AsyncGenerator<{ text: string }> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield { text: line };
  }
}

/** Turns snapshots into "this run has ended" and "some run has ended". */
function watchEndings(station: BuiltStation['station']) {
  const ended = new Set<string>();
  const waiting = new Map<string, () => void>();
  let onNext: (() => void)[] = [];
  let running = 0;
  station.subscribe((snapshot: Snapshot) => {
    running = snapshot.slots.filter((slot) => slot.run !== undefined && slot.run.ended === undefined).length;
    for (const { run } of snapshot.slots) {
      if (run?.ended === undefined || ended.has(run.runId)) continue;
      ended.add(run.runId);
      waiting.get(run.runId)?.();
      for (const wake of onNext) wake();
      onNext = [];
    }
  });
  return {
    isAnyRunning: () => running > 0,
    next: () => new Promise<void>((resolve) => onNext.push(resolve)),
    of: (runId: string) =>
      ended.has(runId) ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(runId, resolve)),
  };
}
