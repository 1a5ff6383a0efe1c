import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { seal } from './generate-module.ts';

/** A raw asset of an application. */
export type Asset = { readonly name: string; readonly data: Uint8Array };

/**
 * The application with these assets asked for (firmware-modules.md 1.7, 8.7): in the suffix on Gen 2 and nRF52; on RTL872x in the prefix,
 * whose module begins that much lower so that it still ends where all applications end. Its prefix must be at offset 0.
 */
export function withAssets(application: Uint8Array, assets: readonly Asset[]): Uint8Array {
  if (assets.length === 0) return application;
  const needs = assets.flatMap(({ name, data }) => [
    ...entry(ASSET_DEPENDENCY, [0, 32, ...sha256(data), ...utf8(name)]),
  ]);
  const isDynamic = suffixSizeOf(application) === DYNAMIC_SUFFIX;
  return isDynamic ? withPrefixEntries(application, needs) : withSuffixEntries(application, needs);
}

/** The module an asset is sent in, by its name (firmware-modules.md 1.8); compressed as the vendor's tools do, unless told. */
export function generateAssetModule({ name, data }: Asset, options: { readonly compress?: boolean } = {}): Uint8Array {
  const compress = options.compress ?? true;
  const payload = compress ? compressed(data) : data;
  const suffix = [
    ...entry(HASH, [0, 32, ...sha256(data)]),
    ...entry(NAME, utf8(name)),
    ...entry(PRODUCT_DATA, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  ];
  const file = assemble(new Uint8Array(PREFIX_SIZE), payload, suffix);
  const view = new DataView(file.buffer);
  view.setUint32(4, file.length - CRC_SIZE, true);
  view.setUint8(9, compress ? FLAG.dropHeader | FLAG.compressed : FLAG.dropHeader);
  view.setUint8(14, 9);
  seal(file);
  return file;
}

/** A module as a compressed module: same start, identity and product data, the whole file as the payload. */
export function compressModule(module: Uint8Array, prefixOffset: number): Uint8Array {
  const prefix = module.slice(prefixOffset, prefixOffset + PREFIX_SIZE);
  const product = module.subarray(module.length - CRC_SIZE - 40, module.length - CRC_SIZE - BARE_SUFFIX);
  const file = assemble(prefix, compressed(module), product);
  const view = new DataView(file.buffer);
  view.setUint32(4, view.getUint32(0, true) + file.length - CRC_SIZE, true);
  view.setUint8(9, view.getUint8(9) | FLAG.compressed);
  seal(file);
  return file;
}

/** Several modules in one file, flagged so in all but the last; `prefixOffset` says where each has its prefix. */
export function combineModules(
  modules: readonly { readonly bytes: Uint8Array; readonly prefixOffset: number }[],
): Uint8Array {
  const parts = modules.map(({ bytes, prefixOffset }, place) => {
    if (place === modules.length - 1) return bytes;
    const copy = Uint8Array.from(bytes);
    copy[prefixOffset + 9] = (copy[prefixOffset + 9] ?? 0) | FLAG.combined;
    seal(copy);
    return copy;
  });
  return Uint8Array.from(Buffer.concat(parts));
}

const PREFIX_SIZE = 24;
const CRC_SIZE = 4;
/** Reserved, SHA-256 and size, which every suffix ends with. */
const BARE_SUFFIX = 36;
const DYNAMIC_SUFFIX = 62;
const FLAG = { dropHeader: 1, compressed: 2, combined: 4, extensions: 16 } as const;
const END = 0x0000;
const PRODUCT_DATA = 0x0001;
const HASH = 0x0010;
const NAME = 0x0011;
const ASSET_DEPENDENCY = 0x0012;

/** Entries, END, then the old product ID and version. */
function withSuffixEntries(module: Uint8Array, entries: readonly number[]): Uint8Array {
  const suffixStart = module.length - CRC_SIZE - suffixSizeOf(module);
  const product = module.subarray(module.length - CRC_SIZE - 40, module.length - CRC_SIZE - BARE_SUFFIX);
  const file = assemble(module.subarray(0, suffixStart), [], [...entries, ...entry(END, []), ...product]);
  const view = new DataView(file.buffer);
  view.setUint32(4, view.getUint32(0, true) + file.length - CRC_SIZE, true);
  seal(file);
  return file;
}

/** Entries and an END padded to a multiple of 8, behind the prefix; start and dynamic location move down by as much. */
function withPrefixEntries(module: Uint8Array, entries: readonly number[]): Uint8Array {
  const growth = Math.ceil((entries.length + 4) / 8) * 8;
  const end = entry(
    END,
    Array.from({ length: growth - entries.length - 4 }, () => 0),
  );
  const [prefix, rest] = [module.subarray(0, PREFIX_SIZE), module.subarray(PREFIX_SIZE)];
  const file = Uint8Array.from(Buffer.concat([prefix, Uint8Array.from([...entries, ...end]), rest]));
  const view = new DataView(file.buffer);
  const start = view.getUint32(0, true) - growth;
  view.setUint32(0, start, true);
  view.setUint8(9, view.getUint8(9) | FLAG.extensions);
  view.setUint32(file.length - CRC_SIZE - DYNAMIC_SUFFIX + 4, start, true);
  seal(file);
  return file;
}

/** Head, payload, and a suffix of these bytes before its fixed end; hash and CRC are left to `seal`. */
function assemble(head: Uint8Array, payload: ArrayLike<number>, suffix: readonly number[] | Uint8Array): Uint8Array {
  const suffixSize = suffix.length + BARE_SUFFIX;
  const file = new Uint8Array(head.length + payload.length + suffixSize + CRC_SIZE);
  file.set(head);
  file.set(Uint8Array.from(payload), head.length);
  file.set(suffix, head.length + payload.length);
  new DataView(file.buffer).setUint16(file.length - CRC_SIZE - 2, suffixSize, true);
  return file;
}

/** Eight bytes of header (its own size, method, window, size of the original) and a raw deflate stream. */
function compressed(data: Uint8Array): Uint8Array {
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint16(0, header.length, true);
  view.setUint8(3, WINDOW_BITS);
  view.setUint32(4, data.length, true);
  return Uint8Array.from(Buffer.concat([header, deflateRawSync(data, { level: 9, windowBits: WINDOW_BITS })]));
}

const WINDOW_BITS = 15;

function suffixSizeOf(module: Uint8Array): number {
  return new DataView(module.buffer, module.byteOffset, module.byteLength).getUint16(
    module.length - CRC_SIZE - 2,
    true,
  );
}

function entry(type: number, data: readonly number[]): readonly number[] {
  const length = data.length + 4;
  return [type & 0xff, type >> 8, length & 0xff, length >> 8, ...data];
}

function sha256(data: Uint8Array): readonly number[] {
  return [...createHash('sha256').update(data).digest()];
}

function utf8(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}
