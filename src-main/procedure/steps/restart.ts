import { failure } from '../../domain/failure.ts';
import type { SwitchFigures } from '../../domain/slot-health.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { Step, StepContext } from '../procedure.ts';
import { withinTime } from '../time.ts';
import { leaveDfuUnwritten } from '../unit/leave-dfu.ts';

/** A unit that never left DFU in this time did not take the leave request; it is asked once more (device-usb.md 9, row 4). */
const STUCK_MS = 10_000;

/** Waits for the unit to come back in normal mode. The first boot after an update may take tens of seconds (device-usb.md 3.2). */
export const restart: Step<'flashed' | 'dfu' | 'identity', 'restarted'> = {
  id: 'restart',
  title: 'Restart',
  needs: ['flashed', 'dfu', 'identity'],
  gives: ['restarted'],
  timeoutMs: 75_000,
  silenceIs: 'restart/not-back',
  run: async ({ dfu }, context) => {
    const { presence, signal } = context;
    const begunMs = performance.now();
    presence.allowRestart();
    const visit = dfu === 'not-needed' ? undefined : dfu.unit;
    let unit = await settle(visit, context);
    const secondLeave = unit.mode === 'dfu';
    if (secondLeave) unit = await leaveDfuUnwritten(unit, context);
    if (unit.mode === 'dfu') {
      const detail = 'The unit came back in DFU mode twice: its bootloader finds no valid firmware.';
      return { ok: false, failure: failure('restart/still-in-dfu', detail) };
    }
    const normal = await presence.waitFor(({ mode }) => mode === 'normal', signal);
    const figures: SwitchFigures = { switchMs: Math.round(performance.now() - begunMs), tries: secondLeave ? 2 : 1 };
    return {
      ok: true,
      facts: { restarted: normal },
      learnt: { mode: normal.mode, usbSerial: normal.usbSerial, product: normal.product, secondLeave },
      ...(visit === undefined ? {} : { evidence: { figures } }),
    };
  },
};

/** The unit in normal mode, or in DFU mode if that is where it came back to, or where it stayed. */
async function settle(visit: UsbUnit | undefined, { presence, signal, budget }: StepContext): Promise<UsbUnit> {
  const isBack = (unit: UsbUnit): boolean => unit.mode === 'normal' || unit.address !== visit?.address;
  const back = await withinTime(budget(STUCK_MS), signal, (limit) => presence.waitFor(isBack, limit));
  return back ?? presence.waitFor(() => true, signal);
}
