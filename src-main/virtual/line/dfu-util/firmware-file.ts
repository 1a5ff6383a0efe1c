import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { EXIT, exitWith, type Print, warning } from './exit.ts';

/** A file to write, without its DFU suffix. 0xffff in an ID means "any". */
export type FirmwareFile = {
  readonly bytes: Buffer;
  readonly vendorId: number;
  readonly productId: number;
  /** 0x011a for a DfuSe container, which cannot be written raw. */
  readonly dfuVersion: number;
};

const SUFFIX_BYTES = 16;

/**
 * Reads the file and looks for a DFU suffix (USB DFU 1.1 appendix B). None is normal for Particle binaries and only warned of
 * (device-usb.md 7.2). Throws ProgramExit 66 when the file cannot be read.
 */
export function loadFirmwareFile(path: string, print: Print): FirmwareFile {
  const bytes = readInput(path);
  const suffix = bytes.subarray(-SUFFIX_BYTES);
  const trouble = suffixTrouble(bytes, suffix);
  if (trouble !== undefined) {
    print.err(warning(`Warning: ${trouble}`));
    print.err(warning('A valid DFU suffix will be required in a future dfu-util release'));
    return { bytes, vendorId: 0xffff, productId: 0xffff, dfuVersion: 0 };
  }
  const suffixBytes = suffix.readUInt8(11);
  if (suffixBytes < SUFFIX_BYTES || suffixBytes > bytes.length) {
    throw exitWith(EXIT.badData, `Unsupported DFU suffix length ${suffixBytes}`);
  }
  return {
    bytes: bytes.subarray(0, bytes.length - suffixBytes),
    vendorId: suffix.readUInt16LE(4),
    productId: suffix.readUInt16LE(2),
    dfuVersion: suffix.readUInt16LE(6),
  };
}

function readInput(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw exitWith(EXIT.noInput, `Could not open file ${path} for reading: ${systemText(error)}`);
  }
}

function suffixTrouble(bytes: Buffer, suffix: Buffer): string | undefined {
  if (bytes.length < SUFFIX_BYTES) return 'File too short for DFU suffix';
  if (suffix.toString('latin1', 8, 11) !== 'UFD') return 'Invalid DFU suffix signature';
  // The suffix carries the CRC without the final inversion.
  const expected = ~crc32(bytes.subarray(0, bytes.length - 4)) >>> 0;
  return suffix.readUInt32LE(12) === expected ? undefined : 'DFU suffix CRC does not match';
}

/** The words of the C library for a failed file call, as far as they matter here. */
export function systemText(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'No such file or directory',
    EACCES: 'Permission denied',
    EEXIST: 'File exists',
    EISDIR: 'Is a directory',
  };
  return words[code] ?? code;
}
