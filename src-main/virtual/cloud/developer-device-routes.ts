import { type Answer, answer, notOk } from './answer.ts';
import { NOT_YOURS } from './claim-routes.ts';
import type { DeviceRecord } from './cloud-records.ts';
import { changeDevice, readDeviceChange } from './device-change.ts';
import { deviceDetail, deviceRow } from './device-json.ts';
import { signalReply } from './device-routes.ts';
import { publishDeviceEvent } from './publish-event.ts';
import { isTrue } from './request-body.ts';
import type { Call, Route } from './route.ts';

const ONE = /^\/v1\/devices\/([^/]+)$/;

/** The devices somebody has claimed, in a product or not (cloud-api.md 2.4, 2.5). Closed to API users (1.6). */
export const DEVELOPER_DEVICE_ROUTES: readonly Route[] = [
  { name: 'list-my-devices', method: 'GET', path: /^\/v1\/devices$/, scope: undefined, handle: listDevices },
  { name: 'get-my-device', method: 'GET', path: ONE, scope: undefined, handle: getDevice },
  { name: 'update-my-device', method: 'PUT', path: ONE, scope: undefined, handle: updateDevice },
  {
    name: 'ping-my-device',
    method: 'PUT',
    path: /^\/v1\/devices\/([^/]+)\/ping$/,
    scope: undefined,
    handle: pingDevice,
  },
];

/** The device of the path, when the bearer has claimed it. */
function myDevice({ state, bearer, item }: Call): DeviceRecord | undefined {
  const device = state.devices.get(item);
  return device?.owner === bearer.username ? device : undefined;
}

/** A bare array, unpaged. */
function listDevices({ state, bearer }: Call): Answer {
  const mine = [...state.devices.values()].filter(({ owner }) => owner === bearer.username);
  return answer(mine.map((device) => deviceRow(state, device)));
}

function getDevice(call: Call): Answer {
  const device = myDevice(call);
  return device === undefined ? NOT_YOURS : answer(deviceDetail(call.state, device));
}

function pingDevice(call: Call): Answer {
  const device = myDevice(call);
  return device === undefined ? NOT_YOURS : answer({ online: device.online, ok: true });
}

/** Name, notes, signal, forced updates, or a file to flash (2.5). */
function updateDevice(call: Call): Answer {
  const { state, fields } = call;
  const device = myDevice(call);
  if (device === undefined) return NOT_YOURS;
  if (fields.upload !== undefined) return flashFile(call, device);
  const sent = new Map([...fields.values].filter(([key]) => CHANGEABLE.has(key)));
  const change = readDeviceChange(sent, () => false);
  if ('error' in change) return notOk(change.status, change.error);
  const signals = fields.values.has('signal');
  if (sent.size === 0 && !signals) return notOk(400, 'Nothing to update');
  if (!call.keepsNothing) changeDevice(state, device, change, undefined);
  const signal = signals ? signalReply(device, isTrue(fields.values.get('signal'), false)) : {};
  if (signals && sent.size === 0) return answer(signal);
  return answer({ ...signal, id: device.deviceId, ...change, updated_at: state.clock.iso() });
}

const CHANGEABLE: ReadonlySet<string> = new Set(['name', 'notes', 'firmware_updates_forced']);

/** What was flashed is not kept: the virtual cloud does not know what the unit runs until it says so. */
function flashFile({ state, keepsNothing }: Call, device: DeviceRecord): Answer {
  if (!device.online) return notOk(404, 'Device is not connected');
  if (!keepsNothing) {
    publishDeviceEvent(state, device, 'spark/flash/status', 'started ');
    publishDeviceEvent(state, device, 'spark/flash/status', 'success ');
  }
  return answer({ id: device.deviceId, status: 'Update started' });
}
