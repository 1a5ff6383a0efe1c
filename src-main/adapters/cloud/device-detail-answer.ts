import * as z from 'zod';
import type { CloudDeviceDetail } from '../../ports/cloud-devices.ts';
import { boundedText, isoTime } from './checked-answer.ts';
import { cloudDeviceOf, deviceAnswer } from './device-answer.ts';

/**
 * The whole device (cloud-api.md 2.4), and a row of the list, which has fewer keys (2.3). Only what is named here is kept, and
 * `mobile_secret` is not. The SDK's type lacks most of it (4.2).
 */
export const deviceDetailAnswer = deviceAnswer.extend({
  notes: boundedText(2_000).nullish(),
  imei: boundedText(40).nullish(),
  development: z.boolean().nullish(),
  status: boundedText(40).nullish(),
  system_firmware_version: boundedText(40).nullish(),
  firmware_product_id: z.number().nullish(),
  desired_firmware_version: z.number().nullish(),
  targeted_firmware_release_version: z.number().nullish(),
  last_handshake_at: isoTime.nullish(),
  last_ip_address: boundedText(60).nullish(),
  device_protection: z.looseObject({ status: boundedText(40).nullish() }).nullish(),
  firmware_updates_enabled: z.boolean().nullish(),
  firmware_updates_forced: z.boolean().nullish(),
  functions: z.array(boundedText(64)).nullish(),
  variables: z.record(z.string().max(200), z.unknown()).nullish(),
});

/** The answer as the port tells it. */
export function cloudDeviceDetailOf(device: z.infer<typeof deviceDetailAnswer>): CloudDeviceDetail {
  return {
    ...cloudDeviceOf(device),
    notes: device.notes ?? undefined,
    imei: device.imei ?? undefined,
    isDevelopment: device.development ?? false,
    status: device.status ?? undefined,
    deviceOs: device.system_firmware_version ?? undefined,
    firmwareProductId: device.firmware_product_id ?? undefined,
    lockedVersion: device.desired_firmware_version ?? undefined,
    targetVersion: device.targeted_firmware_release_version ?? undefined,
    lastHandshake: device.last_handshake_at ?? undefined,
    lastIpAddress: device.last_ip_address ?? undefined,
    deviceProtection: device.device_protection?.status ?? undefined,
    updatesEnabled: device.firmware_updates_enabled ?? undefined,
    updatesForced: device.firmware_updates_forced ?? undefined,
    functions: device.functions ?? [],
    variables: Object.keys(device.variables ?? {}),
  };
}
