import { CRC_BYTES, type ReadFlash, SHORTEST_SUFFIX_BYTES } from './flash-module.ts';
import type { ModuleSlot } from './unit-platforms.ts';

/** A place in flash as readFlashModule takes it. */
export type ModulePlace = Pick<ModuleSlot, 'address' | 'sizeBytes' | 'prefixOffset'>;

/**
 * Where the module of a slot begins. A module with a fixed end names its start itself, in an extension of the suffix in front
 * of that end (firmware-modules.md 1.7). Undefined when there is no such extension, or when it would leave no room for an
 * update below the module: the unit then has no application.
 */
export function modulePlace(read: ReadFlash, slot: ModuleSlot): ModulePlace | undefined {
  if (slot.isEndFixed !== true) return slot;
  const end = slot.address + slot.sizeBytes;
  const start = namedStart(read, end);
  if (start === undefined || start < slot.address || start >= end) return undefined;
  return { address: start, sizeBytes: end - start, prefixOffset: slot.prefixOffset };
}

/** The suffix is read from its last field backwards, so the extension's place follows from the stated size alone. */
function namedStart(read: ReadFlash, end: number): number | undefined {
  const suffixEnd = end - CRC_BYTES;
  const size = u16(read(suffixEnd - 2, 2));
  if (size === undefined || size < SHORTEST_SUFFIX_BYTES + DYNAMIC_LOCATION_BYTES || size > LARGEST_SUFFIX_BYTES) {
    return undefined;
  }
  const extension = read(suffixEnd - size, DYNAMIC_LOCATION_BYTES);
  if (extension === undefined) return undefined;
  const view = new DataView(extension.buffer, extension.byteOffset, extension.byteLength);
  if (view.getUint16(0, true) !== DYNAMIC_LOCATION || view.getUint16(2, true) < DYNAMIC_LOCATION_BYTES)
    return undefined;
  return view.getUint32(4, true);
}

const DYNAMIC_LOCATION = 0x0002;
const DYNAMIC_LOCATION_BYTES = 16;

/** Not in the sheets: a bound against nonsense in the size field. */
const LARGEST_SUFFIX_BYTES = 4096;

function u16(bytes: Uint8Array | undefined): number | undefined {
  return bytes === undefined ? undefined : (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
}
