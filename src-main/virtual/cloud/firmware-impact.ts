import type { FirmwareRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { isMember, targetedVersion } from './firmware-target.ts';

/**
 * How many devices would be given another version, by the version they run now (undefined: none reported), if this one were released to
 * exactly these groups and as default or not (cloud-api.md 2.6). Nothing is changed.
 */
export function firmwareImpact(
  state: CloudState,
  firmware: FirmwareRecord,
  groups: readonly string[],
  productDefault: boolean,
): Map<number | undefined, number> {
  const after: CloudState = {
    ...state,
    firmware: state.firmware
      .filter(({ productId }) => productId === firmware.productId)
      .map((entry) => {
        if (entry === firmware) return { ...entry, groups, productDefault };
        return {
          ...entry,
          groups: entry.groups.filter((group) => !groups.includes(group)),
          productDefault: entry.productDefault && !productDefault,
        };
      }),
  };
  const byVersion = new Map<number | undefined, number>();
  for (const device of state.devices.values()) {
    if (device.productId !== firmware.productId || !isMember(device)) continue;
    const target = targetedVersion(after, device);
    if (target === undefined || target === device.firmwareVersion) continue;
    if (target === targetedVersion(state, device)) continue;
    byVersion.set(device.firmwareVersion, (byVersion.get(device.firmwareVersion) ?? 0) + 1);
  }
  return byVersion;
}
