import { inflateRawSync } from 'node:zlib';
import { CRC_BYTES, PREFIX_BYTES, SHORTEST_SUFFIX_BYTES } from './flash-module.ts';

/**
 * The module inside a compressed one: a raw deflate stream between a header of its own and the suffix (firmware-modules.md 1.3, 1.8).
 * Undefined when the stream does not give exactly the bytes its header promises; a unit then leaves a half-written place behind.
 */
export function decompressModule(module: Uint8Array): Uint8Array | undefined {
  if (module.length < PREFIX_BYTES + HEADER_BYTES + SHORTEST_SUFFIX_BYTES + CRC_BYTES) return undefined;
  const view = new DataView(module.buffer, module.byteOffset, module.byteLength);
  const headerBytes = view.getUint16(PREFIX_BYTES, true);
  const method = view.getUint8(PREFIX_BYTES + 2);
  const originalBytes = view.getUint32(PREFIX_BYTES + 4, true);
  const end = module.length - CRC_BYTES;
  const streamEnd = end - view.getUint16(end - 2, true);
  const streamStart = PREFIX_BYTES + headerBytes;
  if (method !== 0 || headerBytes < HEADER_BYTES || streamEnd <= streamStart || originalBytes > LARGEST_BYTES) {
    return undefined;
  }
  try {
    const original = inflateRawSync(module.subarray(streamStart, streamEnd), { maxOutputLength: originalBytes });
    return original.length === originalBytes ? Uint8Array.from(original) : undefined;
  } catch {
    // Not a deflate stream, or one that gives more than it promised.
    return undefined;
  }
}

const HEADER_BYTES = 8;

/** No place of any platform is larger. */
const LARGEST_BYTES = 2 * 1024 * 1024;
