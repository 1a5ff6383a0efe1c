import { failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { UnitIdentity } from '../facts.ts';
import type { Step, StepContext } from '../procedure.ts';
import { withinTime } from '../time.ts';
import { identifyUnit } from '../unit/identify-unit.ts';
import { leaveDfuUnwritten } from '../unit/leave-dfu.ts';

/**
 * Asks the unit who it is, by whichever route its firmware has. A unit found in DFU mode (an earlier run was cut off) is first
 * sent back without writing anything, because only running firmware can tell its serial number and modules; if it returns to DFU,
 * its device ID from the bootloader is what there is. What was identified is the enumeration that is present at the end, and from
 * then on its leaving is noticed again.
 */
export const identify: Step<'arrival' | 'label', 'identity'> = {
  id: 'identify',
  title: 'Identify',
  needs: ['arrival', 'label'],
  gives: ['identity'],
  timeoutMs: 180_000, // a pre-5.6 unit may initialise its modem before it answers; single waits inside are shorter
  silenceIs: 'unit/no-answer',
  attempts: 3,
  retryOn: ['usb/transfer-failed', 'usb/no-console', 'unit/no-answer', 'unit/garbled-answer', 'unit/unplugged'],
  run: async ({ label }, context) => {
    const { presence } = context;
    // Gen 2 firmware that brings a newer bootloader along writes it at its first start and restarts (device-usb.md 6.8): a unit that was
    // cut off in an earlier run may do so now.
    if (presence.current()?.platform.mcu === 'stm32f2xx') presence.allowRestart();
    const there = await withinTime(context.budget(RETURN_MS), context.signal, (limit) =>
      presence.waitFor(() => true, limit),
    );
    if (there === undefined) {
      presence.forbidRestart(); // it is lost now, and no further try is made
      return { ok: false, failure: failure('unit/unplugged', 'The unit left while it was being identified.') };
    }
    const unit = there.mode === 'dfu' ? await sentOutOfDfu(there, context) : there;
    if (unit === undefined) {
      presence.forbidRestart();
      return { ok: false, failure: failure('unit/unplugged', 'The unit left DFU mode and did not come back.') };
    }
    const found = await identifyUnit(unit, {
      ports: context.ports,
      signal: context.signal,
      sleep: context.sleep,
      budget: context.budget,
      // Otherwise it is read once, after flashing: a modem takes seconds to start, and flashing stops it again.
      recipe: context.recipe,
      wantsSim: label.kind === 'iccid' || label.kind === 'imei' || context.recipe.sim.readBeforeFlash,
    });
    if (!found.ok) return found;
    presence.bind(found.value.deviceId);
    if (presence.current()?.address !== unit.address) {
      return { ok: false, failure: failure('unit/unplugged', 'The unit left while it was being identified.') };
    }
    presence.forbidRestart();
    return { ok: true, facts: { identity: found.value }, learnt: recorded(found.value) };
  },
};

/** How long a unit may be away for a restart of its own; it has nothing to install but its bootloader (device-usb.md 3.2, 6.8). */
const RETURN_MS = 10_000;

/** The longest from the leave request to a unit that is back; its first start after an update takes tens of seconds (device-usb.md 3.2). */
const LEAVE_MS = 75_000;

/** The unit after it was sent out of DFU mode, in whichever mode it came back; undefined when it did not. */
function sentOutOfDfu(unit: UsbUnit, context: StepContext): Promise<UsbUnit | undefined> {
  return withinTime(context.budget(LEAVE_MS), context.signal, (signal) =>
    leaveDfuUnwritten(unit, { ...context, signal }),
  );
}

function recorded(identity: UnitIdentity): JsonObject {
  return {
    deviceId: identity.deviceId,
    platform: identity.platform.name,
    route: identity.route,
    ...(identity.serialNumber === undefined ? {} : { serialNumber: identity.serialNumber }),
    ...(identity.deviceOs === undefined ? {} : { deviceOs: identity.deviceOs }),
    ...(identity.modules === undefined ? {} : { modules: identity.modules }),
    ...(identity.assets === undefined ? {} : { assets: identity.assets }),
    ...(identity.isSetupDone === undefined ? {} : { isSetupDone: identity.isSetupDone }),
    ...(identity.sim === undefined ? {} : { iccid: identity.sim.iccid, imei: identity.sim.imei ?? null }),
  };
}
