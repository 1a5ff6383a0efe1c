import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { importDevices } from './import-devices.ts';
import { pageOf } from './page.ts';
import { isTrue, textList } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';

/** Devices of a product (cloud-api.md 2.2 to 2.5, 2.7). */
export const DEVICE_ROUTES: readonly Route[] = [
  { name: 'import-devices', method: 'POST', under: /^\/devices$/, scope: 'devices:import', handle: importDevices },
  { name: 'list-devices', method: 'GET', under: /^\/devices$/, scope: 'devices:list', handle: listDevices },
  { name: 'get-device', method: 'GET', under: /^\/devices\/([^/]+)$/, scope: 'devices:get', handle: getDevice },
  {
    name: 'update-device',
    method: 'PUT',
    under: /^\/devices\/([^/]+)$/,
    scope: 'devices:update',
    handle: updateDevice,
  },
  {
    name: 'remove-device',
    method: 'DELETE',
    under: /^\/devices\/([^/]+)$/,
    scope: 'devices:remove',
    handle: removeDevice,
  },
];

function listDevices(call: ProductCall): Answer {
  const { state, product, query } = call;
  const has = (value: string | null | undefined, key: string) =>
    (value ?? '').toLowerCase().includes((query.get(key) ?? '').toLowerCase());
  const groups = query.get('groups')?.split(',') ?? [];
  const found = [...state.devices.values()].filter(
    (device) =>
      device.productId === product.id &&
      has(device.deviceId, 'deviceId') &&
      has(device.name, 'deviceName') &&
      has(device.serialNumber, 'serialNumber') &&
      (groups.length === 0 || groups.some((group) => device.groups.includes(group))) &&
      (query.get('quarantined') !== 'true' || device.quarantined),
  );
  const { rows, meta } = pageOf(sorted(found, query), query);
  return answer({
    devices: rows.map((device) => deviceRow(device, product.id)),
    customers: [],
    meta,
  });
}

// Virtual units never connect, so `lastConnection` and `firmwareVersion` leave the order of registration.
function sorted(devices: DeviceRecord[], query: URLSearchParams): DeviceRecord[] {
  const direction = query.get('sortDir') === 'asc' ? 1 : -1;
  const attribute = query.get('sortAttr');
  if (attribute !== 'deviceName' && attribute !== 'deviceId') return devices;
  const key = (device: DeviceRecord) => (attribute === 'deviceId' ? device.deviceId : (device.name ?? ''));
  return devices.toSorted((a, b) => direction * key(a).localeCompare(key(b), 'en'));
}

function getDevice(call: ProductCall): Answer {
  const device = memberDevice(call);
  if (device === undefined) return notOk(404, 'Device not found');
  return answer(deviceDetail(call.state, device, call.product.id));
}

function updateDevice(call: ProductCall): Answer {
  const device = memberDevice(call);
  if (device === undefined) return notOk(404, 'Device not found');
  const { values } = call.fields;
  const changed: Record<string, string | string[] | boolean> = {};
  if (values.has('name')) changed.name = String(values.get('name'));
  if (values.has('notes')) changed.notes = String(values.get('notes'));
  if (values.has('groups')) changed.groups = textList(values.get('groups'));
  if (values.has('development')) changed.development = isTrue(values.get('development'), false);
  if (Object.keys(changed).length === 0) return notOk(400, 'Nothing to update');
  if (textList(changed.groups).some((name) => !/^[a-z0-9_-]{1,64}$/.test(name))) {
    return notOk(400, 'Invalid group name');
  }
  if (!call.keepsNothing) Object.assign(device, changed);
  return answer({ id: device.deviceId, ...changed, updated_at: call.state.clock.iso() });
}

function removeDevice(call: ProductCall): Answer {
  const device = memberDevice(call);
  if (device === undefined) return notOk(404, 'Device not found for this product');
  if (call.keepsNothing) return { status: 204 };
  if (isTrue(call.fields.values.get('deny'), false)) {
    device.denied = true;
  } else {
    device.productId = undefined;
    device.quarantined = false;
    device.groups = [];
  }
  return { status: 204 };
}

function memberDevice({ state, product, item }: ProductCall): DeviceRecord | undefined {
  const device = state.devices.get(item);
  return device?.productId === product.id ? device : undefined;
}

/** A list entry: what 2.3 names, connection facts null because virtual units never connect. */
function deviceRow(device: DeviceRecord, productId: number): JsonObject {
  return {
    id: device.deviceId,
    name: device.name,
    notes: device.notes,
    owner: device.owner ?? null,
    product_id: productId,
    platform_id: device.platformId,
    serial_number: device.serialNumber ?? null,
    ...(device.iccid === undefined ? {} : { cellular: true }),
    ...(device.imei === undefined ? {} : { imei: device.imei }),
    online: false,
    last_heard: null,
    last_handshake_at: null,
    last_ip_address: null,
    system_firmware_version: null,
    firmware_product_id: null,
    targeted_firmware_release_version: null,
    groups: device.groups,
    development: device.development,
    quarantined: device.quarantined,
    denied: device.denied,
  };
}

/** The whole device (2.4). The ICCID of a plastic SIM is not known before the device was online (VC decision of 2.4). */
function deviceDetail(state: CloudState, device: DeviceRecord, productId: number): JsonObject {
  const sim = device.iccid === undefined ? undefined : state.sims.get(device.iccid);
  return {
    ...deviceRow(device, productId),
    cellular: device.iccid !== undefined || device.imei !== undefined,
    connected: false,
    status: 'normal',
    ...(sim !== undefined && sim.form !== '4ff' ? { iccid: sim.iccid, last_iccid: sim.iccid } : {}),
    mobile_secret: device.mobileSecret ?? null,
    current_build_target: null,
    default_build_target: null,
    firmware_updates_enabled: true,
    firmware_updates_forced: false,
    desired_firmware_version: null,
    device_protection: { status: device.isProtected ? 'enabled' : 'disabled' },
  };
}
