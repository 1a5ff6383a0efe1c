import { createHash } from 'node:crypto';
import type { Platform } from '../../../src-main/domain/platform.ts';
import { repair } from './repair.ts';

export type RawAsset = { readonly name: string; readonly bytes: Uint8Array };

/**
 * The application with a dependency on an asset (firmware-modules.md 1.7, 8.7): on nRF52 an extension list in the suffix, on RTL872x
 * one in the prefix, which moves the start address down because the end is fixed. The prefix of the file must stand at 0.
 */
export function withAssetNeed(platform: Platform, application: Uint8Array, asset: RawAsset): Uint8Array {
  return platform.mcu === 'rtl872x' ? inPrefix(application, needEntry(asset)) : inSuffix(application, needEntry(asset));
}

/** An uncompressed asset module: function 9, no platform, no address (firmware-modules.md 1.8). */
export function assetModule(asset: RawAsset): Uint8Array {
  const name = Buffer.from(asset.name);
  const hash = entry(0x10, [0, 32, ...sha256(asset.bytes)]);
  const suffix = [
    ...hash,
    ...entry(0x11, [...name]),
    ...entry(1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    0,
    0,
    ...new Uint8Array(32),
    0,
    0,
  ];
  const file = new Uint8Array(24 + asset.bytes.length + suffix.length + 4);
  const view = new DataView(file.buffer);
  view.setUint32(4, file.length - 4, true);
  file.set([0, 1], 8);
  file.set([9, 0], 14);
  file.set(asset.bytes, 24);
  file.set(suffix, 24 + asset.bytes.length);
  view.setUint16(file.length - 6, suffix.length, true);
  return repair(file, 0, 'both');
}

/** Type 0x12: hash type, hash length, hash, name. */
function needEntry(asset: RawAsset): Uint8Array {
  return entry(0x12, [0, 32, ...sha256(asset.bytes), ...Buffer.from(asset.name)]);
}

/** Before the raw product data, which the last four bytes before the reserved field are, and closed by a bare END. */
function inSuffix(application: Uint8Array, need: Uint8Array): Uint8Array {
  const productAt = application.length - 44;
  const list = [...need, 0, 0, 4, 0];
  const file = new Uint8Array(application.length + list.length);
  file.set(application.subarray(0, productAt));
  file.set(list, productAt);
  file.set(application.subarray(productAt), productAt + list.length);
  const view = new DataView(file.buffer);
  view.setUint32(4, view.getUint32(0, true) + file.length - 4, true);
  view.setUint16(file.length - 6, 40 + list.length, true);
  return repair(file, 0, 'both');
}

/** Behind the 24 bytes of the prefix, with an END that pads the growth to a multiple of 8. */
function inPrefix(application: Uint8Array, need: Uint8Array): Uint8Array {
  const endLength = 4 + ((8 - ((need.length + 4) % 8)) % 8);
  const list = [...need, 0, 0, endLength, 0, ...new Uint8Array(endLength - 4)];
  const file = new Uint8Array(application.length + list.length);
  file.set(application.subarray(0, 24));
  file.set(list, 24);
  file.set(application.subarray(24), 24 + list.length);
  const view = new DataView(file.buffer);
  const start = view.getUint32(0, true) - list.length;
  view.setUint32(0, start, true);
  view.setUint8(9, 0x10);
  view.setUint32(file.length - 4 - 62 + 4, start, true);
  return repair(file, 0, 'both');
}

function entry(type: number, data: readonly number[]): Uint8Array {
  return Uint8Array.of(type & 0xff, type >> 8, data.length + 4, 0, ...data);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
