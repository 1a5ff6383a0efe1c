import { createHash } from 'node:crypto';
import { crc32, inflateRawSync } from 'node:zlib';

/** What a second, independent reading finds in a module file. */
export type SecondReading = {
  readonly functionNumber: number;
  readonly index: number;
  readonly version: number;
  readonly platformId: number;
  readonly startAddress: number;
  readonly endAddress: number;
  readonly prefixOffset: number;
  readonly flagBits: number;
  /** Function number, index, version; as a unit takes them, which ignores the second when the first is none. */
  readonly dependencies: readonly (readonly [number, number, number])[];
  readonly sha256: string;
};

/**
 * Reads a module file by gates 1 to 5 of firmware-modules.md 6.1 alone, written from the sheet and without a line of the station's
 * parser, to hold that parser against. `prefixOffset` is where the parser says the prefix stands. A compressed file is read by what is
 * in it, as a unit does. A string says which rule it breaks.
 */
export function readAgain(file: Uint8Array, prefixOffset: number): SecondReading | string {
  if (((file[9] ?? 0) & COMPRESSED) === 0 || prefixOffset !== 0) return readOne(file, prefixOffset, 0x11);
  const outer = readOne(file, 0, 0x11 | COMPRESSED);
  if (typeof outer === 'string') return outer;
  // An asset is sent as it is; what is in it is no module.
  const isAsset = outer.functionNumber === 9;
  if (((outer.flagBits & 1) !== 0) !== isAsset) return 'assets alone drop their prefix and are compressed';
  if (isAsset) return outer;
  if (outer.functionNumber !== 4 && outer.functionNumber !== 5)
    return 'units decompress applications and system parts alone';
  const bodyStart = 24 + ((outer.flagBits & 0x10) === 0 ? 0 : listLength(file.subarray(24)));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const suffixStart = file.length - 4 - view.getUint16(file.length - 6, true);
  const stream = file.subarray(bodyStart + view.getUint16(bodyStart, true), suffixStart);
  const plain = inflateRawSync(stream, { maxOutputLength: 2 * 1024 * 1024 });
  if (plain.length !== view.getUint32(bodyStart + 4, true)) return 'it does not decompress to the length it says';
  const inner = [0, 0x200, 0x184].map((offset) => readOne(plain, offset, 0x11)).find((one) => typeof one !== 'string');
  if (inner === undefined || typeof inner === 'string') return 'what is in it is no module';
  const isSame =
    inner.startAddress === outer.startAddress &&
    inner.platformId === outer.platformId &&
    inner.functionNumber === outer.functionNumber;
  return isSame ? inner : 'it holds another module than it says';
}

const COMPRESSED = 0x02;

function readOne(file: Uint8Array, prefixOffset: number, allowedFlags: number): SecondReading | string {
  if (file.length < 60 || file.length > 2 * 1024 * 1024) return 'its size is not between 60 bytes and 2 MB';
  if (startsWith(file, [0x50, 0x4b]) || startsWith(file, [0x7f, 0x45, 0x4c, 0x46])) return 'it is a zip or an ELF file';
  if (![0, 0x20, 0xc0, 0x10c, 0x184, 0x200].includes(prefixOffset)) return 'no module has its prefix there';
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < prefixOffset + 24 + 36 + 4) return 'there is no room for prefix, suffix and CRC';
  const at = (offset: number): number => prefixOffset + offset;
  const [startAddress, endAddress] = [view.getUint32(at(0), true), view.getUint32(at(4), true)];
  if (endAddress <= startAddress) return 'it ends before it starts';
  if (endAddress - startAddress + 4 !== file.length) return 'its length is not what its addresses say';
  if (view.getUint32(file.length - 4) !== crc32(file.subarray(0, -4))) return 'its CRC is wrong';
  const functionNumber = view.getUint8(at(14));
  if (functionNumber === 0 || functionNumber > 9) return 'its function is not known';
  const platformId = view.getUint16(at(12), true);
  if (!KNOWN_PLATFORMS.has(platformId)) return 'its platform is not known';
  const flagBits = view.getUint8(at(9));
  if ((flagBits & ~allowedFlags) !== 0) return 'it is compressed, combined, encrypted or something unknown';
  const suffixSize = view.getUint16(file.length - 6, true);
  if (suffixSize < 36 || suffixSize > 4096) return 'its suffix size is impossible';
  const suffixStart = file.length - 4 - suffixSize;
  const bodyStart = at(24) + ((flagBits & 0x10) === 0 ? 0 : listLength(file.subarray(at(24))));
  if (Number.isNaN(bodyStart)) return 'the extension list in its prefix has no end';
  if (suffixStart < bodyStart) return 'its suffix begins before its prefix ends';
  const isPayloadAlone = functionNumber === 7 || functionNumber === 8;
  const hashed = isPayloadAlone ? file.subarray(bodyStart, suffixStart) : file.subarray(0, file.length - 38);
  const stored = Buffer.from(file.subarray(file.length - 38, file.length - 6)).toString('hex');
  if (createHash('sha256').update(hashed).digest('hex') !== stored) return 'its SHA-256 is wrong';
  return {
    functionNumber,
    index: view.getUint8(at(15)),
    version: view.getUint16(at(10), true),
    platformId,
    startAddress,
    endAddress,
    prefixOffset,
    flagBits,
    dependencies: dependenciesOf(view, prefixOffset),
    sha256: stored,
  };
}

/** firmware-modules.md 3.1 and 1.8, and the Core's 0, which assets carry too. */
const KNOWN_PLATFORMS: ReadonlySet<number> = new Set([
  0, 6, 8, 10, 12, 13, 14, 15, 22, 23, 24, 25, 26, 28, 32, 35, 37, 38,
]);

/** Bytes of a list up to and with its END; NaN when an entry does not fit or END never comes. */
function listLength(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [type, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (length < 4 || at + length > bytes.length || type === 0xffff) return Number.NaN;
    at += length;
    if (type === 0) return at;
  }
  return Number.NaN;
}

function dependenciesOf(view: DataView, prefixOffset: number): SecondReading['dependencies'] {
  const read = (at: number): readonly [number, number, number] => [
    view.getUint8(prefixOffset + at),
    view.getUint8(prefixOffset + at + 1),
    view.getUint16(prefixOffset + at + 2, true),
  ];
  const [first, second] = [read(16), read(20)];
  if (first[0] === 0) return [];
  return second[0] === 0 ? [first] : [first, second];
}

function startsWith(file: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => file[at] === byte);
}
