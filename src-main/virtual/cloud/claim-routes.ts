import { randomUUID } from 'node:crypto';
import type { Json } from '../../domain/json.ts';
import { accountId } from './account-id.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { isMember } from './firmware-target.ts';
import { isTrue } from './request-body.ts';
import type { Call, ProductCall, Route } from './route.ts';
import { isSandboxFull } from './sandbox.ts';

/** Who owns a device (cloud-api.md 2.7). Neither membership nor SIM changes with it (5.1 R1, 5.2 R8). */
export const CLAIM_ROUTES: readonly Route[] = [
  { name: 'claim-device', method: 'POST', path: /^\/v1\/devices$/, scope: undefined, handle: claim },
  { name: 'unclaim-device', method: 'DELETE', path: /^\/v1\/devices\/([^/]+)$/, scope: undefined, handle: unclaimOwn },
  {
    name: 'unclaim-product-device',
    method: 'DELETE',
    under: /^\/devices\/([^/]+)\/owner$/,
    scope: 'devices:release',
    handle: unclaimMember,
  },
];

/** A developer device must be online (5.2 R5); a device of one's product need not be (R7). */
function claim({ state, bearer, fields, keepsNothing }: Call): Answer {
  const id = String(fields.values.get('id') ?? '')
    .trim()
    .toLowerCase();
  if (id === '') return errors(400, ['arg.deviceID is empty']);
  const device = state.devices.get(id);
  if (device === undefined) return errors(404, ['device does not exist']);
  const me = bearer.username;
  if (device.owner !== undefined && device.owner !== me) {
    if (isTrue(fields.values.get('request_transfer'), false)) return requestTransfer(state, device, me, keepsNothing);
    return errors(403, ['That belongs to someone else.']);
  }
  const claimed = answer({ user_id: accountId(me), id, connected: device.online, ok: true });
  if (device.owner === me) return claimed;
  if (!isOfMyProduct(state, device, me) && !device.online) return errors(404, [["Core isn't online", 404]]);
  if (!isMember(device) && isSandboxFull(state, me, [device])) return DEVICE_LIMIT;
  if (!keepsNothing) device.owner = me;
  return claimed;
}

/** The owner is asked by e-mail and has to agree (5.2 R10): `agreeToTransfer`. */
function requestTransfer(state: CloudState, device: DeviceRecord, to: string, keepsNothing: boolean): Answer {
  const transferId = randomUUID();
  const { deviceId, owner = '' } = device;
  if (!keepsNothing) state.transfers.set(transferId, { transferId, deviceId, from: owner, to });
  return answer({ transfer_id: transferId });
}

/** What a click in the e-mail to the owner does. Returns false when there is no such transfer or the device has a new owner since. */
export function agreeToTransfer(state: CloudState, transferId: string): boolean {
  const transfer = state.transfers.get(transferId);
  const device = transfer === undefined ? undefined : state.devices.get(transfer.deviceId);
  state.transfers.delete(transferId);
  if (transfer === undefined || device === undefined || device.owner !== transfer.from) return false;
  device.owner = transfer.to;
  return true;
}

/** Only by its owner (5.2 R8). */
function unclaimOwn({ state, bearer, item, keepsNothing }: Call): Answer {
  const device = state.devices.get(item);
  if (device === undefined || device.owner !== bearer.username) return NOT_YOURS;
  if (!keepsNothing) device.owner = undefined;
  return answer({ ok: true });
}

/** Whoever the owner is (5.2 R8). That an unclaimed device is 404 is UNVERIFIED (2.7). */
function unclaimMember({ state, product, item, keepsNothing }: ProductCall): Answer {
  const device = state.devices.get(item);
  if (device?.productId !== product.id) return notOk(404, 'Device not found');
  if (device.owner === undefined) return notOk(404, 'Device is not claimed');
  if (!keepsNothing) device.owner = undefined;
  return answer({ ok: true });
}

/** Developer routes for a device that is unknown or somebody else's (1.7). */
export const NOT_YOURS: Answer = {
  status: 403,
  body: {
    error: 'Permission Denied',
    info:
      "I didn't recognize that device name or ID, try opening " +
      'https://api.particle.io/v1/devices?access_token=undefined',
  },
};

/** That the limit of a plan is a 403 is UNVERIFIED (2.2.3). */
export const DEVICE_LIMIT = notOk(403, 'Device limit reached');

function isOfMyProduct(state: CloudState, device: DeviceRecord, me: string): boolean {
  const product = device.productId === undefined ? undefined : state.products.get(device.productId);
  return product !== undefined && isMember(device) && (product.team.includes(me) || product.customers.includes(me));
}

function errors(status: number, list: Json[]): Answer {
  return { status, body: { ok: false, errors: list } };
}
