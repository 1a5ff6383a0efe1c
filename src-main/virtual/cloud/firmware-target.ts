import type { DeviceRecord, FirmwareRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';

/**
 * The product firmware version the cloud wants a device to run (cloud-api.md 2.9, 5.6 R33): none for a development device or one that
 * is in no product; else the version it is locked to; else the highest one released to any of its groups; else the product's default.
 */
export function targetedVersion(state: CloudState, device: DeviceRecord): number | undefined {
  if (!isMember(device) || device.development) return undefined;
  if (device.desiredFirmwareVersion !== undefined) return device.desiredFirmwareVersion;
  const ofProduct = state.firmware.filter(({ productId }) => productId === device.productId);
  const ofGroups = ofProduct.filter(({ groups }) => groups.some((group) => device.groups.includes(group)));
  if (ofGroups.length > 0) return Math.max(...ofGroups.map(({ version }) => version));
  return ofProduct.find(({ productDefault }) => productDefault)?.version;
}

/** Whether a device is really in its product; quarantined and denied ones are not (5.3 R14). */
export function isMember(device: DeviceRecord): boolean {
  return device.productId !== undefined && !device.quarantined && !device.denied;
}

/** How many devices of a product reported each version when they last connected. */
export function devicesByVersion(state: CloudState, productId: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const device of state.devices.values()) {
    if (device.productId !== productId || !isMember(device) || device.firmwareVersion === undefined) continue;
    counts.set(device.firmwareVersion, (counts.get(device.firmwareVersion) ?? 0) + 1);
  }
  return counts;
}

/**
 * Releases a version to exactly these groups and, when said, as the product's default (2.9, decision of the virtual cloud where the
 * truth is UNVERIFIED). A group has one released version: a later release takes it over, as does a later default.
 */
export function releaseFirmware(
  state: CloudState,
  firmware: FirmwareRecord,
  release: {
    readonly productDefault: boolean | undefined;
    readonly groups: readonly string[] | undefined;
    readonly intelligent: boolean;
  },
): void {
  const { productDefault, groups, intelligent } = release;
  for (const other of state.firmware) {
    if (other === firmware || other.productId !== firmware.productId) continue;
    if (productDefault === true) other.productDefault = false;
    if (groups !== undefined) other.groups = other.groups.filter((group) => !groups.includes(group));
  }
  if (productDefault !== undefined) firmware.productDefault = productDefault;
  if (groups !== undefined) firmware.groups = [...new Set(groups)];
  firmware.intelligent = intelligent;
  if (firmware.productDefault || firmware.groups.length > 0) firmware.wasReleased = true;
  firmware.updatedAtMs = state.clock.now();
}
