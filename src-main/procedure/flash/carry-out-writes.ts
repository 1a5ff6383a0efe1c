import { type Failure, failureOf, StationError } from '../../domain/failure.ts';
import type { VisitFigures } from '../../domain/slot-health.ts';
import type { PlannedWrite } from '../../firmware/flash-plan.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import { type ProgressRange, progressAt } from '../plan-progress.ts';
import type { StepContext } from '../procedure.ts';
import { beginVisit, type FlashVisit } from './flash-visit.ts';
import { createTally } from './tally.ts';
import { type ModuleProgress, type WriteRecord, writeModule } from './write-module.ts';

/** What one visit to DFU mode did, whether it came to its end or not. */
export type VisitRecord = {
  readonly writes: readonly WriteRecord[];
  readonly figures: VisitFigures;
  readonly failure?: Failure;
};

/**
 * Carries out the writes of a plan in one visit to DFU mode, and sends the unit out of it at the end: it restarts by itself. Waits for
 * the slot's turn first. Never rejects but for the stop of the run: what went wrong is in the record, beside what was done.
 */
export async function carryOutWrites(
  writes: readonly PlannedWrite[],
  unit: UsbUnit,
  context: StepContext,
  range: ProgressRange = [0, 1],
): Promise<VisitRecord> {
  const giveTurnBack = await context.flashTurn(context.signal);
  const tally = createTally();
  const visit = beginVisit(unit, context);
  const records: WriteRecord[] = [];
  const overall = overallProgress(writes, range, context);
  try {
    for (const [index, write] of writes.entries()) {
      records.push(await writeModule(write, visit, tally, context, (progress) => overall(index, progress)));
    }
    await leave(visit);
    return { writes: records, figures: tally.figures() };
  } catch (thrown) {
    return { writes: records, figures: tally.figures(), failure: failureOf(thrown) };
  } finally {
    await visit.close();
    giveTurnBack();
  }
}

/** A request to leave that the unit refused is made once more, from a clean state; the step `restart` has the last word. */
async function leave(visit: FlashVisit): Promise<void> {
  try {
    await visit.leave();
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.code !== 'usb/transfer-failed') throw thrown;
    await visit.close();
    await visit.leave();
  }
}

/** One figure over all writes, by their sizes, that never goes back. */
function overallProgress(writes: readonly PlannedWrite[], range: ProgressRange, context: StepContext) {
  const total = writes.reduce((sum, write) => sum + write.bytes.length, 0);
  let highest = 0;
  return (index: number, { share, phase, doneBytes, totalBytes }: Parameters<ModuleProgress>[0]): void => {
    const before = writes.slice(0, index).reduce((sum, write) => sum + write.bytes.length, 0);
    const size = writes[index]?.bytes.length ?? 0;
    highest = Math.max(highest, (before + share * size) / total);
    const overall = progressAt(range, highest);
    context.progress({ what: writes[index]?.what ?? '', phase, doneBytes, totalBytes, overall });
  };
}
