import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { FirmwareRecord } from './cloud-records.ts';
import { devicesByVersion } from './firmware-target.ts';
import { releaseVersion } from './release-firmware.ts';
import { isTrue } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';
import { uploadFirmware } from './upload-firmware.ts';

/** Product firmware (cloud-api.md 2.9). `release` stands before the versions, so that it is not taken for one. */
export const FIRMWARE_ROUTES: readonly Route[] = [
  { name: 'list-firmware', method: 'GET', under: /^\/firmware$/, scope: 'firmware:list', handle: listFirmware },
  { name: 'upload-firmware', method: 'POST', under: /^\/firmware$/, scope: 'firmware:create', handle: upload },
  {
    name: 'release-firmware',
    method: 'PUT',
    under: /^\/firmware\/release$/,
    scope: 'firmware:release',
    handle: release,
  },
  { name: 'get-firmware', method: 'GET', under: /^\/firmware\/([^/]+)$/, scope: 'firmware:get', handle: getFirmware },
  { name: 'edit-firmware', method: 'PUT', under: /^\/firmware\/([^/]+)$/, scope: 'firmware:update', handle: edit },
  {
    name: 'delete-firmware',
    method: 'DELETE',
    under: /^\/firmware\/([^/]+)$/,
    scope: 'firmware:remove',
    handle: remove,
  },
  {
    name: 'download-firmware',
    method: 'GET',
    under: /^\/firmware\/([^/]+)\/binary$/,
    scope: 'firmware.binary:get',
    handle: downloadFirmware,
  },
];

/** A bare array, unpaged. */
function listFirmware({ state, product }: ProductCall): Answer {
  const counts = devicesByVersion(state, product.id);
  const found = state.firmware.filter(({ productId }) => productId === product.id);
  return answer(found.map((firmware) => detail(firmware, counts)));
}

function getFirmware(call: ProductCall): Answer {
  const found = find(call);
  return found === undefined ? NOT_FOUND : answer(detailOf(call, found));
}

function upload(call: ProductCall): Answer {
  const outcome = uploadFirmware(call);
  return 'error' in outcome ? notOk(outcome.status, outcome.error) : answer(detailOf(call, outcome), 201);
}

function release(call: ProductCall): Answer {
  const outcome = releaseVersion(call);
  return 'error' in outcome ? notOk(outcome.status, outcome.error) : answer(detailOf(call, outcome));
}

function edit(call: ProductCall): Answer {
  const found = find(call);
  if (found === undefined) return NOT_FOUND;
  const { values } = call.fields;
  const title = values.get('title') ?? found.title;
  const description = values.get('description') ?? found.description;
  if (!['title', 'description', 'mandatory'].some((key) => values.has(key))) return notOk(400, 'Nothing to update');
  if (typeof title !== 'string' || title === '') return notOk(400, 'Invalid title');
  if (typeof description !== 'string') return notOk(400, 'Invalid description');
  const mandatory = isTrue(values.get('mandatory'), found.mandatory);
  const updatedAtMs = call.state.clock.now();
  if (call.keepsNothing) return answer(detailOf(call, { ...found, title, description, mandatory, updatedAtMs }));
  Object.assign(found, { title, description, mandatory, updatedAtMs });
  return answer(detailOf(call, found));
}

/** A version that was ever released stays (5.6 R37); the status is UNVERIFIED. */
function remove(call: ProductCall): Answer {
  const found = find(call);
  if (found === undefined) return NOT_FOUND;
  if (found.wasReleased) return notOk(400, 'A released firmware version cannot be deleted');
  const { firmware } = call.state;
  if (!call.keepsNothing) firmware.splice(firmware.indexOf(found), 1);
  return { status: 204 };
}

function downloadFirmware(call: ProductCall): Answer {
  const found = find(call);
  return found === undefined ? NOT_FOUND : { status: 200, file: found.bytes };
}

function find({ state, product, item }: ProductCall): FirmwareRecord | undefined {
  return state.firmware.find(({ productId, version }) => productId === product.id && String(version) === item);
}

/** The body of the real refusal is UNVERIFIED (2.9). */
const NOT_FOUND = notOk(404, 'Firmware version not found');

function detailOf({ state, product }: ProductCall, firmware: FirmwareRecord): JsonObject {
  return detail(firmware, devicesByVersion(state, product.id));
}

/** Both `current` and `product_default`, because the sources disagree. */
function detail(firmware: FirmwareRecord, counts: ReadonlyMap<number, number>): JsonObject {
  const identity = `${firmware.productId}/${firmware.version}`;
  return {
    _id: createHash('sha256').update(identity).update(firmware.bytes).digest('hex').slice(0, 24),
    version: firmware.version,
    title: firmware.title,
    description: firmware.description,
    name: firmware.name,
    size: firmware.bytes.length,
    current: firmware.productDefault,
    product_default: firmware.productDefault,
    groups: firmware.groups,
    mandatory: firmware.mandatory,
    intelligent: firmware.intelligent,
    uploaded_on: new Date(firmware.uploadedAtMs).toISOString(),
    updated_at: new Date(firmware.updatedAtMs).toISOString(),
    product_id: firmware.productId,
    uploaded_by: { username: firmware.uploadedBy },
    device_count: counts.get(firmware.version) ?? 0,
  };
}
