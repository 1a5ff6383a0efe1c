import { crc32 } from 'node:zlib';
import { MODULE_FUNCTIONS, type ModuleDependency, type ModuleFunction } from '../../domain/module-report.ts';

/** What a bootloader can tell of a module image that lies in flash (firmware-modules.md 1). */
export type FlashModule = {
  readonly startAddress: number;
  /** Exclusive; the CRC is stored here. */
  readonly endAddress: number;
  /** Which processor it is for; 0 is the main one. */
  readonly target: number;
  readonly flags: number;
  readonly version: number;
  readonly platformId: number;
  readonly function: ModuleFunction;
  readonly index: number;
  readonly dependencies: readonly ModuleDependency[];
  readonly isIntact: boolean;
  /** The suffix SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
  /** Length with CRC. */
  readonly sizeBytes: number;
};

/** Reads flash; undefined outside of it. */
export type ReadFlash = (address: number, length: number) => Uint8Array | undefined;

export const MODULE_FLAG = { dropHeader: 1, compressed: 2, combined: 4, encrypted: 8, prefixExtensions: 16 } as const;
export const PREFIX_BYTES = 24;
/** Where a prefix may stand in a module: first, or behind vectors or a boot header (firmware-modules.md 1.2). */
export const PREFIX_OFFSETS: readonly number[] = [0, 0x20, 0x184, 0x200];
export const CRC_BYTES = 4;
/** From the end address backwards: size (2), SHA-256 (32), reserved (2) (firmware-modules.md 1.5). */
export const SHORTEST_SUFFIX_BYTES = 36;

/**
 * The module image at an address whose prefix stands at `prefixOffset`, or undefined when there is none: nothing written, or a
 * prefix that makes no sense for a place of `sizeBytes`. The CRC is computed over what the flash really holds.
 */
export function readFlashModule(
  read: ReadFlash,
  place: { readonly address: number; readonly prefixOffset: number; readonly sizeBytes: number },
): FlashModule | undefined {
  const bytes = read(place.address + place.prefixOffset, PREFIX_BYTES);
  if (bytes === undefined || bytes.every((byte) => byte === 0xff)) return undefined;
  const prefix = readPrefix(bytes);
  if (prefix === undefined) return undefined;
  const sizeBytes = prefix.endAddress - prefix.startAddress + CRC_BYTES;
  if (
    sizeBytes > place.sizeBytes ||
    sizeBytes < place.prefixOffset + PREFIX_BYTES + SHORTEST_SUFFIX_BYTES + CRC_BYTES
  ) {
    return undefined;
  }
  const image = read(place.address, sizeBytes);
  if (image === undefined) return undefined;
  return { ...prefix, sizeBytes, isIntact: hasValidCrc(image), hash: image.slice(-38, -6) };
}

/** The 24 bytes of a prefix; undefined for an unknown function or an end before the start. */
export function readPrefix(bytes: Uint8Array): Omit<FlashModule, 'isIntact' | 'hash' | 'sizeBytes'> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const startAddress = view.getUint32(0, true);
  const endAddress = view.getUint32(4, true);
  const moduleFunction = MODULE_FUNCTIONS[view.getUint8(14)];
  if (moduleFunction === undefined || moduleFunction === 'none' || endAddress <= startAddress) return undefined;
  return {
    startAddress,
    endAddress,
    target: view.getUint8(8),
    flags: view.getUint8(9),
    version: view.getUint16(10, true),
    platformId: view.getUint16(12, true),
    function: moduleFunction,
    index: view.getUint8(15),
    dependencies: readDependencies(view),
  };
}

/** True when the last four bytes are the big-endian CRC-32 of all before them. */
export function hasValidCrc(image: Uint8Array): boolean {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  return view.getUint32(image.length - CRC_BYTES, false) === crc32(image.subarray(0, -CRC_BYTES));
}

/** A unit ignores the second dependency when the first is none (firmware-modules.md 4.1). */
function readDependencies(view: DataView): readonly ModuleDependency[] {
  const dependencies: ModuleDependency[] = [];
  for (const at of [16, 20]) {
    const name = MODULE_FUNCTIONS[view.getUint8(at)];
    if (name === undefined || name === 'none') break;
    dependencies.push({ function: name, index: view.getUint8(at + 1), version: view.getUint16(at + 2, true) });
  }
  return dependencies;
}
