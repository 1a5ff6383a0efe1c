import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { ProductFirmware } from '../../ports/product-firmware.ts';
import type { CloudRequest } from './cloud-request.ts';
import { createCloudSender, type HttpCloudSettings } from './cloud-sender.ts';

/** A bundle holds a binary of at most 2 MB and assets for one unit. */
const FILE_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Product binaries of the Particle cloud over HTTP (cloud-api.md 2.9), with the retries of every cloud request. Throws
 * `station/invalid-file` for a base URL that cannot be used.
 */
export function createHttpProductFirmware(settings: HttpCloudSettings): ProductFirmware {
  const ask = createCloudSender(settings);

  return {
    async list(productId, options) {
      const path = `/v1/products/${productId}/firmware`;
      const received = await ask({ method: 'GET', path }, options);
      const listed = LIST.safeParse(received?.json);
      if (!listed.success) {
        throw new StationError('cloud/bad-answer', `The answer to GET ${path} is no list of firmware.`, {
          evidence: received?.evidence ?? {},
        });
      }
      return listed.data.map(({ version, title, name, size }) => ({
        version,
        title: title ?? '',
        name: name ?? '',
        sizeBytes: size ?? undefined,
      }));
    },

    async binary(productId, version, options) {
      const path = `/v1/products/${productId}/firmware/${version}/binary`;
      const request: CloudRequest = {
        method: 'GET',
        path,
        fileMaxBytes: FILE_MAX_BYTES,
        isAbsence: (status, refusal) => status === 404 && refusal.code === 'cloud/refused',
      };
      const received = await ask(request, options);
      if (received?.file !== undefined) return received.file;
      throw new StationError(
        'store/not-found',
        `Product ${productId} has no firmware version ${version} in the cloud.`,
      );
    },
  };
}

/** A bare array (2.9). What else is in an entry is not needed, and may change. */
const LIST = z.array(
  z.looseObject({
    version: z.int().min(0).max(65_535),
    title: z.string().nullish(),
    name: z.string().nullish(),
    size: z.int().min(0).nullish(),
  }),
);
