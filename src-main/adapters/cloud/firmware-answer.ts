import * as z from 'zod';
import type { CloudFirmware } from '../../ports/product-firmware.ts';
import { boundedText, isoTime } from './checked-answer.ts';

/**
 * One uploaded version (cloud-api.md 2.9). Whether it is the product's default is `product_default`; the examples of uploading and
 * editing still show the old `current`. When it came is `uploaded_on`; the SDK's type says `uploaded_at`, which never comes (4.2).
 */
export const firmwareAnswer = z.looseObject({
  version: z.int().min(0).max(65_535),
  title: boundedText(200).nullish(),
  description: boundedText(2_000).nullish(),
  name: boundedText(200).nullish(),
  size: z.int().min(0).nullish(),
  product_default: z.boolean().nullish(),
  current: z.boolean().nullish(),
  groups: z.array(boundedText(64)).nullish(),
  mandatory: z.boolean().nullish(),
  uploaded_on: isoTime.nullish(),
  uploaded_by: z.looseObject({ username: boundedText(200).nullish() }).nullish(),
  device_count: z.int().min(0).nullish(),
  product_id: z.number().nullish(),
});

/** A bare array, unpaged. */
export const firmwareList = z.array(firmwareAnswer);

/** The answer as the port tells it. */
export function cloudFirmwareOf(firmware: z.infer<typeof firmwareAnswer>): CloudFirmware {
  return {
    version: firmware.version,
    title: firmware.title ?? '',
    description: firmware.description ?? '',
    name: firmware.name ?? '',
    sizeBytes: firmware.size ?? undefined,
    isProductDefault: firmware.product_default ?? firmware.current ?? false,
    groups: firmware.groups ?? [],
    isMandatory: firmware.mandatory ?? false,
    uploadedAt: firmware.uploaded_on ?? undefined,
    uploadedBy: firmware.uploaded_by?.username ?? undefined,
    deviceCount: firmware.device_count ?? undefined,
  };
}
