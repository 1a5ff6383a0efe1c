import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { MODULE_FUNCTIONS, type ModuleDependency, type ModuleFunction } from '../src-main/domain/module-report.ts';

/**
 * What to make. Everything is written as given and nothing is checked, so that files with deliberate defects can be made
 * too. Lengths in bytes.
 */
export type ModuleSpec = {
  /** A number of the table of firmware-modules.md 1.4; a bare number allows one that does not exist. */
  readonly function: ModuleFunction | number;
  readonly index: number;
  readonly version: number;
  readonly platformId: number;
  /** Absolute flash address of the module's first byte. `{ end }`: chosen so that the CRC ends there (RTL872x user part). */
  readonly start: number | { readonly end: number };
  /** Where the prefix stands in the file: the bytes before it are the vector table. */
  readonly prefixOffset: number;
  readonly payloadLength: number;
  readonly dependencies: readonly ModuleDependency[];
  readonly suffix: ModuleSuffix;
  readonly flags?: number;
  readonly reserved?: number;
  /**
   * The small module inside nRF52 system parts since 6.2.0, by which bootloaders that know only 0x30000 start them
   * (firmware-modules.md 3.3): vectors at file offset 0x8000, a prefix of its own at 0x8200, a CRC of its own. Left out where the
   * file is too short to reach there.
   */
  readonly hasLegacyModule?: boolean;
  /** Pseudo-random payload; without it the documented filler of firmware-modules.md 8.1, which repeats every 256 bytes. */
  readonly seed?: number;
};

/** The three suffixes of real files (firmware-modules.md 1.5): 36 bytes, 40 with product data, 62 on RTL872x. */
export type ModuleSuffix =
  | { readonly kind: 'bare' }
  | { readonly kind: 'product'; readonly productId: number; readonly productVersion: number }
  | {
      readonly kind: 'dynamic';
      readonly productId: number;
      readonly productVersion: number;
      /** Where the dynalib is loaded, relative to the module start; undefined writes 0 (bootloaders). */
      readonly loadOffset: number | undefined;
    };

/**
 * A structurally valid module file: every length, hash and checksum right, the payload meaningless (firmware-modules.md
 * 8.1). Never flash one to hardware, it does not boot.
 */
export function generateModule(spec: ModuleSpec): Uint8Array {
  const suffixSize = SUFFIX_SIZE[spec.suffix.kind];
  const payloadStart = spec.prefixOffset + PREFIX_SIZE;
  const suffixStart = payloadStart + spec.payloadLength;
  const length = suffixStart + suffixSize + CRC_SIZE;
  const start = typeof spec.start === 'number' ? spec.start : spec.start.end - length;
  const file = new Uint8Array(length);
  fill(file.subarray(0, suffixStart), spec.seed);
  const view = new DataView(file.buffer);
  writePrefix(view, spec, start, start + length - CRC_SIZE);
  writeSuffix(view, spec.suffix, start, suffixStart);
  if (spec.hasLegacyModule === true && suffixStart >= LEGACY_MODULE.fileEnd) writeLegacyModule(file, spec);
  seal(file);
  return file;
}

/**
 * Writes SHA-256 and CRC into a module file in place, from what the file holds: the hash over everything before it, but over
 * the payload alone for NCP and radio stack, whose files another tool makes (firmware-modules.md 1.5). For tests that change
 * a field and want the rest to be right.
 */
export function seal(file: Uint8Array, options: { readonly hash?: boolean } = {}): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (options.hash !== false) {
    const hashAt = file.length - CRC_SIZE - SIZE_FIELD - HASH_SIZE;
    // Only these two functions have their prefix at 0 and a 36-byte suffix, so the function byte is at its bare place.
    const payloadOnly = file[FUNCTION_AT] === NCP || file[FUNCTION_AT] === RADIO_STACK;
    const isBare = view.getUint16(file.length - CRC_SIZE - SIZE_FIELD, true) === SUFFIX_SIZE.bare;
    const hashed = payloadOnly && isBare ? file.subarray(PREFIX_SIZE, hashAt - SIZE_FIELD) : file.subarray(0, hashAt);
    file.set(createHash('sha256').update(hashed).digest(), hashAt);
  }
  view.setUint32(file.length - CRC_SIZE, crc32(file.subarray(0, file.length - CRC_SIZE)), false);
}

/** Of the legacy module: where it begins and ends in the file (its CRC included), and where it runs. The length is what a table of calls takes. */
export const LEGACY_MODULE = { fileStart: 0x8000, fileEnd: 0x8320, address: 0x3_0000, prefixOffset: 0x200 } as const;

function writeLegacyModule(file: Uint8Array, spec: ModuleSpec): void {
  const legacy = file.subarray(LEGACY_MODULE.fileStart, LEGACY_MODULE.fileEnd);
  const view = new DataView(legacy.buffer, legacy.byteOffset, legacy.byteLength);
  const end = LEGACY_MODULE.address + legacy.length - CRC_SIZE;
  writePrefix(view, { ...spec, prefixOffset: LEGACY_MODULE.prefixOffset, flags: 0 }, LEGACY_MODULE.address, end);
  view.setUint32(legacy.length - CRC_SIZE, crc32(legacy.subarray(0, -CRC_SIZE)), false);
}

const PREFIX_SIZE = 24;
const CRC_SIZE = 4;
const HASH_SIZE = 32;
const SIZE_FIELD = 2;
const FUNCTION_AT = 14;
const NCP = 7;
const RADIO_STACK = 8;

const SUFFIX_SIZE: Readonly<Record<ModuleSuffix['kind'], number>> = { bare: 36, product: 40, dynamic: 62 };

/**
 * With a seed, a stream of 32-bit words (xorshift32) in which no two flash pages are alike: a page written to the wrong
 * address, or not at all, then shows. The documented filler is the same in every page.
 */
function fill(bytes: Uint8Array, seed: number | undefined): void {
  if (seed === undefined) {
    for (let at = 0; at < bytes.length; at++) bytes[at] = at * 37 + 11;
    return;
  }
  let state = (Math.imul(seed, 0x9e37_79b1) ^ 0x5bd1_e995) >>> 0 || 1;
  for (let at = 0; at < bytes.length; at++) {
    if (at % 4 === 0) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    bytes[at] = state >>> (8 * (at % 4));
  }
}

function writePrefix(view: DataView, spec: ModuleSpec, start: number, end: number): void {
  const at = spec.prefixOffset;
  view.setUint32(at, start, true);
  view.setUint32(at + 4, end, true);
  view.setUint8(at + 8, spec.reserved ?? 0);
  view.setUint8(at + 9, spec.flags ?? 0);
  view.setUint16(at + 10, spec.version, true);
  view.setUint16(at + 12, spec.platformId, true);
  view.setUint8(at + 14, functionNumber(spec.function));
  view.setUint8(at + 15, spec.index);
  for (const place of [0, 1]) {
    const dependency = spec.dependencies[place];
    view.setUint8(at + 16 + 4 * place, dependency === undefined ? 0 : functionNumber(dependency.function));
    view.setUint8(at + 17 + 4 * place, dependency?.index ?? 0);
    view.setUint16(at + 18 + 4 * place, dependency?.version ?? 0, true);
  }
}

function writeSuffix(view: DataView, suffix: ModuleSuffix, start: number, at: number): void {
  let next = at;
  if (suffix.kind === 'product') {
    view.setUint16(next, suffix.productId, true);
    view.setUint16(next + 2, suffix.productVersion, true);
    next += 4;
  }
  if (suffix.kind === 'dynamic') {
    // TLV 2: module start, dynalib load address, dynalib start. TLV 1: FF FF, then id and version (firmware-modules.md 1.7).
    view.setUint16(next, 2, true);
    view.setUint16(next + 2, 16, true);
    view.setUint32(next + 4, start, true);
    view.setUint32(next + 8, suffix.loadOffset === undefined ? 0 : start + suffix.loadOffset, true);
    view.setUint32(next + 12, 0, true);
    view.setUint16(next + 16, 1, true);
    view.setUint16(next + 18, 10, true);
    view.setUint16(next + 20, 0xffff, true);
    view.setUint16(next + 22, suffix.productId, true);
    view.setUint16(next + 24, suffix.productVersion, true);
    next += 26;
  }
  view.setUint16(next, 0, true);
  view.setUint16(next + 2 + HASH_SIZE, SUFFIX_SIZE[suffix.kind], true);
}

function functionNumber(name: ModuleFunction | number): number {
  return typeof name === 'number' ? name : MODULE_FUNCTIONS.indexOf(name);
}
