import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { DeviceRecord } from './cloud-records.ts';
import { changeDevice, readDeviceChange } from './device-change.ts';
import { deviceDetail } from './device-json.ts';
import { updateOverTheAir } from './device-life.ts';
import { batchGroups } from './group-routes.ts';
import { importDevices } from './import-devices.ts';
import { listDevices } from './list-devices.ts';
import { isTrue } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';

/** Devices of a product (cloud-api.md 2.2 to 2.5, 2.7). */
export const DEVICE_ROUTES: readonly Route[] = [
  { name: 'import-devices', method: 'POST', under: /^\/devices$/, scope: 'devices:import', handle: importDevices },
  { name: 'list-devices', method: 'GET', under: /^\/devices$/, scope: 'devices:list', handle: listDevices },
  { name: 'batch-devices', method: 'PUT', under: /^\/devices$/, scope: 'devices:update', handle: batchGroups },
  { name: 'get-device', method: 'GET', under: /^\/devices\/([^/]+)$/, scope: 'devices:get', handle: getDevice },
  {
    name: 'ping-device',
    method: 'PUT',
    under: /^\/devices\/([^/]+)\/ping$/,
    scope: 'devices:ping',
    handle: pingDevice,
  },
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

/** The answer to a signal; its reply when the device is offline is UNVERIFIED, so this is the 200 of 2015 (3.1). */
export function signalReply(device: DeviceRecord, isOn: boolean): JsonObject {
  return device.online
    ? { id: device.deviceId, connected: true, signaling: isOn }
    : { ok: false, id: device.deviceId, connected: false, signaling: false, error: 'Device is not connected' };
}

function getDevice(call: ProductCall): Answer {
  const device = deviceOf(call);
  if (device === undefined) return notOk(404, 'Device not found');
  return answer(deviceDetail(call.state, device));
}

function pingDevice(call: ProductCall): Answer {
  const device = deviceOf(call);
  if (device === undefined) return notOk(404, 'Device not found');
  return answer({ online: device.online, ok: true });
}

/** Answers with exactly what it changed (2.5). A flash of a device that is offline is lost; the lock stays. */
function updateDevice(call: ProductCall): Answer {
  const { state, product, fields } = call;
  const device = deviceOf(call);
  if (device === undefined) return notOk(404, 'Device not found');
  const hasVersion = (version: number) =>
    state.firmware.some((entry) => entry.productId === product.id && entry.version === version);
  const change = readDeviceChange(fields.values, hasVersion);
  if ('error' in change) return notOk(change.status, change.error);
  const signals = fields.values.has('signal');
  const flashes = isTrue(fields.values.get('flash'), false);
  if (Object.keys(change).length === 0 && !signals && !flashes) return notOk(400, 'Nothing to update');
  if (!call.keepsNothing) {
    changeDevice(state, device, change, product);
    if (flashes) updateOverTheAir(state, device, 'at-once');
  }
  const signal = signals ? signalReply(device, isTrue(fields.values.get('signal'), false)) : {};
  if (signals && Object.keys(change).length === 0) return answer(signal);
  return answer({ ...signal, id: device.deviceId, ...change, updated_at: state.clock.iso() });
}

/** Removes a device, or denies one in quarantine (2.7). Only a customer's device loses its owner by it; no SIM is touched. */
function removeDevice(call: ProductCall): Answer {
  const { product, fields, query } = call;
  const device = deviceOf(call);
  if (device === undefined) return notOk(404, 'Device not found for this product');
  if (call.keepsNothing) return { status: 204 };
  if (isTrue(fields.values.get('deny') ?? query.get('deny'), false)) {
    device.denied = true;
    return { status: 204 };
  }
  device.productId = undefined;
  device.quarantined = false;
  device.denied = false;
  device.groups = [];
  device.desiredFirmwareVersion = undefined;
  device.development = false;
  if (device.owner !== undefined && product.customers.includes(device.owner)) device.owner = undefined;
  return { status: 204 };
}

function deviceOf({ state, product, item }: ProductCall): DeviceRecord | undefined {
  const device = state.devices.get(item);
  return device?.productId === product.id ? device : undefined;
}
