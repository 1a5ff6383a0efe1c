import { decompressModule } from './compressed-module.ts';
import { hasValidCrc, PREFIX_BYTES } from './flash-module.ts';
import { COPY_FLAG, type PendingCopy } from './pending-copies.ts';
import type { UnitHardware } from './unit-hardware.ts';
import { FORMER_USER_ADDRESS, USER_ADDRESS_256K } from './unit-platforms.ts';
import { findModulePrefix } from './update-check.ts';

/**
 * Copies a pending module to its place, as the bootloader does: looks at it once more, erases the place, and writes it piece by piece
 * in the chip's time. False when it was not done: refused, or power failed in the middle, which leaves the place as far as it got.
 */
export async function copyModule(hardware: UnitHardware, copy: PendingCopy, power: AbortSignal): Promise<boolean> {
  const image = hardware.flash.read(copy.source, copy.length);
  const content = image === undefined ? undefined : contentOf(hardware, copy, image);
  if (content === undefined) return false;
  if (copy.functionNumber === USER_PART && copy.destination === USER_ADDRESS_256K) {
    if (!(await hardware.flash.erase(FORMER_USER_ADDRESS, power))) return false;
  }
  return writeInPlace(hardware, copy.destination, content, power);
}

/** Erases all sectors of a range and programs it in pieces, in the chip's time. False when power failed. */
export async function writeInPlace(
  hardware: UnitHardware,
  address: number,
  bytes: Uint8Array,
  power: AbortSignal,
): Promise<boolean> {
  const { flash } = hardware;
  for (let at = address; at < address + bytes.length; ) {
    const sector = flash.sectorAt(at);
    if (sector === undefined || !(await flash.erase(at, power))) return false;
    at = sector.start + sector.sizeBytes;
  }
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (!(await flash.program(address + at, bytes.subarray(at, at + PIECE_BYTES), power))) return false;
    hardware.onInstalled(Math.min(PIECE_BYTES, bytes.length - at));
  }
  return !power.aborted;
}

const USER_PART = 5;
const PIECE_BYTES = 1024;

/** What goes to the place; undefined for an image that fails the bootloader's own look at it. */
function contentOf({ platform }: UnitHardware, copy: PendingCopy, image: Uint8Array): Uint8Array | undefined {
  if ((copy.flags & COPY_FLAG.verify) === 0) return image;
  const prefix = findModulePrefix(platform, image);
  if (prefix === undefined || prefix.platformId !== platform.platform.id || !hasValidCrc(image)) return undefined;
  if ((copy.flags & COPY_FLAG.compressed) !== 0) return decompressModule(image);
  return (copy.flags & COPY_FLAG.dropHeader) !== 0 ? image.subarray(PREFIX_BYTES) : image;
}
