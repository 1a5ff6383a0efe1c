import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { allReleases, moduleVersionOf, shippedBootloaderOf } from '../../firmware/device-os-releases.ts';
import { CRC_BYTES } from './flash-module.ts';
import { findModules, type InstalledModule, isValid } from './installed-modules.ts';
import type { UnitHardware } from './unit-hardware.ts';
import { FORMER_USER_ADDRESS, USER_ADDRESS_256K } from './unit-platforms.ts';
import { checkUpdate } from './update-check.ts';

/**
 * What the bootloader does before anything else runs: an update that waits in the update slot is checked once more and written
 * to its place, in the chip's time. True when something was written.
 */
export async function installPendingUpdate(hardware: UnitHardware, power: AbortSignal): Promise<boolean> {
  const { platform, flash, settings } = hardware;
  if (!settings.hasPendingUpdate) return false;
  settings.hasPendingUpdate = false;
  const read = flash.read.bind(flash);
  const image = pendingImage(hardware);
  const checked = checkUpdate(platform, image, findModules(platform, read));
  if ('refused' in checked) return false;
  await writeAt(hardware, checked.address, checked.bytes, power);
  if (checked.isUserPart && checked.address === USER_ADDRESS_256K) await flash.erase(FORMER_USER_ADDRESS, power);
  return true;
}

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
  await writeAt(hardware, bootloader.slot.address, image, power);
  return true;
}

const FIRST_WITH_BOOTLOADER = 105;
const LAST_WITH_BOOTLOADER = 3302;

function shippedBootloader(systemVersion: number): number | undefined {
  const release = allReleases().findLast((one) => moduleVersionOf(one) === systemVersion);
  return release === undefined ? undefined : shippedBootloaderOf(release);
}

/** The image in the update slot is as long as its own prefix says; without one there is nothing to apply. */
function pendingImage({ platform, flash }: UnitHardware): Uint8Array | undefined {
  const { address, sizeBytes } = platform.updateSlot;
  for (const offset of [0, 0x184, 0x200]) {
    const prefix = flash.read(address + offset, 8);
    if (prefix === undefined) continue;
    const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    const start = view.getUint32(0, true);
    const length = view.getUint32(4, true) - start + CRC_BYTES;
    const isKnownPlace = platform.slots.some((slot) => slot.address === start);
    if (isKnownPlace && length > 0 && length <= sizeBytes) return flash.read(address, length);
  }
  return undefined;
}

async function writeAt({ flash }: UnitHardware, address: number, bytes: Uint8Array, power: AbortSignal): Promise<void> {
  for (let at = address; at < address + bytes.length; ) {
    const sector = flash.sectorAt(at);
    if (sector === undefined || !(await flash.erase(at, power))) return;
    at = sector.start + sector.sizeBytes;
  }
  await flash.program(address, bytes, power);
}

/** Changes the version of a module image and makes hash and CRC right again (firmware-modules.md 1.5). */
function stampVersion(image: Uint8Array, prefixOffset: number, version: number): void {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  view.setUint16(prefixOffset + 10, version, true);
  image.set(createHash('sha256').update(image.subarray(0, -38)).digest(), image.length - 38);
  view.setUint32(image.length - CRC_BYTES, crc32(image.subarray(0, -CRC_BYTES)), false);
}
