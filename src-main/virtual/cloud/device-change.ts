import { isGroupName } from '../../domain/group-name.ts';
import type { DeviceRecord, ProductRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { ensureGroup } from './device-groups.ts';
import { isTrue, textList } from './request-body.ts';

/** What a PUT asks of one device, in the words of cloud-api.md 2.5. Only what was sent is there; null takes a value away. */
export type DeviceChange = {
  readonly name?: string | null;
  readonly notes?: string | null;
  readonly groups?: readonly string[];
  readonly desired_firmware_version?: number | null;
  readonly development?: boolean;
  readonly firmware_updates_forced?: boolean;
};

export type RefusedChange = { readonly status: number; readonly error: string };

/**
 * Reads the fields of a PUT, from JSON or a form alike: a form says `null` in letters. Refuses the whole change when one field of it is
 * wrong; whether the version of a lock exists is asked of `hasVersion`. The refusals are decisions of the virtual cloud (2.5, U13).
 */
export function readDeviceChange(
  values: ReadonlyMap<string, unknown>,
  hasVersion: (version: number) => boolean,
): DeviceChange | RefusedChange {
  const change: { -readonly [Key in keyof DeviceChange]: DeviceChange[Key] } = {};
  for (const key of ['name', 'notes'] as const) {
    if (!values.has(key)) continue;
    const value = values.get(key) ?? null;
    if (value !== null && typeof value !== 'string') return { status: 400, error: `Invalid ${key}` };
    change[key] = value;
  }
  if (values.has('groups')) {
    const groups = textList(values.get('groups')).filter((name) => name !== '');
    if (!groups.every(isGroupName)) return { status: 400, error: 'Invalid group name' };
    change.groups = [...new Set(groups)];
  }
  if (values.has('desired_firmware_version')) {
    const version = versionOrNull(values.get('desired_firmware_version'));
    if (version === undefined) return { status: 400, error: 'Invalid desired_firmware_version' };
    if (version !== null && !hasVersion(version)) return { status: 404, error: 'Firmware version not found' };
    change.desired_firmware_version = version;
  }
  for (const key of ['development', 'firmware_updates_forced'] as const) {
    if (values.has(key)) change[key] = isTrue(values.get(key), false);
  }
  return change;
}

/** Carries a change out. Groups are set absolutely, and those that do not exist are made (2.5). */
export function changeDevice(
  state: CloudState,
  device: DeviceRecord,
  change: DeviceChange,
  product: ProductRecord | undefined,
): void {
  if (change.name !== undefined) device.name = change.name;
  if (change.notes !== undefined) device.notes = change.notes;
  if (change.development !== undefined) device.development = change.development;
  if (change.firmware_updates_forced !== undefined) device.firmwareUpdatesForced = change.firmware_updates_forced;
  if (change.desired_firmware_version !== undefined) {
    device.desiredFirmwareVersion = change.desired_firmware_version ?? undefined;
  }
  if (change.groups !== undefined && product !== undefined) {
    for (const group of change.groups) ensureGroup(state, product, group);
    device.groups = change.groups;
  }
}

function versionOrNull(value: unknown): number | null | undefined {
  if (value === null || value === 'null') return null;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}
