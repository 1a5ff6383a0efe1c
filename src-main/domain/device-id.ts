import type { Brand } from './brand.ts';
import { ok, type Result, refuse } from './failure.ts';
import { maskedText } from './masked-text.ts';

/** 96 bits as 24 lower-case hex digits; never changes, the key of everything in the cloud (seed: Device ID). */
export type DeviceId = Brand<string, 'DeviceId'>;

/**
 * Reads a device ID: exactly 24 hex digits, in either case because Gen 2 firmware below 0.7.0 prints upper case
 * (device-usb.md 2.1); kept in lower case because the cloud wants it so (cloud-api.md 5.7). Else `request/invalid`.
 */
export function parseDeviceId(text: string): Result<DeviceId> {
  if (!/^[0-9a-f]{24}$/i.test(text)) {
    return refuse('request/invalid', `A device ID is 24 hex digits; this was ${maskedText(text)}.`);
  }
  return ok(text.toLowerCase() as DeviceId);
}
