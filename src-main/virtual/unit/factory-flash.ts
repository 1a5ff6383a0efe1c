import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CRC_BYTES, PREFIX_BYTES } from './flash-module.ts';
import type { UnitHardware } from './unit-hardware.ts';
import { FORMER_USER_ADDRESS } from './unit-platforms.ts';
import { findModulePrefix, flashContent } from './update-check.ts';

/** Puts a module file where its own prefix says. Throws RangeError for a file that has no place in this unit. */
export function installAtFactory({ platform, flash, coProcessor, assets }: UnitHardware, file: Uint8Array): void {
  const prefix = findModulePrefix(platform, file);
  if (prefix?.function === 'ncp') {
    coProcessor?.load(prefix.version);
    return;
  }
  if (prefix?.function === 'asset') {
    assets?.load(file);
    return;
  }
  if (prefix === undefined) throw new RangeError(`A module has no place in a ${platform.platform.name}.`);
  flash.load(prefix.startAddress, flashContent(prefix, file));
}

/** The fault `stale-128k-app`: a small valid application of the days before Device OS 3.1 (firmware-modules.md 3.6). */
export function installStaleApplication({ platform, flash }: UnitHardware): void {
  if (platform.family !== 'nrf') return;
  const image = new Uint8Array(STALE_BYTES).fill(0xa5);
  const view = new DataView(image.buffer);
  view.setUint32(0, FORMER_USER_ADDRESS, true);
  view.setUint32(4, FORMER_USER_ADDRESS + STALE_BYTES - CRC_BYTES, true);
  view.setUint16(8, 0, true);
  view.setUint16(10, 6, true);
  view.setUint16(12, platform.platform.id, true);
  image.set([5, 1, 4, 1], 14);
  view.setUint16(18, STALE_SYSTEM, true);
  view.setUint32(20, 0, true);
  image.fill(0, STALE_BYTES - SUFFIX_BYTES - CRC_BYTES, STALE_BYTES);
  view.setUint16(STALE_BYTES - SUFFIX_BYTES - CRC_BYTES, platform.platform.id, true);
  view.setUint16(STALE_BYTES - SUFFIX_BYTES - CRC_BYTES + 2, 1, true);
  view.setUint16(STALE_BYTES - CRC_BYTES - 2, SUFFIX_BYTES, true);
  image.set(createHash('sha256').update(image.subarray(0, -38)).digest(), STALE_BYTES - 38);
  view.setUint32(STALE_BYTES - CRC_BYTES, crc32(image.subarray(0, -CRC_BYTES)), false);
  flash.load(FORMER_USER_ADDRESS, image);
}

/** It was built with 2.3.1, which every later system satisfies. */
const STALE_SYSTEM = 2302;
const SUFFIX_BYTES = 40;
const STALE_BYTES = PREFIX_BYTES + 4096 + SUFFIX_BYTES + CRC_BYTES;
