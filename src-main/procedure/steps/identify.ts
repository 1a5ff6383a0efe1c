import { failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { UnitIdentity } from '../facts.ts';
import type { Step } from '../procedure.ts';
import { identifyUnit } from '../unit/identify-unit.ts';
import { leaveDfuUnwritten } from '../unit/leave-dfu.ts';

/**
 * Asks the unit who it is, by whichever route its firmware has. A unit found in DFU mode (an earlier run was cut off) is first
 * sent back without writing anything, because only running firmware can tell its serial number and modules; if it returns to DFU,
 * its device ID from the bootloader is what there is.
 */
export const identify: Step<'arrival' | 'label', 'identity'> = {
  id: 'identify',
  title: 'Identify',
  needs: ['arrival', 'label'],
  gives: ['identity'],
  timeoutMs: 180_000, // a pre-5.6 unit may initialise its modem before it answers; single waits inside are shorter
  silenceIs: 'unit/no-answer',
  attempts: 2,
  retryOn: ['usb/transfer-failed', 'usb/no-console', 'unit/no-answer', 'unit/garbled-answer'],
  run: async ({ arrival, label }, context) => {
    let unit = context.presence.current() ?? arrival;
    if (unit.mode === 'dfu') unit = await leaveDfuUnwritten(unit, context);
    const found = await identifyUnit(unit, {
      ports: context.ports,
      signal: context.signal,
      sleep: context.sleep,
      budget: context.budget,
      // Otherwise it is read once, after flashing: a modem takes seconds to start, and flashing stops it again.
      wantsSim: label.kind === 'iccid' || label.kind === 'imei' || context.recipe.sim.readBeforeFlash,
    });
    if (!found.ok) return found;
    context.presence.bind(found.value.deviceId);
    if (context.presence.current()?.portPath !== unit.portPath) {
      return { ok: false, failure: failure('unit/unplugged', 'The unit left while it was being identified.') };
    }
    return { ok: true, facts: { identity: found.value }, learnt: recorded(found.value) };
  },
};

function recorded(identity: UnitIdentity): JsonObject {
  return {
    deviceId: identity.deviceId,
    platform: identity.platform.name,
    route: identity.route,
    ...(identity.serialNumber === undefined ? {} : { serialNumber: identity.serialNumber }),
    ...(identity.deviceOs === undefined ? {} : { deviceOs: identity.deviceOs }),
    ...(identity.modules === undefined ? {} : { modules: identity.modules }),
    ...(identity.sim === undefined ? {} : { iccid: identity.sim.iccid, imei: identity.sim.imei ?? null }),
  };
}
