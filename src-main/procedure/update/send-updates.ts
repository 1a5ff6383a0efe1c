import { type Failure, failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PlannedMark, PlannedUpdate } from '../../firmware/flash-plan.ts';
import type { UnitIdentity } from '../facts.ts';
import type { StepContext } from '../procedure.ts';
import { sendUpdate } from './send-update.ts';

/** What became of several updates: those done, and why no further one was. `refused`: the result code, when the unit said no. */
export type UpdatesEnd = {
  readonly records: readonly JsonObject[];
  readonly failure?: Failure;
  readonly refused?: number;
};

/** Carries out updates and marks in order, and stops at the first that is not taken. Rejects only as sendUpdate does. */
export async function sendUpdates(
  updates: readonly (PlannedUpdate | PlannedMark)[],
  identity: UnitIdentity,
  context: StepContext,
): Promise<UpdatesEnd> {
  const total = updates.reduce((sum, update) => sum + sizeOf(update), 0);
  const records: JsonObject[] = [];
  let before = 0;
  for (const update of updates) {
    if ('mark' in update) {
      const refused = await setMark(context);
      if (refused !== undefined) {
        const found = failure('update/refused', `The unit refused the ${update.what} with ${refused}.`, {
          result: refused,
        });
        return { records, failure: found, refused };
      }
      records.push({ what: update.what });
      continue;
    }
    const done = before;
    const ended = await sendUpdate(update, identity, context, (doneBytes) => {
      const totalBytes = update.bytes.length;
      context.progress({
        what: update.what,
        phase: 'write',
        doneBytes,
        totalBytes,
        overall: (done + doneBytes) / total,
      });
    });
    records.push(ended.record);
    if (ended.end === 'refused') return { records, failure: ended.failure, refused: ended.refused };
    if (ended.end === 'failed') return { records, failure: ended.failure };
    before += sizeOf(update);
  }
  return { records };
}

function sizeOf(update: PlannedUpdate | PlannedMark): number {
  return 'mark' in update ? 0 : update.bytes.length;
}

/** Request 73; the result code when the unit refuses it. */
async function setMark({ ports, presence, signal }: StepContext): Promise<number | undefined> {
  const unit = await presence.waitFor(({ mode }) => mode === 'normal', signal);
  const session = await ports.control.open(unit, signal);
  try {
    const answer = await session.setSetupDone();
    return 'refused' in answer ? answer.refused : undefined;
  } finally {
    await session.close();
  }
}
