import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ModuleDependency } from '../../domain/module-report.ts';
import { CRC_BYTES, PREFIX_BYTES, type ReadFlash, SHORTEST_SUFFIX_BYTES } from './flash-module.ts';

/** The radio stack in flash: it has no prefix there, so it is recognised by other marks. */
export type InstalledRadioStack = {
  readonly version: number;
  readonly sizeBytes: number;
  readonly isIntact: boolean;
  /** What the unit reports as its hash: 32 bytes that are not the file's SHA-256 (firmware-modules.md 7.1). */
  readonly hash: Uint8Array;
  readonly dependencies: readonly ModuleDependency[];
};

/**
 * The radio stack (SoftDevice) at its place, or undefined. A real one carries Nordic's own information block 0x2000 bytes behind
 * its start, with its firmware number, which is the module version. A synthetic one has no such block: the prefix that the
 * flash lost is then found again by trying the known ones until the stored CRC fits.
 */
export function readRadioStack(read: ReadFlash, platformId: number): InstalledRadioStack | undefined {
  const region = read(RADIO_STACK_START, RADIO_STACK_BYTES);
  if (region === undefined) return undefined;
  return readNordicBlock(region) ?? readStripped(region, platformId);
}

export const RADIO_STACK_START = 0x1000;
const RADIO_STACK_BYTES = 0x26000;

const BLOCK_AT = 0x2000;
const BLOCK_MAGIC = 0x51b1_e5db;

function readNordicBlock(region: Uint8Array): InstalledRadioStack | undefined {
  const view = new DataView(region.buffer, region.byteOffset, region.byteLength);
  if (view.getUint32(BLOCK_AT + 4, true) !== BLOCK_MAGIC) return undefined;
  const endAddress = view.getUint32(BLOCK_AT + 8, true);
  const hash = new Uint8Array(32);
  hash.set(region.subarray(BLOCK_AT + 0x18, BLOCK_AT + 0x2c));
  return {
    version: view.getUint16(BLOCK_AT + 12, true),
    sizeBytes: Math.max(0, endAddress - RADIO_STACK_START),
    isIntact: true,
    hash,
    dependencies: [],
  };
}

/** Prefixes of released radio stacks (firmware-modules.md 4.1), plus ones without dependencies. */
const KNOWN: readonly { readonly version: number; readonly dependencies: readonly ModuleDependency[] }[] = [
  { version: 202, dependencies: needs(501, 1321) },
  { version: 182, dependencies: needs(311, 1300) },
  { version: 169, dependencies: needs(400, 1320) },
  { version: 202, dependencies: [] },
  { version: 182, dependencies: [] },
  { version: 169, dependencies: [] },
];

function needs(bootloader: number, system: number): readonly ModuleDependency[] {
  return [
    { function: 'bootloader', index: 0, version: bootloader },
    { function: 'system-part', index: 1, version: system },
  ];
}

function readStripped(region: Uint8Array, platformId: number): InstalledRadioStack | undefined {
  let length = region.length;
  while (length > 0 && region[length - 1] === 0xff) length -= 1;
  // The CRC itself may end in 0xFF bytes, so the image may be up to four bytes longer than it looks.
  for (const end of [0, 1, 2, 3, 4].map((more) => length + more)) {
    const image = region.subarray(0, Math.min(end, region.length));
    if (image.length < SHORTEST_SUFFIX_BYTES + CRC_BYTES) continue;
    const found = matchStripped(image, platformId);
    if (found !== undefined) return found;
  }
  return undefined;
}

function matchStripped(image: Uint8Array, platformId: number): InstalledRadioStack | undefined {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (view.getUint16(image.length - CRC_BYTES - 2, true) !== SHORTEST_SUFFIX_BYTES) return undefined;
  const stored = view.getUint32(image.length - CRC_BYTES, false);
  for (const candidate of KNOWN) {
    const prefix = prefixOf(candidate, platformId, image.length);
    if (crc32(image.subarray(0, -CRC_BYTES), crc32(prefix)) !== stored) continue;
    const payload = image.subarray(0, image.length - CRC_BYTES - SHORTEST_SUFFIX_BYTES);
    return {
      version: candidate.version,
      sizeBytes: image.length,
      isIntact: true,
      hash: createHash('sha256').update(payload).digest(),
      dependencies: candidate.dependencies,
    };
  }
  return undefined;
}

function prefixOf(candidate: (typeof KNOWN)[number], platformId: number, strippedLength: number): Uint8Array {
  const prefix = new Uint8Array(PREFIX_BYTES);
  const view = new DataView(prefix.buffer);
  view.setUint32(0, RADIO_STACK_START, true);
  view.setUint32(4, RADIO_STACK_START + PREFIX_BYTES + strippedLength - CRC_BYTES, true);
  view.setUint8(9, 1);
  view.setUint16(10, candidate.version, true);
  view.setUint16(12, platformId, true);
  view.setUint8(14, 8);
  for (const [place, dependency] of candidate.dependencies.entries()) {
    const at = 16 + 4 * place;
    view.setUint8(at, dependency.function === 'bootloader' ? 2 : 4);
    view.setUint8(at + 1, dependency.index);
    view.setUint16(at + 2, dependency.version, true);
  }
  return prefix;
}
