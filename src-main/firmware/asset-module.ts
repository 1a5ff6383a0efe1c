import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import type { FirmwareModule } from './firmware-module.ts';
import { EXTENSION } from './module-extensions.ts';
import { parseModule } from './parse-module.ts';
import type { RecipeAsset } from './recipe.ts';

/**
 * An asset wrapped as the module in which it is sent over control requests (firmware-modules.md 1.8, 8.7): function 9, no platform,
 * header to be dropped, the suffix with the raw asset's SHA-256 and its name; compressed where that makes it shorter, as the vendor's
 * tools do, because these requests are slow. Same asset, same bytes; made once for each.
 */
export function wrapAsset(asset: RecipeAsset): FirmwareModule {
  const known = WRAPPED.get(asset);
  if (known !== undefined) return known;
  const deflated = compressedPayload(asset.bytes);
  const isShorter = deflated.length < asset.bytes.length;
  const file = isShorter
    ? assemble(asset, deflated, FLAG.dropHeader | FLAG.compressed)
    : assemble(asset, asset.bytes, FLAG.dropHeader);
  const module = parseModule(file, asset.name);
  if (!module.ok) throw new TypeError(`The asset ${asset.name} cannot be wrapped: ${module.failure.detail}`);
  WRAPPED.set(asset, module.value);
  return module.value;
}

const WRAPPED = new WeakMap<RecipeAsset, FirmwareModule>();

function assemble(asset: RecipeAsset, payload: Uint8Array, flags: number): Uint8Array {
  const name = new TextEncoder().encode(asset.name);
  const suffixSize = SUFFIX_SIZE + name.length;
  const end = PREFIX_SIZE + payload.length + suffixSize;
  const file = new Uint8Array(end + CRC_SIZE);
  const view = new DataView(file.buffer);
  view.setUint32(4, end, true);
  view.setUint8(9, flags);
  view.setUint8(14, ASSET_FUNCTION);
  file.set(payload, PREFIX_SIZE);

  let at = PREFIX_SIZE + payload.length;
  const entry = (type: number, data: Uint8Array): void => {
    view.setUint16(at, type, true);
    view.setUint16(at + 2, 4 + data.length, true);
    file.set(data, at + 4);
    at += 4 + data.length;
  };
  const rawHash = createHash('sha256').update(asset.bytes).digest();
  entry(EXTENSION.hash, Uint8Array.of(0, rawHash.length, ...rawHash));
  entry(EXTENSION.name, name);
  entry(EXTENSION.productData, new Uint8Array(6).fill(0xff));
  view.setUint16(end - 2, suffixSize, true);
  file.set(
    createHash('sha256')
      .update(file.subarray(0, end - 34))
      .digest(),
    end - 34,
  );
  view.setUint32(end, crc32(file.subarray(0, end)), false);
  return file;
}

/** A header of 8 bytes (its size, method 0, window 0 for the default, size of the original) and a raw deflate stream. */
function compressedPayload(bytes: Uint8Array): Uint8Array {
  const stream = deflateRawSync(bytes, { level: 9 });
  const payload = new Uint8Array(8 + stream.length);
  const view = new DataView(payload.buffer);
  view.setUint16(0, 8, true);
  view.setUint32(4, bytes.length, true);
  payload.set(stream, 8);
  return payload;
}

const PREFIX_SIZE = 24;
const CRC_SIZE = 4;
/** HASH 38, NAME 4 and the name, PRODUCT_DATA 10, reserved 2, SHA-256 32, size 2. */
const SUFFIX_SIZE = 88;
const FLAG = { dropHeader: 1, compressed: 2 } as const;
const ASSET_FUNCTION = 9;
