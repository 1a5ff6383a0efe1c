import { failure } from '../../domain/failure.ts';
import type { PlannedWrite } from '../../firmware/flash-plan.ts';
import type { FlashProgress } from '../../ports/flasher.ts';
import type { Step, StepContext } from '../procedure.ts';

/** Gives up on a write that made no progress for this long; the longest single chip operation is about 2 s (device-usb.md 6.7). */
const STALL_MS = 20_000;

/**
 * Carries out the plan in one DFU visit, on the one enumeration that visit began with: what shows up in its place in the middle of it
 * may be another unit, which an old bootloader's serial does not tell. The last write leaves DFU mode, and the unit restarts by itself.
 */
export const flashFirmware: Step<'plan' | 'dfu', 'flashed'> = {
  id: 'flash',
  title: 'Flash',
  needs: ['plan', 'dfu'],
  gives: ['flashed'],
  timeoutMs: 600_000,
  silenceIs: 'flash/stalled',
  run: async ({ plan, dfu }, context) => {
    if (dfu === 'not-needed') return { ok: true, facts: { flashed: { writes: 0, bytes: 0 } }, learnt: { bytes: 0 } };
    const overall = overallProgress(plan.writes, context);
    const writes = [];
    for (const [index, write] of plan.writes.entries()) {
      const leave = index === plan.writes.length - 1;
      const present = context.presence.current();
      if (present?.address !== dfu.unit.address) {
        const detail = `The unit left DFU mode after ${index} of ${plan.writes.length} writes, and not because it was told to.`;
        return { ok: false, failure: failure('flash/unit-not-found', detail), evidence: { writes } };
      }
      const job = { unit: present, alt: write.alt, address: write.address, bytes: write.bytes, leave };
      const onProgress = (progress: FlashProgress): void => overall(index, progress);
      const report = await context.ports.flasher.write(job, {
        signal: context.signal,
        stallMs: context.budget(STALL_MS),
        onProgress,
      });
      const bytesPerSecond = Math.round((write.bytes.length * 1000) / Math.max(report.durationMs, 1));
      writes.push({ what: write.what, bytes: write.bytes.length, ...report, bytesPerSecond });
    }
    return {
      ok: true,
      facts: { flashed: { writes: writes.length, bytes: plan.totalBytes } },
      learnt: { bytes: plan.totalBytes, writes: writes.length },
      evidence: { writes },
    };
  },
};

/** One figure over all writes, erase and write weighted equally, that never goes back. */
function overallProgress(writes: readonly PlannedWrite[], context: StepContext) {
  const total = writes.reduce((sum, write) => sum + 2 * write.bytes.length, 0);
  let highest = 0;
  return (index: number, { phase, doneBytes, totalBytes }: FlashProgress): void => {
    const before = writes.slice(0, index).reduce((sum, write) => sum + 2 * write.bytes.length, 0);
    const size = writes[index]?.bytes.length ?? 0;
    const share = totalBytes === 0 ? 0 : Math.min(doneBytes / totalBytes, 1) * size;
    highest = Math.max(highest, (before + (phase === 'erase' ? 0 : size) + share) / total);
    context.progress({ what: writes[index]?.what ?? '', phase, doneBytes, totalBytes, overall: highest });
  };
}
