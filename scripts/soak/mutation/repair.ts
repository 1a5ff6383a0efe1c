import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What is made right again after a change: nothing, the CRC alone, the SHA-256 alone, or both. */
export type Repair = 'nothing' | 'crc' | 'hash' | 'both';

/**
 * Makes hash and checksum of a module file right again, in place, and returns it (firmware-modules.md 1.5). Radio stack and
 * co-processor files carry the hash of their payload alone. A file too short to have them is left as it is.
 */
export function repair<File extends Uint8Array>(file: File, prefixOffset: number, what: Repair): File {
  if (file.length < 42) return file;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (what === 'hash' || what === 'both') file.set(hashOf(file, view, prefixOffset), file.length - 38);
  if (what === 'crc' || what === 'both') view.setUint32(file.length - 4, crc32(file.subarray(0, -4)), false);
  return file;
}

function hashOf(file: Uint8Array, view: DataView, prefixOffset: number): Uint8Array {
  const functionNumber = file[prefixOffset + 14];
  const isPayloadAlone = functionNumber === NCP || functionNumber === RADIO_STACK;
  const suffixStart = file.length - 4 - view.getUint16(file.length - 6, true);
  const from = isPayloadAlone ? prefixOffset + 24 : 0;
  const to = isPayloadAlone && suffixStart >= from ? suffixStart : file.length - 38;
  return createHash('sha256').update(file.subarray(from, to)).digest();
}

const NCP = 7;
const RADIO_STACK = 8;
