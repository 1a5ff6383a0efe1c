import * as messages from '../../protocol/control-messages.ts';
import { CONTROL_REQUEST, RESULT } from '../../protocol/control-requests.ts';
import { assetInfoReply } from './asset-info.ts';
import type { RequestHandler, RequestResult } from './control-channel.ts';
import type { SystemEra } from './device-os-era.ts';
import { FirmwareUpdate } from './firmware-update.ts';
import { moduleInfoReply } from './module-info.ts';
import { nameRelease } from './release-name.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import { CLAIM_CODE_BYTES } from './unit-settings.ts';

/** Everything the firmware answers over the control channel (device-usb.md 5.3, 5.4); the rest is -120. */
export function controlRequests(hardware: UnitHardware, session: Session, era: SystemEra): RequestHandler {
  const update = new FirmwareUpdate(hardware, session, era);
  return async (type, payload) => {
    await update.whenFree;
    const isProtected = era.hasProtection && hardware.faults.has('protected');
    if (isProtected && !ALLOWED_WHEN_PROTECTED.includes(type)) return { result: RESULT.protected };
    try {
      return await answer({ hardware, session, era, update }, type, payload);
    } catch {
      // A payload that is not the message it should be.
      return { result: RESULT.badData };
    }
  };
}

type Firmware = {
  readonly hardware: UnitHardware;
  readonly session: Session;
  readonly era: SystemEra;
  readonly update: FirmwareUpdate;
};

const ALLOWED_WHEN_PROTECTED: readonly number[] = [
  CONTROL_REQUEST.appCustom,
  CONTROL_REQUEST.deviceId,
  CONTROL_REQUEST.protectedState,
  CONTROL_REQUEST.setProtectedState,
];

async function answer(firmware: Firmware, type: number, payload: Uint8Array): Promise<RequestResult> {
  const { hardware, session, era, update } = firmware;
  switch (type) {
    case CONTROL_REQUEST.echo:
      return { result: RESULT.ok, data: payload };
    case CONTROL_REQUEST.deviceId:
      return ok(messages.getDeviceIdReply.encode({ id: hardware.identity.deviceId }));
    case CONTROL_REQUEST.serialNumber:
      return serialNumber(hardware);
    case CONTROL_REQUEST.systemVersion:
      return ok(messages.getSystemVersionReply.encode({ version: nameRelease(era.version) }));
    case CONTROL_REQUEST.systemCapabilities:
      return ok(messages.getSystemCapabilitiesReply.encode({ flags: 0 }));
    case CONTROL_REQUEST.reset:
      return later(firmware, () => session.restart({ into: 'normal' }));
    case CONTROL_REQUEST.enterDfu:
      return later(firmware, () => {
        if (!hardware.faults.has('dfu-not-entered')) session.restart({ into: 'dfu' });
      });
    case CONTROL_REQUEST.safeMode:
      return later(firmware, () => session.restart({ into: 'safe' }));
    case CONTROL_REQUEST.startListening:
      if (hardware.faults.has('listening-refused')) return { result: RESULT.notAllowed };
      session.setListening(true);
      return { result: RESULT.ok };
    case CONTROL_REQUEST.stopListening:
      session.setListening(false);
      return { result: RESULT.ok };
    case CONTROL_REQUEST.deviceMode:
      return ok(messages.getDeviceModeReply.encode({ mode: session.isListening() ? 1 : 0 }));
    case CONTROL_REQUEST.setSetupDone:
      return setSetupDone(firmware, messages.setSetupDoneRequest.decode(payload).done);
    case CONTROL_REQUEST.isSetupDone:
      return isSetupDone(firmware);
    case CONTROL_REQUEST.protectedState:
      if (!era.hasProtection) return NOT_SUPPORTED;
      return ok(messages.getProtectedStateReply.encode({ state: hardware.faults.has('protected') }));
    case CONTROL_REQUEST.moduleInfo:
      if (era.moduleInfo === 'none') return NOT_SUPPORTED;
      return ok(moduleInfoReply(hardware, session.boot.modules, era.moduleInfo));
    case CONTROL_REQUEST.assetInfo:
      return era.hasAssetInfo && hardware.assets !== undefined ? ok(assetInfoReply(hardware, session)) : NOT_SUPPORTED;
    case CONTROL_REQUEST.setClaimCode:
      return setClaimCode(hardware, messages.setClaimCodeRequest.decode(payload).code);
    case CONTROL_REQUEST.isClaimed:
      return ok(messages.isClaimedReply.encode({ claimed: false }));
    case CONTROL_REQUEST.startNyan:
    case CONTROL_REQUEST.stopNyan:
    case CONTROL_REQUEST.connect:
    case CONTROL_REQUEST.disconnect:
      return { result: RESULT.ok };
    case CONTROL_REQUEST.connectionStatus:
      return ok(messages.getConnectionStatusReply.encode({ status: 0 }));
    case CONTROL_REQUEST.interfaceList:
      return hardware.platform.family === 'stm32' ? NOT_SUPPORTED : ok(interfaceList(hardware));
    case CONTROL_REQUEST.startFirmwareUpdate: {
      const { size, format } = messages.startFirmwareUpdateRequest.decode(payload);
      return format === 0 ? update.start(size) : NOT_SUPPORTED;
    }
    case CONTROL_REQUEST.firmwareUpdateData:
      return update.data(messages.firmwareUpdateDataRequest.decode(payload).data);
    case CONTROL_REQUEST.finishFirmwareUpdate:
      return update.finish(messages.finishFirmwareUpdateRequest.decode(payload).validateOnly);
    case CONTROL_REQUEST.cancelFirmwareUpdate:
      return update.cancel();
    case CONTROL_REQUEST.getActiveSim:
      return hasCellularRequests(firmware) ? ok(ACTIVE_SIM_INTERNAL) : NOT_SUPPORTED;
    case CONTROL_REQUEST.iccid:
      return hasCellularRequests(firmware) ? iccid(firmware) : NOT_SUPPORTED;
    default:
      return NOT_SUPPORTED;
  }
}

/** Resets and mode changes come this long after the host has fetched the answer (device-usb.md 5.3). */
const ACTION_DELAY_MS = 1000;

const NOT_SUPPORTED: RequestResult = { result: RESULT.notSupported };

/** Index and type numbers as in the 6.x headers of the network interfaces; no sheet has them, UNVERIFIED. */
function interfaceList({ platform: { platform, family } }: UnitHardware): Uint8Array {
  const cellular = { index: 4, name: 'pp3', type: 5 };
  const wifi = platform.isCellular ? { index: 5, name: 'wl4', type: 4 } : { index: 4, name: 'wl3', type: 4 };
  const radios = [
    ...(platform.isCellular ? [cellular] : []),
    ...(family === 'rtl' || !platform.isCellular ? [wifi] : []),
  ];
  return messages.getInterfaceListReply.encode({ interfaces: [{ index: 1, name: 'lo0', type: 1 }, ...radios] });
}

/** GetActiveSimReply.sim_type = INTERNAL. */
const ACTIVE_SIM_INTERNAL = Uint8Array.of(0x08, 0x01);

/** Requests 550 to 554 are compiled for platforms with a cellular modem only. */
function hasCellularRequests({ hardware, era }: Firmware): boolean {
  return era.hasCellularRequests && hardware.platform.platform.isCellular;
}

function ok(data: Uint8Array): RequestResult {
  return { result: RESULT.ok, data };
}

function later({ hardware, session }: Firmware, action: () => void): RequestResult {
  const act = async (): Promise<void> => {
    await hardware.clock.sleep(ACTION_DELAY_MS, session.power);
    if (!session.power.aborted) action();
  };
  return { result: RESULT.ok, afterwards: () => void act() };
}

/** Blank one-time memory is an error of the HAL passed through (device-usb.md 5.4). */
function serialNumber({ identity, faults }: UnitHardware): RequestResult {
  if (identity.serialNumber === undefined || faults.has('no-serial-number')) return { result: -1 };
  return ok(messages.getSerialNumberReply.encode({ serial: identity.serialNumber }));
}

function setSetupDone({ hardware, era }: Firmware, done: boolean): RequestResult {
  if (era.setupDone === 'unsupported') return NOT_SUPPORTED;
  if (era.setupDone === 'always') return done ? { result: RESULT.ok } : NOT_SUPPORTED;
  hardware.settings.isSetupDone = done;
  return { result: RESULT.ok };
}

function isSetupDone({ hardware, era }: Firmware): RequestResult {
  if (era.setupDone === 'unsupported') return NOT_SUPPORTED;
  const done = era.setupDone === 'always' || hardware.settings.isSetupDone;
  return ok(messages.isSetupDoneReply.encode({ done }));
}

function setClaimCode({ settings }: UnitHardware, code: string): RequestResult {
  if (code.length !== CLAIM_CODE_BYTES) return { result: RESULT.invalidArgument };
  settings.claimCode = code;
  return { result: RESULT.ok };
}

/** Powers the modem on by itself; any failure is a negative result without data (device-usb.md 5.4). */
async function iccid({ hardware, session, era }: Firmware): Promise<RequestResult> {
  const { modem } = hardware;
  if (!(await modem.turnOn(session.power))) return { result: RESULT.timeout };
  const reading = await modem.read(session.power);
  if (reading.iccid === undefined) return { result: RESULT.modemNotOk };
  const imei = era.iccidReplyHasImei ? reading.imei : undefined;
  return ok(messages.getIccidReply.encode({ iccid: reading.iccid, imei }));
}
