import { StationError } from '../../domain/failure.ts';
import type { Answer, ControlSession, UnitControl } from '../../ports/unit-control.ts';
import type { UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import { readAssetInfo } from '../../protocol/asset-reports.ts';
import {
  getAssetInfoReply,
  getDeviceIdReply,
  getDeviceModeReply,
  getIccidReply,
  getModuleInfoReply,
  getProtectedStateReply,
  getSerialNumberReply,
  isSetupDoneReply,
  setSetupDoneRequest,
} from '../../protocol/control-messages.ts';
import { CONTROL_REQUEST, RAW_REQUEST, SERVICE_REPLY_LENGTH, VENDOR_IN } from '../../protocol/control-requests.ts';
import { readModuleInfo } from '../../protocol/module-reports.ts';
import { type ControlChannel, failedBy, openControlChannel } from './control-channel.ts';
import { forgetFirmware, sendFirmware } from './send-firmware.ts';

/** How long a request may take, in milliseconds; a unit that is busy with its application answers late (device-usb.md 9). */
const REQUEST_MS = 10_000;
const MODULES_MS = 20_000;
const VERSION_MS = 2_000;
/** For telling a unit to forget half an update, after which there is nothing to wait for. */
const CLEAN_UP_MS = 2_000;

/** The control-request channel of units on this bus, whichever bus it is. */
export function createUnitControl(bus: UsbBus): UnitControl {
  const open = async (unit: UsbUnit, signal: AbortSignal): Promise<ControlChannel> => {
    signal.throwIfAborted();
    const channel = await openControlChannel(bus, unit, signal);
    try {
      await channel.cancelAll();
    } catch (thrown) {
      // Firmware without the channel stalls this, and so does DFU mode: the session is still good for systemVersion().
      if (!failedBy(thrown, 'stall')) {
        await channel.close();
        throw thrown;
      }
    }
    return channel;
  };
  return { open: async (unit, signal) => createSession(await open(unit, signal), unit, open) };
}

type OpenChannel = (unit: UsbUnit, signal: AbortSignal) => Promise<ControlChannel>;

function createSession(channel: ControlChannel, unit: UsbUnit, openAgain: OpenChannel): ControlSession {
  const ask = async <Value>(
    type: number,
    decode: (reply: Uint8Array) => Value,
    timeoutMs: number = REQUEST_MS,
    payload: Uint8Array = NOTHING,
  ): Promise<Answer<Value>> => {
    const { result, reply } = await channel.request(type, payload, { timeoutMs });
    return result < 0 ? { refused: result } : { value: decode(reply) };
  };
  const act = (type: number, payload?: Uint8Array): Promise<Answer<null>> => ask(type, () => null, REQUEST_MS, payload);

  return {
    async systemVersion() {
      const setup = { requestType: VENDOR_IN, request: RAW_REQUEST, value: 0, index: CONTROL_REQUEST.systemVersion };
      try {
        return versionText(await channel.transferIn(setup, SERVICE_REPLY_LENGTH, VERSION_MS), unit);
      } catch (thrown) {
        if (failedBy(thrown, 'stall')) return undefined;
        throw thrown;
      }
    },
    deviceId: () => ask(CONTROL_REQUEST.deviceId, (reply) => getDeviceIdReply.decode(reply).id),
    serialNumber: () => ask(CONTROL_REQUEST.serialNumber, (reply) => getSerialNumberReply.decode(reply).serial),
    modules: () =>
      ask(CONTROL_REQUEST.moduleInfo, (reply) => readModuleInfo(getModuleInfoReply.decode(reply)), MODULES_MS),
    sim: (timeoutMs) => ask(CONTROL_REQUEST.iccid, (reply) => getIccidReply.decode(reply), timeoutMs),
    mode: () =>
      ask(CONTROL_REQUEST.deviceMode, (reply) => {
        const { mode } = getDeviceModeReply.decode(reply);
        if (mode > 1) throw new StationError('unit/garbled-answer', `Device mode ${mode} does not exist.`);
        return mode === 1 ? 'listening' : 'normal';
      }),
    isProtected: () => ask(CONTROL_REQUEST.protectedState, (reply) => getProtectedStateReply.decode(reply).state),
    startListening: () => act(CONTROL_REQUEST.startListening),
    stopListening: () => act(CONTROL_REQUEST.stopListening),
    enterDfu: () => act(CONTROL_REQUEST.enterDfu),
    reset: () => act(CONTROL_REQUEST.reset),
    setSetupDone: () => act(CONTROL_REQUEST.setSetupDone, setSetupDoneRequest.encode({ done: true })),
    isSetupDone: () => ask(CONTROL_REQUEST.isSetupDone, (reply) => isSetupDoneReply.decode(reply).done),
    assets: () => ask(CONTROL_REQUEST.assetInfo, (reply) => readAssetInfo(getAssetInfoReply.decode(reply))),
    async updateFirmware(file, options) {
      const sent = await sendFirmware(channel, file, options).catch(async (thrown: unknown) => {
        await forgetFirmware(() => openAgain(unit, AbortSignal.timeout(CLEAN_UP_MS)));
        throw thrown;
      });
      return sent;
    },
    close: () => channel.close(),
  };
}

const NOTHING = new Uint8Array(0);

/** ASCII without an end; firmware 0.6 and 0.7 sends a NUL after it (device-usb.md 5.2, 5.5). */
function versionText(bytes: Uint8Array, unit: UsbUnit): string {
  const text = Buffer.from(bytes).toString('latin1').replace(/\0+$/, '');
  if (!/^[\x21-\x7e]{1,63}$/.test(text)) {
    throw new StationError('unit/garbled-answer', `The unit on ${unit.portPath} sent a version that is not text.`);
  }
  return text;
}
