import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import { parseModule } from '../../firmware/parse-module.ts';
import type { FirmwareRecord } from './cloud-records.ts';
import { addFirmware } from './cloud-state.ts';
import { publishProductEvent } from './publish-event.ts';
import type { Upload } from './request-body.ts';
import { isTrue } from './request-body.ts';
import type { ProductCall } from './route.ts';

export type RefusedUpload = { readonly status: number; readonly error: string };

/**
 * POST /v1/products/:p/firmware (cloud-api.md 2.9): a multipart body with the file in any place and under any name, `file` or `binary`.
 * A file that is a firmware module must say the same version and platform in its own header; any other file is taken as it is, as
 * is a bundle, which only has to be named one (part type `application/zip`). The refusals are decisions of the virtual cloud (U9).
 */
export function uploadFirmware(call: ProductCall): FirmwareRecord | RefusedUpload {
  const { state, product, fields, bearer } = call;
  const { values, upload } = fields;
  const refusal = refuseFields(values, upload);
  if (refusal !== undefined || upload === undefined) return { status: 400, error: refusal ?? 'file is required' };
  const version = Number(values.get('version'));
  if (state.firmware.some((entry) => entry.productId === product.id && entry.version === version)) {
    return { status: 400, error: 'Firmware version already exists' };
  }
  const parsed = parseModule(upload.bytes, upload.name);
  const mismatch = parsed.ok ? refuseModule(parsed.value, version, product.platformId) : undefined;
  if (mismatch !== undefined) return { status: 400, error: mismatch };
  const record = {
    productId: product.id,
    version,
    bytes: upload.bytes,
    title: String(values.get('title')),
    description: textOr(values.get('description'), ''),
    name: upload.name,
    mandatory: isTrue(values.get('mandatory'), false),
    uploadedBy: bearer.username,
  };
  if (call.keepsNothing) return unkept(state.clock.now(), record);
  const firmware = addFirmware(state, record);
  publishProductEvent(state, product.id, 'particle/firmware/create', { version: String(version) });
  return firmware;
}

/** Version: an unsigned 16-bit number other than 0 (5.6 R30). */
function refuseFields(values: ReadonlyMap<string, unknown>, upload: Upload | undefined): string | undefined {
  const version = String(values.get('version') ?? '');
  if (!/^[1-9]\d{0,4}$/.test(version) || Number(version) > 65_535) return 'version must be an integer from 1 to 65535';
  if (textOr(values.get('title'), '') === '') return 'title is required';
  if (upload === undefined || upload.bytes.length === 0) return 'file is required';
  const isZip = Buffer.from(upload.bytes.subarray(0, 4)).equals(ZIP_BEGINS);
  return isZip && !upload.type.startsWith('application/zip') ? 'A bundle must be sent as application/zip' : undefined;
}

/** The local file header of the ZIP format. */
const ZIP_BEGINS = Buffer.from('PK\u0003\u0004', 'latin1');

function refuseModule(module: FirmwareModule, version: number, platformId: number): string | undefined {
  if (module.platformId !== platformId) return `Firmware is for platform ${module.platformId}, not ${platformId}`;
  if (module.productVersion === version) return undefined;
  return `Firmware version in binary (${module.productVersion ?? 'none'}) does not match ${version}`;
}

function unkept(
  nowMs: number,
  record: Omit<
    FirmwareRecord,
    'uploadedAtMs' | 'updatedAtMs' | 'intelligent' | 'productDefault' | 'groups' | 'wasReleased'
  >,
): FirmwareRecord {
  const unreleased = { intelligent: false, productDefault: false, groups: [], wasReleased: false };
  return { ...record, ...unreleased, uploadedAtMs: nowMs, updatedAtMs: nowMs };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
