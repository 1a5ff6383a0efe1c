import { CONTROL_REQUEST } from '../../protocol/control-requests.ts';
import type { SystemEra } from './device-os-era.ts';
import type { ControlReply } from './enumeration.ts';
import { moduleJson } from './module-json.ts';
import { nameRelease } from './release-name.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import type { Setup } from './usb-function.ts';

/**
 * The raw vendor requests (bRequest 0x50, device-usb.md 5.5): a few answers without the channel's ceremony, and between 0.6.0
 * and 0.7.x on Gen 2 the only requests there are.
 */
export function rawRequest(hardware: UnitHardware, session: Session, era: SystemEra, setup: Setup): ControlReply {
  const isIn = setup.requestType === 0xc0;
  if (era.rawRequests === 'none') return 'stall';
  if (setup.index === CONTROL_REQUEST.deviceId && isIn) return { data: deviceId(hardware, era, setup) };
  if (setup.index === CONTROL_REQUEST.systemVersion && isIn) return { data: Buffer.from(nameRelease(era.version)) };
  if (era.rawRequests === 'early') return earlyRequest(hardware, session, era, setup);
  if (isIn) return 'stall';
  if (setup.index === CONTROL_REQUEST.disconnect) return TAKEN;
  if (setup.index === CONTROL_REQUEST.reset && era.hasRawReset) {
    session.restart({ into: 'normal' });
    return TAKEN;
  }
  return 'stall';
}

const TAKEN: ControlReply = { data: new Uint8Array(0) };

/** Upper-case hex; the early form ends in NUL, and gives the 12 raw bytes for wValue 1. */
function deviceId({ identity }: UnitHardware, era: SystemEra, setup: Setup): Uint8Array {
  if (era.rawRequests === 'early' && setup.value === 1) return Buffer.from(identity.deviceId, 'hex');
  return Buffer.from(`${identity.deviceId.toUpperCase()}${era.rawRequests === 'early' ? '\0' : ''}`, 'latin1');
}

const MODULE_INFO_BYTES = 512;

function earlyRequest(hardware: UnitHardware, session: Session, era: SystemEra, setup: Setup): ControlReply {
  if (setup.requestType === 0xc0) {
    if (setup.index !== CONTROL_REQUEST.moduleInfo) return 'stall';
    const json = JSON.stringify({
      p: hardware.platform.platform.id,
      m: moduleJson(hardware.platform, session.boot.modules, era),
    });
    return { data: Buffer.from(json, 'latin1').subarray(0, MODULE_INFO_BYTES) };
  }
  switch (setup.index) {
    case CONTROL_REQUEST.reset:
      session.restart({ into: 'normal' });
      return TAKEN;
    case CONTROL_REQUEST.enterDfu:
      if (!hardware.faults.has('dfu-not-entered')) session.restart({ into: 'dfu' });
      return TAKEN;
    case CONTROL_REQUEST.safeMode:
      session.restart({ into: 'safe' });
      return TAKEN;
    case CONTROL_REQUEST.startListening:
      session.setListening(setup.value !== 1);
      return TAKEN;
    default:
      return 'stall';
  }
}
