import type * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import { parseProductVersion } from '../../domain/product-version.ts';
import type { CloudFirmware, ProductFirmware } from '../../ports/product-firmware.ts';
import { isUnknownHere } from './absent.ts';
import { askBySdk } from './ask-by-sdk.ts';
import { badAnswer, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { Received } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { cloudFirmwareOf, firmwareAnswer, firmwareList } from './firmware-answer.ts';

/** A bundle holds a binary of at most 2 MB and assets for one unit. */
export const FIRMWARE_FILE_MAX_BYTES = 16 * 1024 * 1024;

export type FirmwareReads = Pick<ProductFirmware, 'list' | 'get' | 'binary'>;

/** What lies in the product (cloud-api.md 2.9); rejections as in ports/product-firmware.ts. */
export function firmwareReads(send: Send): FirmwareReads {
  return {
    async list(productId, options) {
      const received = presentAnswer(
        await askBySdk(send, options, (sdk) => sdk.listProductFirmware({ product: productId })),
      );
      return checkedAnswer(firmwareList, received).map((firmware) => ownFirmware(productId, firmware, received));
    },

    async get(productId, version, options) {
      requireVersion(version);
      const order = { product: productId, version };
      const here = { isAbsence: isUnknownHere };
      const received = await askBySdk(send, options, (sdk) => sdk.getProductFirmware(order), here);
      return received === undefined ? undefined : readVersion(productId, version, received);
    },

    async binary(productId, version, options) {
      const path = `${versionPath(productId, version)}/binary`;
      const request = { method: 'GET', path, fileMaxBytes: FIRMWARE_FILE_MAX_BYTES, isAbsence: isUnknownHere } as const;
      const received = await send(request, options);
      if (received?.file !== undefined) return received.file;
      throw new StationError(
        'store/not-found',
        `Product ${productId} has no firmware version ${version} in the cloud.`,
      );
    },
  };
}

/** The answer about one version, which must be the one that was asked for. */
export function readVersion(productId: number, version: number, received: Received): CloudFirmware {
  const firmware = ownFirmware(productId, checkedAnswer(firmwareAnswer, received), received);
  if (firmware.version !== version)
    throw badAnswer(`it is about version ${firmware.version}, not ${version}`, received);
  return firmware;
}

function ownFirmware(productId: number, answer: z.infer<typeof firmwareAnswer>, received: Received): CloudFirmware {
  if (typeof answer.product_id === 'number' && answer.product_id !== productId) {
    throw badAnswer(`version ${answer.version} is of product ${answer.product_id}, not ${productId}`, received);
  }
  return cloudFirmwareOf(answer);
}

export function firmwarePath(productId: number): string {
  return `/v1/products/${productId}/firmware`;
}

/** Throws `request/invalid` for a number that is no product version. */
export function versionPath(productId: number, version: number): string {
  requireVersion(version);
  return `${firmwarePath(productId)}/${version}`;
}

/** Throws `request/invalid` for a number that is no product version (R30). */
export function requireVersion(version: number): void {
  const parsed = parseProductVersion(version);
  if (!parsed.ok) throw new StationError(parsed.failure.code, parsed.failure.detail);
}

/** `cloud/not-found` for a version that the product does not have. */
export function noSuchVersion(productId: number, version: number): StationError {
  return new StationError('cloud/not-found', `Product ${productId} has no firmware version ${version}.`);
}
