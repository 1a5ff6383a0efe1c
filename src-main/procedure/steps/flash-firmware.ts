import { carryOutWrites } from '../flash/carry-out-writes.ts';
import { readBackOf } from '../flash/write-module.ts';
import { progressRanges } from '../plan-progress.ts';
import type { Step } from '../procedure.ts';

/**
 * Carries out the plan in one DFU visit and proves by reading back, before the unit leaves DFU mode, that all of it is in the flash. The
 * wait for the slot's turn is off the step's clock.
 */
export const flashFirmware: Step<'plan' | 'dfu', 'flashed'> = {
  id: 'flash',
  title: 'Flash',
  needs: ['plan', 'dfu'],
  gives: ['flashed'],
  timeoutMs: 600_000,
  silenceIs: 'flash/stalled',
  run: async ({ plan, dfu }, context) => {
    if (dfu === 'not-needed') {
      return { ok: true, facts: { flashed: { writes: 0, bytes: 0, readBack: [] } }, learnt: { bytes: 0 } };
    }
    const { writes, figures, failure } = await carryOutWrites(
      plan.writes,
      dfu.unit,
      context,
      progressRanges(plan).writes,
    );
    const evidence = { writes, figures };
    if (failure !== undefined) return { ok: false, failure, evidence };
    const readBack = readBackOf(writes);
    return {
      ok: true,
      facts: { flashed: { writes: writes.length, bytes: figures.bytesWritten, readBack } },
      learnt: { bytes: figures.bytesWritten, of: plan.totalBytes, writes: writes.length, readBack },
      evidence,
    };
  },
};
