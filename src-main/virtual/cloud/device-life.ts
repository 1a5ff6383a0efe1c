import type { DeviceRecord, SimRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { deviceOsWith, firmwareFacts } from './firmware-facts.ts';
import { isMember, targetedVersion } from './firmware-target.ts';
import { placeByFirmware } from './place-by-firmware.ts';
import { publishDeviceEvent } from './publish-event.ts';
import { settleSim } from './sim-activation.ts';

/** What a device says of its firmware in the handshake. */
export type ReportedFirmware = {
  /** Product firmware version; undefined when the application names none. */
  readonly version?: number;
  /** Device OS, such as `6.2.1`. */
  readonly deviceOs: string;
  /** The PRODUCT_ID compiled in; undefined when there is none, as in all firmware for Device OS 4.0 and later (5.4 R16). */
  readonly productId?: number;
  /** The SIM in use when it is not the one the device came with (5.1 R4, 5.5 R29). */
  readonly iccid?: string;
};

/**
 * What came of a connection attempt: `online`; `quarantined` or `denied`, which is connected and not let into the product; `no-sim`, which
 * goes on blinking green; `unknown` for a device the factory never made.
 */
export type ConnectOutcome = 'online' | 'quarantined' | 'denied' | 'no-sim' | 'unknown';

/** The devices in the field, as far as the cloud notices them. */
export type DeviceLife = {
  connects(deviceId: string, firmware: ReportedFirmware): ConnectOutcome;
  disconnects(deviceId: string): void;
  /** The device says something by itself. Nothing is heard from one that is not online. */
  publishes(deviceId: string, name: string, data: string): void;
};

/**
 * Lets devices connect to and disconnect from the virtual cloud. All that follows from it has happened when a call returns: the record of
 * the device, its place in or beside a product (5.4), an update over the air when the cloud wants another version, and the events.
 */
export function deviceLife(state: CloudState): DeviceLife {
  return {
    connects(deviceId, firmware) {
      const device = state.devices.get(deviceId.toLowerCase());
      if (device === undefined) return 'unknown';
      const iccid = firmware.iccid ?? device.iccid;
      const sim = iccid === undefined ? undefined : state.sims.get(iccid);
      if (sim !== undefined && !isUsable(state, sim)) return 'no-sim';
      if (device.online) goOffline(state, device);
      placeByFirmware(state, device, firmware);
      goOnline(state, device, firmware, iccid);
      if (sim !== undefined) noteUse(state, sim, device);
      if (device.denied) return 'denied';
      if (device.quarantined) return 'quarantined';
      updateOverTheAir(state, device, 'at-handshake');
      return 'online';
    },
    disconnects(deviceId) {
      const device = state.devices.get(deviceId.toLowerCase());
      if (device?.online === true) goOffline(state, device);
    },
    publishes(deviceId, name, data) {
      const device = state.devices.get(deviceId.toLowerCase());
      if (device?.online !== true) return;
      device.lastHeardAtMs = state.clock.now();
      publishDeviceEvent(state, device, name, data);
    },
  };
}

/**
 * Updates an online device over the air when the cloud wants another version than it runs, up or down (5.6 R31). `success` means that the
 * file was sent; that it runs shows when the device is online again with the new version, and with a newer Device OS when the firmware
 * needs one (R32). An update takes no time here.
 */
export function updateOverTheAir(state: CloudState, device: DeviceRecord, cause: 'at-handshake' | 'at-once'): void {
  const version = targetedVersion(state, device);
  if (!device.online || version === undefined || version === device.firmwareVersion) return;
  const firmware = state.firmware.find((entry) => entry.productId === device.productId && entry.version === version);
  if (firmware === undefined) return;
  if (cause === 'at-handshake') publishDeviceEvent(state, device, 'spark/status', 'auto-update');
  publishDeviceEvent(state, device, 'spark/flash/status', 'started ');
  addUsage(state, device, firmware.bytes.length / 1e6);
  publishDeviceEvent(state, device, 'spark/flash/status', 'success ');
  goOffline(state, device);
  const facts = firmwareFacts(firmware.bytes);
  const { firmwareProductId: productId } = device;
  const deviceOs = deviceOsWith(device.deviceOs ?? '', facts);
  goOnline(state, device, { deviceOs, version, ...(productId === undefined ? {} : { productId }) }, device.lastIccid);
  publishDeviceEvent(state, device, 'spark/device/app-hash', facts.appHash);
}

/** Cuts off the device that uses a SIM when the SIM goes out of service (5.1 R3). */
export function cutOffDeviceOf(state: CloudState, sim: SimRecord): void {
  const device = deviceUsing(state, sim);
  if (device !== undefined) goOffline(state, device);
}

/** The device that is connected over this SIM now. */
export function deviceUsing(state: CloudState, sim: SimRecord): DeviceRecord | undefined {
  const device = sim.lastDeviceId === undefined ? undefined : state.devices.get(sim.lastDeviceId);
  return device?.online === true && device.lastIccid === sim.iccid ? device : undefined;
}

/** Any activated SIM works, whoever owns it (5.1 R4). SIMs the cloud does not know are other companies' (5.5 R29). */
function isUsable(state: CloudState, sim: SimRecord): boolean {
  settleSim(state, sim);
  return sim.status === 'active';
}

function noteUse(state: CloudState, sim: SimRecord, device: DeviceRecord): void {
  sim.lastDeviceId = device.deviceId;
  addUsage(state, device, HANDSHAKE_MBS);
}

function goOnline(
  state: CloudState,
  device: DeviceRecord,
  firmware: ReportedFirmware,
  iccid: string | undefined,
): void {
  const nowMs = state.clock.now();
  device.online = true;
  device.lastHeardAtMs = nowMs;
  device.lastHandshakeAtMs = nowMs;
  // From the range set aside for documents (RFC 5737).
  device.lastIpAddress = `203.0.113.${1 + (Number.parseInt(device.deviceId.slice(-2), 16) % 254)}`;
  device.lastIccid = iccid;
  device.deviceOs = firmware.deviceOs;
  device.firmwareVersion = firmware.version;
  // Device OS 4.0 and later reports its platform where no product is compiled in; a member then counts as its product's.
  device.firmwareProductId = firmware.productId ?? (isMember(device) ? device.productId : device.platformId);
  publishDeviceEvent(state, device, 'spark/status', 'online');
}

function goOffline(state: CloudState, device: DeviceRecord): void {
  device.online = false;
  publishDeviceEvent(state, device, 'spark/status', 'offline');
}

/** What a handshake costs, roughly: a few kilobytes. */
const HANDSHAKE_MBS = 0.005;

function addUsage(state: CloudState, device: DeviceRecord, mbs: number): void {
  const sim = device.lastIccid === undefined ? undefined : state.sims.get(device.lastIccid);
  if (sim === undefined) return;
  const day = state.clock.iso().slice(0, 10);
  sim.usageByDay[day] = (sim.usageByDay[day] ?? 0) + mbs;
}
