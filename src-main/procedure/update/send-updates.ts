import { type Failure, failure, failureOf } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PlannedMark, PlannedUpdate } from '../../firmware/flash-plan.ts';
import type { UnitIdentity } from '../facts.ts';
import { type ProgressRange, progressAt } from '../plan-progress.ts';
import type { StepContext } from '../procedure.ts';
import { waitForNormal } from '../unit/wait-for-normal.ts';
import { sendUpdate } from './send-update.ts';

/** What became of several updates: those done, and why no further one was. `refused`: the result code, when the unit said no. */
export type UpdatesEnd = {
  readonly records: readonly JsonObject[];
  readonly failure?: Failure;
  readonly refused?: number;
};

/**
 * Carries out updates and marks in order, and stops at the first that is not taken. Never rejects: what was done by then is in the
 * records, also when the run was stopped or the unit lost.
 */
export async function sendUpdates(
  updates: readonly (PlannedUpdate | PlannedMark)[],
  identity: UnitIdentity,
  context: StepContext,
  range: ProgressRange,
): Promise<UpdatesEnd> {
  const records: JsonObject[] = [];
  try {
    return { records, ...(await sendEach(updates, identity, context, range, records)) };
  } catch (thrown) {
    return { records, failure: failureOf(context.signal.aborted ? context.signal.reason : thrown) };
  }
}

async function sendEach(
  updates: readonly (PlannedUpdate | PlannedMark)[],
  identity: UnitIdentity,
  context: StepContext,
  range: ProgressRange,
  records: JsonObject[],
): Promise<Omit<UpdatesEnd, 'records'>> {
  const total = updates.reduce((sum, update) => sum + sizeOf(update), 0);
  let before = 0;
  for (const update of updates) {
    if ('mark' in update) {
      const ended = await setMark(update, context);
      if (ended !== undefined) return ended;
      records.push({ what: update.what });
      continue;
    }
    const done = before;
    const ended = await sendUpdate(update, identity, context, (doneBytes) => {
      const totalBytes = update.bytes.length;
      const overall = progressAt(range, (done + doneBytes) / total);
      context.progress({ what: update.what, phase: 'write', doneBytes, totalBytes, overall });
    });
    records.push(ended.record);
    if (ended.end === 'refused') return { failure: ended.failure, refused: ended.refused };
    if (ended.end === 'failed') return { failure: ended.failure };
    before += sizeOf(update);
  }
  return {};
}

function sizeOf(update: PlannedUpdate | PlannedMark): number {
  return 'mark' in update ? 0 : update.bytes.length;
}

/** Request 73: why the mark is not there; undefined when it is. */
async function setMark(mark: PlannedMark, context: StepContext): Promise<Omit<UpdatesEnd, 'records'> | undefined> {
  const unit = await waitForNormal(context);
  if (!unit.ok) return { failure: unit.failure };
  const session = await context.ports.control.open(unit.value, context.signal);
  try {
    const answer = await session.setSetupDone();
    if (!('refused' in answer)) return undefined;
    const { refused } = answer;
    const detail = `The unit refused the ${mark.what} with ${refused}.`;
    return { failure: failure('update/refused', detail, { result: refused }), refused };
  } finally {
    await session.close();
  }
}
