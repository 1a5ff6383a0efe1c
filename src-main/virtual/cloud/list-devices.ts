import { accountId } from './account-id.ts';
import { type Answer, answer } from './answer.ts';
import type { DeviceRecord } from './cloud-records.ts';
import { deviceRow } from './device-json.ts';
import { pageOf } from './page.ts';
import type { ProductCall } from './route.ts';

/**
 * GET /v1/products/:p/devices (cloud-api.md 2.3): partial filters by ID, name and serial number, exact ones by group, and the quarantine.
 * Devices in quarantine and denied ones are in the list unless filtered out by the reader (I). Sorted by last connection,
 * latest first, unless told otherwise.
 */
export function listDevices({ state, product, query }: ProductCall): Answer {
  const filters = [
    contains(query.get('deviceId'), ({ deviceId }) => deviceId),
    contains(query.get('deviceName'), ({ name }) => name),
    contains(query.get('serialNumber'), ({ serialNumber }) => serialNumber),
    inGroups(query.get('groups')),
    query.get('quarantined') === 'true' ? ({ quarantined }: DeviceRecord) => quarantined : undefined,
  ].filter((filter) => filter !== undefined);
  const found: DeviceRecord[] = [];
  for (const device of state.devices.values()) {
    if (device.productId === product.id && filters.every((filter) => filter(device))) found.push(device);
  }
  const { rows, meta } = pageOf(sorted(found, query), query);
  return answer({
    devices: rows.map((device) => deviceRow(state, device)),
    customers: product.customers.map((username) => ({ id: accountId(username), username })),
    meta,
  });
}

type DeviceFilter = (device: DeviceRecord) => boolean;

function contains(
  wanted: string | null,
  textOf: (device: DeviceRecord) => string | null | undefined,
): DeviceFilter | undefined {
  if (wanted === null || wanted === '') return undefined;
  const text = wanted.toLowerCase();
  return (device) => textOf(device)?.toLowerCase().includes(text) ?? false;
}

function inGroups(wanted: string | null): DeviceFilter | undefined {
  if (wanted === null || wanted === '') return undefined;
  const groups = wanted.split(',');
  return (device) => device.groups.some((group) => groups.includes(group));
}

function sorted(devices: DeviceRecord[], query: URLSearchParams): DeviceRecord[] {
  const direction = query.get('sortDir') === 'asc' ? 1 : -1;
  const by = query.get('sortAttr');
  if (by === 'deviceName' || by === 'deviceId') {
    const { compare } = new Intl.Collator('en');
    const keyOf = (device: DeviceRecord) => (by === 'deviceId' ? device.deviceId : (device.name ?? ''));
    return withKeys(devices, keyOf, (a, b) => direction * compare(a, b));
  }
  const keyOf = (device: DeviceRecord) =>
    (by === 'firmwareVersion' ? device.firmwareVersion : device.lastHandshakeAtMs) ?? 0;
  return withKeys(devices, keyOf, (a, b) => direction * (a - b));
}

/** Each key is made once: with thousands of devices, comparing is most of the work. */
function withKeys<Key>(
  devices: DeviceRecord[],
  keyOf: (device: DeviceRecord) => Key,
  compare: (a: Key, b: Key) => number,
): DeviceRecord[] {
  return devices
    .map((device) => ({ device, key: keyOf(device) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ device }) => device);
}
