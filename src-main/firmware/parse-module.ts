import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ok, type Result, refuse } from '../domain/failure.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { inflateModule } from './inflate-module.ts';
import { type ModulePrefix, readPrefix } from './module-prefix.ts';
import { readSuffix } from './module-suffix.ts';

/** Gate 1: the smallest bare module is 64 bytes, the largest slot of any platform 1.5 MB (firmware-modules.md 6.1). */
export const MODULE_FILE_MIN_BYTES = 60;
export const MODULE_FILE_MAX_BYTES = 2 * 1024 * 1024;

/**
 * Reads one module file: gates 1 to 5 of firmware-modules.md 6.1 and all that 9.3 shows a lenient reader to let pass. Takes
 * any bytes, never throws, and accepts nothing whose length, CRC-32, SHA-256, prefix or suffix is not exactly right.
 *
 * Refuses with `firmware/not-a-module` (no module in it, or a malformed one), `firmware/bad-length` (cut off or longer than
 * it says), `firmware/bad-crc`, `firmware/bad-hash`, `firmware/unsupported` (a real module of a kind this line cannot
 * flash: combined, encrypted, or of an unknown platform, function or flag).
 *
 * A compressed application or system part becomes what the unit makes of it: the module described, its bytes and its SHA-256 are
 * those of the plain form, which alone may go over DFU and which the unit reports; `fileSha256` stays that of the file. A compressed
 * asset stays compressed.
 * The bytes of a plain file are kept, not copied: do not change them afterwards.
 */
export function parseModule(bytes: Uint8Array, fileName: string): Result<FirmwareModule> {
  const outer = parseWhole(bytes, fileName);
  if (!outer.ok || !outer.value.flags.compressed) return outer;
  const { prefixOffset, prefixSize, suffixSize, fileSha256 } = outer.value;
  // Whatever the plain file has before its prefix is compressed with it.
  if (prefixOffset !== 0)
    return refuse('firmware/not-a-module', `${fileName} is compressed but begins with no header.`);
  const payload = bytes.subarray(prefixOffset + prefixSize, bytes.length - CRC_SIZE - suffixSize);
  const plain = inflateModule(payload, MODULE_FILE_MAX_BYTES);
  if (!plain.ok) return refuse(plain.failure.code, `${fileName} ${plain.failure.detail}.`);
  // An asset is kept as it is: it is sent compressed, and what is in it is no module.
  if (outer.value.function === 'asset') return outer;
  const inner = parseWhole(plain.value, `${fileName}, decompressed,`);
  if (!inner.ok) return inner;
  if (inner.value.flags.compressed || !isSameModule(outer.value, inner.value)) {
    return refuse('firmware/not-a-module', `${fileName} holds another module than its header says.`);
  }
  return ok({ ...inner.value, fileName, fileSha256 });
}

/** What the unit decides by before it decompresses, and what it then finds. */
function isSameModule(outer: FirmwareModule, inner: FirmwareModule): boolean {
  const told = ({ function: kind, index, version, platformId, startAddress, dependencies }: FirmwareModule): string =>
    JSON.stringify([kind, index, version, platformId, startAddress, dependencies]);
  return told(outer) === told(inner);
}

const CRC_SIZE = 4;

function parseWhole(bytes: Uint8Array, fileName: string): Result<FirmwareModule> {
  const shape = checkShape(bytes);
  if (shape !== undefined) return refuse('firmware/not-a-module', `${fileName} ${shape}.`);

  const found = readPrefix(bytes);
  if (!found.ok) return refuse(found.failure.code, `${fileName} ${found.failure.detail}.`);
  const prefix = found.value;
  if (prefix.statedLength !== bytes.length) return refuseLength(bytes, fileName, prefix);

  const crc = checkCrc(bytes);
  if (!crc.holds) {
    const detail = `${fileName} is damaged: its CRC-32 is ${crc.actual}, the file says ${crc.stored}.`;
    return refuse('firmware/bad-crc', detail, { stored: crc.stored, actual: crc.actual });
  }
  if (prefix.unsupported !== undefined) return refuse('firmware/unsupported', `${fileName} ${prefix.unsupported}.`);

  const suffix = readSuffix(bytes, prefix);
  if (!suffix.ok) return refuse(suffix.failure.code, `${fileName} ${suffix.failure.detail}.`);
  const actualHash = sha256(hashedBytes(bytes, prefix, suffix.value.start));
  if (actualHash !== suffix.value.sha256) {
    const detail = `${fileName} is damaged: its SHA-256 is ${actualHash}, the file says ${suffix.value.sha256}.`;
    return refuse('firmware/bad-hash', detail, { stored: suffix.value.sha256, actual: actualHash });
  }
  return ok({
    fileName,
    function: prefix.function,
    index: prefix.index,
    version: prefix.version,
    platformId: prefix.platformId,
    startAddress: prefix.startAddress,
    endAddress: prefix.endAddress,
    prefixOffset: prefix.offset,
    prefixSize: prefix.size,
    flags: prefix.flags,
    dependencies: prefix.dependencies,
    productId: suffix.value.productId,
    productVersion: suffix.value.productVersion,
    suffixSize: suffix.value.size,
    extensionTypes: [...prefix.extensions, ...suffix.value.extensions].map(({ type }) => type),
    assets: [...prefix.assets, ...suffix.value.assets],
    sha256: suffix.value.sha256,
    crc32: crc.stored,
    fileSha256: sha256(bytes),
    bytes,
  });
}

/** What the file is when it cannot be a module at all, in words that continue "FILE …". */
function checkShape(bytes: Uint8Array): string | undefined {
  if (bytes.length < MODULE_FILE_MIN_BYTES) return `is only ${bytes.length} bytes long; no module is that small`;
  if (bytes.length > MODULE_FILE_MAX_BYTES) return `is ${bytes.length} bytes long; no module is larger than 2 MB`;
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'is a zip archive, not a module; unpack it first';
  if (bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46) {
    return 'is an ELF file, not a module; take the .bin beside it';
  }
  return undefined;
}

/** A combined file is longer than its first module says, and that module alone is whole; else it is cut off or padded. */
function refuseLength(bytes: Uint8Array, fileName: string, prefix: ModulePrefix): Result<never> {
  const { statedLength } = prefix;
  if (prefix.flags.combined && statedLength < bytes.length && checkCrc(bytes.subarray(0, statedLength)).holds) {
    return refuse('firmware/unsupported', `${fileName} holds several modules in one file; split it first.`);
  }
  const detail = `${fileName} is ${bytes.length} bytes long, its module header says ${statedLength}.`;
  return refuse('firmware/bad-length', detail, { expected: statedLength, found: bytes.length });
}

/** CRC-32 over all but the last four bytes, stored big-endian in those (firmware-modules.md 1.5). */
function checkCrc(bytes: Uint8Array): { readonly holds: boolean; readonly stored: string; readonly actual: string } {
  const at = bytes.length - CRC_SIZE;
  const stored = Buffer.from(bytes.subarray(at)).toString('hex');
  const actual = crc32(bytes.subarray(0, at)).toString(16).padStart(8, '0');
  return { holds: stored === actual, stored, actual };
}

/**
 * What the suffix SHA-256 covers: everything before it; but the payload alone in NCP and radio stack files, which another
 * tool makes (firmware-modules.md 1.5).
 */
function hashedBytes(bytes: Uint8Array, prefix: ModulePrefix, suffixStart: number): Uint8Array {
  if (prefix.function === 'ncp' || prefix.function === 'radio-stack') {
    return bytes.subarray(prefix.offset + prefix.size, suffixStart);
  }
  return bytes.subarray(0, bytes.length - 38);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
