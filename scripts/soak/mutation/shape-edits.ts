import { deflateRawSync } from 'node:zlib';
import type { Random } from '../random.ts';
import type { Edit, EditInput } from './edit.ts';
import { repair } from './repair.ts';

/** Edits of a module's build: its length, its extensions, its neighbours (firmware-modules.md 1.3, 1.7, 1.8). */
export const SHAPE_EDITS: readonly Edit[] = [
  {
    does: 'payload inserted or taken out, with the end address made right',
    apply: ({ bytes, specimen, random }) => {
      const bodyAt = specimen.prefixOffset + 24;
      if (bytes.length < bodyAt + 100) return undefined;
      const at = random.between(bodyAt, bytes.length - 80);
      const more = random.pick([1, 4, 8, 4096, -1, -4, -8, random.between(-64, 64)]);
      const rest = bytes.subarray(more < 0 ? Math.min(at - more, bytes.length) : at);
      return withLength(joined(bytes.subarray(0, at), random.bytes(Math.max(0, more)), rest), specimen.prefixOffset);
    },
  },
  {
    does: 'grown far beyond its place, with the end address made right',
    apply: ({ bytes, specimen, random }) => {
      const more = random.pick([0x8000, 0x2_0000, 0x4_0000, 0xa_0000, 0x18_0000]);
      const at = Math.min(bytes.length, specimen.prefixOffset + 24);
      return withLength(
        joined(bytes.subarray(0, at), new Uint8Array(more).fill(0x5a), bytes.subarray(at)),
        specimen.prefixOffset,
      );
    },
  },
  {
    does: 'its prefix also at another place',
    apply: ({ bytes, specimen, random }) => {
      const to = random.pick([0, 0x20, 0xc0, 0x10c, 0x184, 0x200]);
      if (bytes.length < Math.max(to, specimen.prefixOffset) + 24) return undefined;
      bytes.copyWithin(to, specimen.prefixOffset, specimen.prefixOffset + 24);
      return bytes;
    },
  },
  {
    does: "another module's prefix at another place",
    apply: ({ bytes, herd, random }) => {
      const other = random.pick(herd);
      const to = random.pick([0, 0x20, 0xc0, 0x10c, 0x184, 0x200]);
      if (bytes.length < to + 24) return undefined;
      bytes.set(other.bytes.subarray(other.prefixOffset, other.prefixOffset + 24), to);
      return bytes;
    },
  },
  { does: 'another module in its place', apply: ({ herd, random }) => Uint8Array.from(random.pick(herd).bytes) },
  {
    does: 'the same part of another release or platform in its place',
    apply: ({ herd, random, specimen }) =>
      Uint8Array.from(random.pick(herd.filter(({ role }) => role === specimen.role)).bytes),
  },
  {
    does: 'its head and the tail of another module',
    apply: ({ bytes, herd, random, specimen }) => {
      const other = random.pick(herd).bytes;
      const at = random.below(Math.min(bytes.length, other.length) + 1);
      const spliced = joined(bytes.subarray(0, at), other.subarray(at));
      return random.chance(0.5) ? withLength(spliced, specimen.prefixOffset) : spliced;
    },
  },
  {
    does: 'another module behind it in the same file',
    apply: ({ bytes, herd, random, specimen }) => {
      const first = Uint8Array.from(bytes);
      if (random.chance(0.7) && first.length > specimen.prefixOffset + 9) {
        first[specimen.prefixOffset + 9] = (first[specimen.prefixOffset + 9] ?? 0) | 0x04;
        repair(first, specimen.prefixOffset, 'both');
      }
      const both = joined(first, random.pick(herd).bytes);
      return random.chance(0.3) ? withLength(both, specimen.prefixOffset) : both;
    },
  },
  {
    does: 'really compressed',
    apply: ({ bytes, specimen, random }) => {
      const at = specimen.prefixOffset;
      if (bytes.length < at + 100) return undefined;
      const head = Uint8Array.of(8, 0, 0, 15, ...new Uint8Array(4));
      new DataView(head.buffer).setUint32(4, bytes.length, true);
      const suffixSize = random.pick([40, 62, 36]);
      const packed = joined(
        bytes.subarray(at, at + 24),
        head,
        deflateRawSync(bytes),
        bytes.subarray(bytes.length - 4 - suffixSize),
      );
      packed[9] = (packed[9] ?? 0) | 0x02;
      if (random.chance(0.3)) packed[24 + random.below(8)] = random.below(256);
      const view = new DataView(packed.buffer);
      view.setUint16(packed.length - 6, suffixSize, true);
      return repair(withLength(packed, 0), 0, 'both');
    },
  },
  {
    does: 'another address or entry at the beginning of the suffix',
    apply: ({ bytes, random }) => {
      const at = bytes.length - 4 - ((bytes.at(-6) ?? 0) | ((bytes.at(-5) ?? 0) << 8));
      if (at < 24 || at + 16 > bytes.length) return undefined;
      const byte = at + random.below(16);
      bytes[byte] = (bytes[byte] ?? 0) ^ (1 << random.below(8));
      return bytes;
    },
  },
  { does: 'an extension list behind the prefix', apply: insertPrefixExtensions },
  { does: 'an extension list in the suffix', apply: insertSuffixExtensions },
  {
    does: 'one extension byte changed',
    apply: ({ bytes, random }) => {
      const size = (bytes.at(-6) ?? 0) | ((bytes.at(-5) ?? 0) << 8);
      const hasList = size > 40 && size < bytes.length - 4;
      const [from, length] = hasList ? [bytes.length - 4 - size, size - 36] : [24, 80];
      if (bytes.length < from + length) return undefined;
      const at = from + random.below(length);
      bytes[at] = random.pick([0, 1, 2, 3, 4, 0x10, 0x12, 0xff, random.below(256)]);
      return bytes;
    },
  },
];

function insertPrefixExtensions({ bytes, specimen, random }: EditInput): Uint8Array<ArrayBuffer> | undefined {
  const at = specimen.prefixOffset + 24;
  if (bytes.length < at + 50) return undefined;
  const edited = joined(bytes.subarray(0, at), extensionList(random), bytes.subarray(at));
  if (random.chance(0.8)) edited[at - 15] = (edited[at - 15] ?? 0) | 0x10;
  return withLength(edited, specimen.prefixOffset);
}

function insertSuffixExtensions({ bytes, specimen, random }: EditInput): Uint8Array<ArrayBuffer> | undefined {
  const at = bytes.length - random.pick([40, 44, 66]);
  if (at < specimen.prefixOffset + 24) return undefined;
  const list = extensionList(random);
  const edited = joined(bytes.subarray(0, at), list, bytes.subarray(at));
  if (random.chance(0.8)) {
    const size = Math.min(0xffff, (bytes.at(-6) ?? 0) + 256 * (bytes.at(-5) ?? 0) + list.length);
    edited[edited.length - 6] = size;
    edited[edited.length - 5] = size >> 8;
  }
  return withLength(edited, specimen.prefixOffset);
}

/** Entries of known and unknown types, with right and wrong lengths, often with an END. */
function extensionList(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let entries = random.between(0, 6); entries > 0; entries -= 1) {
    const type = random.pick([0, 1, 2, 3, 0x10, 0x11, 0x12, 0x13, 0x14, 0x99, 0xffff]);
    const right = { 1: 6, 2: 12, 3: 8, 16: 34, 18: 40, 19: 1, 20: 2 }[type] ?? random.below(20);
    const data = random.bytes(random.chance(0.7) ? right : random.below(48));
    if (type === 18 && random.chance(0.8)) data.set([0, 32].slice(0, data.length));
    const length = random.chance(0.85) ? data.length + 4 : random.below(0x1_0000);
    parts.push(Uint8Array.of(type, type >> 8, length, length >> 8), data);
  }
  if (random.chance(0.7)) parts.push(Uint8Array.of(0, 0, 4, 0));
  return joined(...parts);
}

/** The end address as the file's length demands it. */
function withLength(bytes: Uint8Array<ArrayBuffer>, prefixOffset: number): Uint8Array<ArrayBuffer> {
  if (bytes.length < prefixOffset + 24) return bytes;
  const view = new DataView(bytes.buffer);
  view.setUint32(prefixOffset + 4, (view.getUint32(prefixOffset, true) + bytes.length - 4) >>> 0, true);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}
