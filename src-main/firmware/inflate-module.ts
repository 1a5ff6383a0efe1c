import { inflateRawSync } from 'node:zlib';
import { ok, type Result, refuse } from '../domain/failure.ts';

/**
 * The plain module inside a compressed one: what a unit makes of it, and what stands in flash afterwards. The payload is a small
 * header and a raw deflate stream of the whole plain file, its own prefix, suffix and CRC included (firmware-modules.md 1.3, 1.8).
 * Takes the payload alone and any bytes in it; never makes more than `maxBytes`, nor more than the header says. Refuses with
 * `firmware/not-a-module`; details continue "FILE …".
 */
export function inflateModule(payload: Uint8Array, maxBytes: number): Result<Uint8Array> {
  if (payload.length < HEADER_SIZE) return refuse('firmware/not-a-module', 'is compressed but has no data');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const headerSize = view.getUint16(0, true);
  const method = view.getUint8(2);
  const windowBits = view.getUint8(3);
  const plainSize = view.getUint32(4, true);
  if (headerSize < HEADER_SIZE || headerSize > payload.length) {
    return refuse('firmware/not-a-module', 'is compressed with a malformed header');
  }
  if (method !== RAW_DEFLATE || (windowBits !== 0 && (windowBits < 8 || windowBits > 15))) {
    return refuse(
      'firmware/not-a-module',
      `is compressed in a way that is not known (method ${method}, ${windowBits})`,
    );
  }
  if (plainSize === 0 || plainSize > maxBytes) {
    return refuse('firmware/not-a-module', `is compressed and says it is ${plainSize} bytes without; no module is`);
  }
  const plain = inflated(payload.subarray(headerSize), plainSize);
  if (plain?.length === plainSize) return ok(plain);
  return refuse('firmware/not-a-module', `is compressed but does not give the ${plainSize} bytes it says`);
}

const HEADER_SIZE = 8;
const RAW_DEFLATE = 0;

/** Undefined for a stream that is malformed or yields more than `maxBytes`. */
function inflated(stream: Uint8Array, maxBytes: number): Uint8Array | undefined {
  try {
    return inflateRawSync(stream, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}
