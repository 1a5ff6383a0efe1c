import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';

/**
 * Finds a device by device ID, serial number, IMEI or ICCID, in any case (cloud-api.md 0.2 trap 4), in constant time however many
 * devices there are. Undefined when nothing has that identifier.
 */
export function findByIdentifier(state: CloudState, identifier: string): DeviceRecord | undefined {
  const key = identifier.trim().toLowerCase();
  const index = indexOf(state);
  const device = state.devices.get(index.deviceIds.get(key) ?? key);
  // A device that was registered again may have lost an identifier that still stands in the index.
  return device !== undefined && identifiersOf(device).includes(key) ? device : undefined;
}

/** Keeps the index up to date with a device that was just put into the memory. */
export function indexDevice(state: CloudState, device: DeviceRecord): void {
  const index = indexes.get(state);
  if (index === undefined) return;
  if (!index.deviceIds.has(device.deviceId)) index.devices += 1;
  for (const identifier of identifiersOf(device)) index.deviceIds.set(identifier, device.deviceId);
}

/** Device IDs by every identifier in lower case, and how many devices are in it: when that is wrong, it is made anew. */
type IdentifierIndex = { readonly deviceIds: Map<string, string>; devices: number };

/** Beside the memory and not in it: it follows from the devices, and a memory read from a file gets a new one. */
const indexes = new WeakMap<CloudState, IdentifierIndex>();

function indexOf(state: CloudState): IdentifierIndex {
  const known = indexes.get(state);
  if (known?.devices === state.devices.size) return known;
  const index: IdentifierIndex = { deviceIds: new Map(), devices: state.devices.size };
  for (const device of state.devices.values()) {
    for (const identifier of identifiersOf(device)) index.deviceIds.set(identifier, device.deviceId);
  }
  indexes.set(state, index);
  return index;
}

function identifiersOf({ deviceId, serialNumber, imei, iccid }: DeviceRecord): string[] {
  return [serialNumber, imei, iccid, deviceId].flatMap((text) => (text === undefined ? [] : [text.toLowerCase()]));
}
