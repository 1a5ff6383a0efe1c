import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { FirmwareRecord } from './cloud-records.ts';
import type { ProductCall, Route } from './route.ts';

/** The reading half of product firmware (cloud-api.md 2.9); a line uploads and releases nothing. */
export const FIRMWARE_ROUTES: readonly Route[] = [
  { name: 'list-firmware', method: 'GET', under: /^\/firmware$/, scope: 'firmware:list', handle: listFirmware },
  { name: 'get-firmware', method: 'GET', under: /^\/firmware\/([^/]+)$/, scope: 'firmware:get', handle: getFirmware },
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
  return answer(state.firmware.filter(({ productId }) => productId === product.id).map(detail));
}

function getFirmware(call: ProductCall): Answer {
  const found = find(call);
  return found === undefined ? NOT_FOUND : answer(detail(found));
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

/** Both `current` and `product_default`, because the sources disagree. */
function detail(firmware: FirmwareRecord): JsonObject {
  const at = new Date(firmware.uploadedAtMs).toISOString();
  return {
    _id: createHash('sha256').update(firmware.bytes).digest('hex').slice(0, 24),
    version: firmware.version,
    title: firmware.title,
    description: '',
    name: firmware.name,
    size: firmware.bytes.length,
    current: false,
    product_default: false,
    groups: [],
    mandatory: false,
    intelligent: false,
    uploaded_on: at,
    updated_at: at,
    product_id: firmware.productId,
    uploaded_by: { username: 'op@example.com' },
    device_count: 0,
  };
}
