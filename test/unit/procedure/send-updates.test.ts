import { expect, it } from 'vitest';
import { StationError } from '../../../src-main/domain/failure.ts';
import type { PlannedMark } from '../../../src-main/firmware/flash-plan.ts';
import type { UnitIdentity } from '../../../src-main/procedure/facts.ts';
import type { StepContext } from '../../../src-main/procedure/procedure.ts';
import { sendUpdates } from '../../../src-main/procedure/update/send-updates.ts';

it('what was done before the unit was lost is in the record, beside why the rest was not', async () => {
  const lost = new AbortController();
  const session = {
    setSetupDone: async () => ({ value: null }),
    close: async () => lost.abort(new StationError('unit/unplugged', 'The unit left.')),
  };
  const context = {
    ports: {
      control: {
        open: async () => {
          if (lost.signal.aborted) throw new StationError('run/aborted', 'Talking was aborted.');
          return session;
        },
      },
    },
    presence: { waitFor: async () => ({ mode: 'normal' }) },
    signal: lost.signal,
    budget: (milliseconds: number) => milliseconds,
  } as unknown as StepContext;
  const marks = [
    { mark: 'setup-done', what: 'first' },
    { mark: 'setup-done', what: 'second' },
  ] as unknown as readonly PlannedMark[];
  const ended = await sendUpdates(marks, {} as UnitIdentity, context, [0, 1]);
  expect(ended).toMatchObject({ records: [{ what: 'first' }], failure: { code: 'unit/unplugged' } });
});
