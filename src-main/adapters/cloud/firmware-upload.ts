import { StationError } from '../../domain/failure.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudFirmware, FirmwareUpload, ProductFirmware } from '../../ports/product-firmware.ts';
import { beginsAsZip } from '../store/release-files.ts';
import { checkUpload } from './check-upload.ts';
import { badAnswer, presentAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';
import { deviceCalls } from './device-calls.ts';
import { type FirmwareReads, firmwarePath, readVersion } from './firmware-reads.ts';

/**
 * Uploads a product binary (cloud-api.md 2.9). Whether the cloud itself compares the version with the one compiled in is UNVERIFIED, so
 * it is done here first. What it says to a version it has already is UNVERIFIED as well: after every answer but a success, and after
 * none, the version is read and compared, size first, then byte by byte.
 *
 * Beside the SDK: it always calls the file `firmware.bin` and cannot say that a bundle is a zip file (2.9, 4.2).
 */
export function firmwareUpload(send: Send, reads: FirmwareReads): Pick<ProductFirmware, 'upload'> {
  const { product } = deviceCalls(send);

  return {
    async upload(productId, upload, options) {
      await checkUpload(await product(productId, options), upload);
      const before = await findSame(productId, upload, options);
      if (before !== undefined) return { kind: 'already-there', firmware: before };
      try {
        return { kind: 'uploaded', firmware: await sendFile(productId, upload, options) };
      } catch (thrown) {
        // A refusal of the token or an abort says nothing about the file.
        if (!(thrown instanceof StationError) || !MAY_BE_THERE.has(thrown.code)) throw thrown;
        const after = await findSame(productId, upload, options);
        if (after === undefined) throw thrown;
        return { kind: 'uploaded', firmware: after };
      }
    },
  };

  async function sendFile(productId: number, upload: FirmwareUpload, options: CloudOptions): Promise<CloudFirmware> {
    const path = firmwarePath(productId);
    const multipart = formOf(upload);
    const request = { method: 'POST', path, multipart, isIdempotent: false, tryTimeoutMs: UPLOAD_TRY_MS } as const;
    const received = presentAnswer(await send(request, options));
    const firmware = readVersion(productId, upload.version, received);
    if (firmware.sizeBytes !== undefined && firmware.sizeBytes !== upload.bytes.length) {
      throw badAnswer(`${upload.bytes.length} bytes were sent, it tells of ${firmware.sizeBytes}`, received);
    }
    return firmware;
  }

  /** The version if it is there with these bytes; throws `cloud/firmware-exists` if it is there with others. */
  async function findSame(productId: number, { version, bytes, fileName }: FirmwareUpload, options: CloudOptions) {
    const found = await reads.get(productId, version, options);
    if (found === undefined) return undefined;
    const isSame =
      (found.sizeBytes === undefined || found.sizeBytes === bytes.length) &&
      Buffer.compare(await reads.binary(productId, version, options), bytes) === 0;
    if (isSame) return found;
    throw new StationError(
      'cloud/firmware-exists',
      `Product ${productId} has version ${version} already, and it is another file than ${fileName}.`,
      { evidence: { version, uploadedAs: found.name, sizeBytes: found.sizeBytes ?? null, sentBytes: bytes.length } },
    );
  }
}

/** The longest an upload may take (3.3). */
const UPLOAD_TRY_MS = 120_000;

const MAY_BE_THERE: ReadonlySet<string> = new Set([
  'cloud/unreachable',
  'cloud/timeout',
  'cloud/server-error',
  'cloud/bad-answer',
  'cloud/refused',
]);

/** The file first, as the SDK does (2.9). */
function formOf({ bytes, fileName, version, title, description }: FirmwareUpload): FormData {
  const form = new FormData();
  const type = beginsAsZip(bytes) ? 'application/zip' : 'application/octet-stream';
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), fileName);
  form.append('version', String(version));
  form.append('title', title);
  if (description !== undefined) form.append('description', description);
  return form;
}
