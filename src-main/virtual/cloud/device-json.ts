import type { JsonObject } from '../../domain/json.ts';
import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { targetedVersion } from './firmware-target.ts';

/** A device as a list shows it (cloud-api.md 2.3). What only a connection tells is null before the first one. */
export function deviceRow(state: CloudState, device: DeviceRecord): JsonObject {
  const iccid = knownIccid(state, device);
  return {
    id: device.deviceId,
    name: device.name,
    notes: device.notes,
    owner: device.owner ?? null,
    // Developer devices have their platform's number for a product's (2.4).
    product_id: device.productId ?? device.platformId,
    platform_id: device.platformId,
    serial_number: device.serialNumber ?? null,
    ...(isCellular(device) ? { cellular: true } : {}),
    ...(device.imei === undefined ? {} : { imei: device.imei }),
    ...(iccid === undefined ? {} : { iccid, last_iccid: iccid }),
    online: device.online,
    connected: device.online,
    last_heard: iso(device.lastHeardAtMs),
    last_handshake_at: iso(device.lastHandshakeAtMs),
    last_ip_address: device.lastIpAddress ?? null,
    system_firmware_version: device.deviceOs ?? null,
    firmware_product_id: device.firmwareProductId ?? null,
    ...(device.firmwareVersion === undefined ? {} : { firmware_version: device.firmwareVersion }),
    ...(device.desiredFirmwareVersion === undefined ? {} : { desired_firmware_version: device.desiredFirmwareVersion }),
    targeted_firmware_release_version: targetedVersion(state, device) ?? null,
    groups: device.groups,
    development: device.development,
    quarantined: device.quarantined,
    denied: device.denied,
  };
}

/** The whole device (2.4). */
export function deviceDetail(state: CloudState, device: DeviceRecord): JsonObject {
  return {
    ...deviceRow(state, device),
    cellular: isCellular(device),
    status: 'normal',
    mobile_secret: device.mobileSecret ?? null,
    current_build_target: device.deviceOs ?? null,
    pinned_build_target: null,
    default_build_target: device.deviceOs ?? null,
    functions: [],
    variables: {},
    firmware_updates_enabled: true,
    firmware_updates_forced: device.firmwareUpdatesForced,
    desired_firmware_version: device.desiredFirmwareVersion ?? null,
    device_protection: { status: device.isProtected ? 'enabled' : 'disabled' },
  };
}

function isCellular(device: DeviceRecord): boolean {
  return device.iccid !== undefined || device.imei !== undefined;
}

/** The ICCID of a plastic SIM is not known before the device was online (decision of the virtual cloud in 2.4, U5). */
function knownIccid(state: CloudState, device: DeviceRecord): string | undefined {
  if (device.lastIccid !== undefined) return device.lastIccid;
  const sim = device.iccid === undefined ? undefined : state.sims.get(device.iccid);
  return sim === undefined || sim.form === '4ff' ? undefined : sim.iccid;
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
