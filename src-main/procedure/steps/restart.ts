import { failure } from '../../domain/failure.ts';
import type { Step } from '../procedure.ts';
import { withinTime } from '../time.ts';
import { leaveDfuUnwritten } from '../unit/leave-dfu.ts';

/** A unit still in DFU after this long did not take the leave request; it is asked once more (device-usb.md 9, row 4). */
const STUCK_MS = 10_000;

/** Waits for the unit to come back in normal mode. The first boot after an update may take tens of seconds (device-usb.md 3.2). */
export const restart: Step<'flashed' | 'identity', 'restarted'> = {
  id: 'restart',
  title: 'Restart',
  needs: ['flashed', 'identity'],
  gives: ['restarted'],
  timeoutMs: 75_000,
  silenceIs: 'restart/not-back',
  run: async (_facts, context) => {
    const { presence, signal } = context;
    presence.allowRestart();
    const waitNormal = (limit: AbortSignal) => presence.waitFor(({ mode }) => mode === 'normal', limit);
    const evidence: Record<string, string> = {};
    let unit = await withinTime(context.budget(STUCK_MS), signal, waitNormal);
    const stuck = presence.current();
    if (unit === undefined && stuck?.mode === 'dfu') {
      evidence['second leave'] = 'the unit was still in DFU mode';
      const left = await leaveDfuUnwritten(stuck, context);
      if (left.mode === 'dfu') {
        return {
          ok: false,
          failure: failure(
            'restart/still-in-dfu',
            'The unit came back in DFU mode twice: its bootloader finds no valid firmware.',
          ),
        };
      }
      unit = left;
    }
    unit ??= await waitNormal(signal);
    return {
      ok: true,
      facts: { restarted: unit },
      learnt: { mode: unit.mode, usbSerial: unit.usbSerial, product: unit.product },
      evidence,
    };
  },
};
