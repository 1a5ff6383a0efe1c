import { failure, StationError } from '../../domain/failure.ts';
import type { SwitchFigures } from '../../domain/slot-health.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { Step, StepContext } from '../procedure.ts';
import { withinTime } from '../time.ts';
import { shownDeviceId } from '../unit-presence.ts';

/** How long a unit may take to appear in DFU mode before the other route is tried (device-usb.md 9, suggested budgets). */
const APPEAR_MS = 15_000;
const TOUCH_MS = 5000;

/**
 * Sends the unit into DFU mode: by control request 50 where its firmware has the channel, by the 14400 baud touch where it does not
 * or where the request had no effect (device-usb.md 3.1). The touch works on every Device OS version. It is made only on the
 * enumeration that was identified, or on one that shows the unit's device ID: what else is in the port now may be another unit.
 */
export const enterDfu: Step<'plan' | 'identity', 'dfu'> = {
  id: 'enter-dfu',
  title: 'Update mode',
  needs: ['plan', 'identity'],
  gives: ['dfu'],
  timeoutMs: 60_000,
  silenceIs: 'dfu/not-entered',
  run: async ({ plan, identity }, context) => {
    const { presence, signal } = context;
    if (plan.writes.length === 0) return { ok: true, facts: { dfu: 'not-needed' }, learnt: { dfu: 'not needed' } };
    const tried: string[] = [];
    const begunMs = performance.now();
    presence.allowRestart();
    // After an update by request the unit may be restarting once more by itself.
    const identified = await withinTime(context.budget(APPEAR_MS), signal, (limit) =>
      presence.waitFor(() => true, limit),
    );
    if (identified?.mode === 'dfu') return entered(identified, ['already there']);
    for (const route of identity.route === 'control' ? ROUTES_WITH_REQUESTS : [byTouch, byTouch]) {
      const unit = presence.current();
      if (unit === undefined) break;
      if (unit.mode === 'dfu') return entered(unit, tried, performance.now() - begunMs);
      if (unit.address !== identified?.address && shownDeviceId(unit) !== identity.deviceId) {
        const detail = `After ${tried.join('; ')} the port holds ${unit.usbSerial}, which need not be ${identity.deviceId}.`;
        return { ok: false, failure: failure('unit/replaced', detail) };
      }
      tried.push(await route(unit, context));
      const inDfu = await withinTime(context.budget(APPEAR_MS), signal, (limit) =>
        presence.waitFor(({ mode }) => mode === 'dfu', limit),
      );
      if (inDfu !== undefined) return entered(inDfu, tried, performance.now() - begunMs);
    }
    const how = tried.join('; ');
    return {
      ok: false,
      failure:
        presence.current() === undefined
          ? failure('unit/unplugged', `The unit left and did not come back after: ${how}.`)
          : failure('dfu/not-entered', `The unit stayed in normal mode after: ${how}.`),
    };
  },
};

/**
 * In which order the ways into DFU mode are tried on a unit that takes requests. Request 50 costs 1000 ms between its answer and the
 * reset, which the touch does not (device-usb.md 3.1); yet what a touch does on Gen 3 is UNVERIFIED on hardware (usb-lab.md 5), and the
 * sheet makes the request the first choice. Once measured, turning this list around saves a second of each unit.
 */
const ROUTES_WITH_REQUESTS: readonly Route[] = [byRequest, byTouch];

type Route = (unit: UsbUnit, context: StepContext) => Promise<string>;

/** `switchMs` is how long the way took; a unit that was there already tells nothing of its slot. */
function entered(unit: UsbUnit, tried: readonly string[], switchMs?: number) {
  const figures: SwitchFigures | undefined =
    switchMs === undefined ? undefined : { switchMs: Math.round(switchMs), tries: tried.length };
  const learnt = { routes: tried, usbSerial: unit.usbSerial };
  return {
    ok: true,
    facts: { dfu: { unit } },
    learnt,
    ...(figures === undefined ? {} : { evidence: { figures } }),
  } as const;
}

async function byRequest(unit: UsbUnit, { ports, signal }: StepContext): Promise<string> {
  try {
    const session = await ports.control.open(unit, signal);
    try {
      const answer = await session.enterDfu();
      return 'refused' in answer ? `control request 50 refused with ${answer.refused}` : 'control request 50';
    } finally {
      await session.close();
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof StationError)) throw thrown;
    return `control request 50 failed (${thrown.code})`; // the unit may reset before it answers; the wait decides
  }
}

async function byTouch(unit: UsbUnit, { ports, signal, budget }: StepContext): Promise<string> {
  try {
    await ports.console.touch(unit, 14400, { timeoutMs: budget(TOUCH_MS), signal });
    return '14400 baud touch';
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof StationError)) throw thrown;
    return `14400 baud touch failed (${thrown.code})`;
  }
}
