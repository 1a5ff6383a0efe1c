import { createHash } from 'node:crypto';
import { moduleVersionOf, releasesOf } from '../../firmware/device-os-releases.ts';
import { parseModule } from '../../firmware/parse-module.ts';

/** What a device does with a firmware file depends on these. */
export type FirmwareFacts = {
  /** Hex SHA-256 as the running application reports it: of the module, or of the whole file when that is none. */
  readonly appHash: string;
  /** Module version of the Device OS it needs at least; undefined when the file does not say. */
  readonly needs: number | undefined;
};

/** Reads a product's firmware file once, however many devices get it. */
export function firmwareFacts(bytes: Uint8Array): FirmwareFacts {
  const known = read.get(bytes);
  if (known !== undefined) return known;
  const parsed = parseModule(bytes, 'firmware.bin');
  const system = parsed.ok ? parsed.value.dependencies.filter((need) => need.function === 'system-part') : [];
  const facts: FirmwareFacts = {
    appHash: parsed.ok ? parsed.value.sha256 : createHash('sha256').update(bytes).digest('hex'),
    needs: system.length === 0 ? undefined : Math.max(...system.map(({ version }) => version)),
  };
  read.set(bytes, facts);
  return facts;
}

/** Beside the memory and not in it: all of it follows from the bytes. */
const read = new WeakMap<Uint8Array, FirmwareFacts>();

/**
 * The Device OS a device has after it got this firmware (cloud-api.md 5.6 R32): what the firmware needs when that is newer than what it has,
 * never anything older.
 */
export function deviceOsWith(deviceOs: string, { needs }: FirmwareFacts): string {
  const has = moduleVersionOf(deviceOs);
  if (needs === undefined || has === undefined || needs <= has) return deviceOs;
  return releasesOf(needs)[0] ?? deviceOs;
}
