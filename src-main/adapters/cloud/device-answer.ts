import * as z from 'zod';
import type { DeviceId } from '../../domain/device-id.ts';
import type { CloudDevice } from '../../ports/cloud.ts';
import { boundedText, isoTime } from './checked-answer.ts';

/** Strict about what membership means, loose about the rest (cloud-api.md 2.4). `mobile_secret` is not named here and so never kept. */
export const deviceAnswer = z.object({
  id: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[0-9a-f]{24}$/),
  product_id: z.number(),
  platform_id: z.number().nullish(),
  serial_number: boundedText(40).nullish(),
  iccid: boundedText(40).nullish(),
  last_iccid: boundedText(40).nullish(),
  quarantined: z.boolean().nullish(),
  denied: z.boolean().nullish(),
  owner: boundedText(200).nullish(),
  name: boundedText(100).nullish(),
  groups: z.array(boundedText(64)).nullish(),
  last_heard: isoTime.nullish(),
  last_handshake_at: isoTime.nullish(),
  online: z.boolean().nullish(),
  firmware_version: z.number().nullish(),
});

/** Rows of the list have fewer keys than the single device; the missing ones are undefined then (2.3). */
export function cloudDeviceOf(device: z.infer<typeof deviceAnswer>): CloudDevice {
  return {
    id: device.id as DeviceId,
    productId: device.product_id,
    platformId: device.platform_id ?? undefined,
    serialNumber: device.serial_number ?? undefined,
    iccid: device.iccid ?? device.last_iccid ?? undefined,
    quarantined: device.quarantined ?? false,
    denied: device.denied ?? false,
    owner: device.owner || undefined,
    name: device.name ?? undefined,
    groups: device.groups ?? [],
    // A row is only sure to have the last handshake, which is never after the last time it was heard (2.3).
    lastHeard: device.last_heard ?? device.last_handshake_at ?? undefined,
    online: device.online ?? false,
    firmwareVersion: device.firmware_version ?? undefined,
  };
}
