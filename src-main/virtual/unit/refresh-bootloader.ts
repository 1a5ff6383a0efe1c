import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { allReleases, moduleVersionOf, shippedBootloaderOf } from '../../firmware/device-os-releases.ts';
import { writeInPlace } from './copy-module.ts';
import { CRC_BYTES } from './flash-module.ts';
import { type InstalledModule, isValid } from './installed-modules.ts';
import type { UnitHardware } from './unit-hardware.ts';

/**
 * Electron system parts from 0.6.1 to 3.3.1 carry their bootloader and write it at their first start, which costs one more
 * restart (device-usb.md 6.8). The model has no such image inside its system part: it turns the installed one into the shipped
 * version. True when the unit has to restart.
 */
export async function refreshBootloader(
  hardware: UnitHardware,
  modules: readonly InstalledModule[],
  power: AbortSignal,
): Promise<boolean> {
  const system = modules.find((module) => module.function === 'system-part');
  const bootloader = modules.find((module) => module.function === 'bootloader');
  if (hardware.platform.platform.name !== 'electron' || system === undefined || bootloader === undefined) return false;
  if (system.version < FIRST_WITH_BOOTLOADER || system.version > LAST_WITH_BOOTLOADER || !isValid(system)) return false;
  const shipped = shippedBootloader(system.version);
  if (shipped === undefined || bootloader.version >= shipped) return false;
  const image = hardware.flash.read(bootloader.slot.address, bootloader.sizeBytes);
  if (image === undefined) return false;
  stampVersion(image, bootloader.slot.prefixOffset, shipped);
  return writeInPlace(hardware, bootloader.slot.address, image, power);
}

const FIRST_WITH_BOOTLOADER = 105;
const LAST_WITH_BOOTLOADER = 3302;

function shippedBootloader(systemVersion: number): number | undefined {
  const release = allReleases().findLast((one) => moduleVersionOf(one) === systemVersion);
  return release === undefined ? undefined : shippedBootloaderOf(release);
}

/** Changes the version of a module image and makes hash and CRC right again (firmware-modules.md 1.5). */
function stampVersion(image: Uint8Array, prefixOffset: number, version: number): void {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  view.setUint16(prefixOffset + 10, version, true);
  image.set(createHash('sha256').update(image.subarray(0, -38)).digest(), image.length - 38);
  view.setUint32(image.length - CRC_BYTES, crc32(image.subarray(0, -CRC_BYTES)), false);
}
