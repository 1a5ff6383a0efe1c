import type { ProductFirmware } from '../../ports/product-firmware.ts';
import { createCloudSender, type HttpCloudSettings, type Send } from './cloud-sender.ts';
import { firmwareDeletion } from './firmware-deletion.ts';
import { firmwareReads } from './firmware-reads.ts';
import { firmwareRelease } from './firmware-release.ts';
import { firmwareUpload } from './firmware-upload.ts';

/**
 * Product binaries of the Particle cloud over HTTP (cloud-api.md 2.9), with the retries of every cloud request. Throws
 * `station/invalid-file` for a base URL that cannot be used.
 */
export function createHttpProductFirmware(settings: HttpCloudSettings): ProductFirmware {
  return productFirmware(createCloudSender(settings));
}

/** The same with a sender that is there already. */
export function productFirmware(send: Send): ProductFirmware {
  const reads = firmwareReads(send);
  return {
    ...reads,
    ...firmwareUpload(send, reads),
    ...firmwareRelease(send, reads),
    ...firmwareDeletion(send, reads),
  };
}
