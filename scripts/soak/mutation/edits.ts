import type { Random } from '../random.ts';
import type { Edit } from './edit.ts';
import { FIELD_EDITS } from './field-edits.ts';
import { SHAPE_EDITS } from './shape-edits.ts';

/** Edits that know nothing of the format. */
const BLIND_EDITS: readonly Edit[] = [
  {
    does: 'one bit flipped',
    apply: ({ random, bytes }) => flipBits(random, bytes, 1),
  },
  {
    does: 'several bits flipped',
    apply: ({ random, bytes }) => flipBits(random, bytes, random.between(2, 64)),
  },
  {
    does: 'a run of bytes overwritten',
    apply: ({ random, bytes }) => {
      const length = Math.min(bytes.length, random.pick([1, 2, 4, 8, 32, 256, 4096]));
      if (length === 0) return undefined;
      const run = random.pick([random.bytes(length), new Uint8Array(length), new Uint8Array(length).fill(0xff)]);
      bytes.set(run, random.below(bytes.length - length + 1));
      return bytes;
    },
  },
  {
    does: 'a run of bytes copied elsewhere',
    apply: ({ random, bytes }) => {
      const length = Math.min(bytes.length, random.pick([4, 24, 62, 512]));
      const from = random.below(bytes.length - length + 1);
      bytes.copyWithin(random.below(bytes.length - length + 1), from, from + length);
      return bytes;
    },
  },
  {
    does: 'cut off at the end',
    apply: ({ random, bytes }) => bytes.slice(0, Math.max(0, bytes.length - howMany(random, bytes.length))),
  },
  {
    does: 'cut off at the beginning',
    apply: ({ random, bytes }) => bytes.slice(Math.min(bytes.length, howMany(random, bytes.length))),
  },
  {
    does: 'longer at the end',
    apply: ({ random, bytes }) => {
      const more = howMany(random, 8192);
      return joined(bytes, random.pick([new Uint8Array(more), new Uint8Array(more).fill(0xff), random.bytes(more)]));
    },
  },
  {
    does: 'longer at the beginning',
    apply: ({ random, bytes }) => joined(random.bytes(howMany(random, 4096)), bytes),
  },
  {
    does: 'turned into something else',
    apply: ({ random }) => {
      const length = random.pick([0, 1, 59, 60, 63, 64, 100, 4096, 2 * 1024 * 1024 + 1]);
      const bytes = random.pick([
        new Uint8Array(length),
        new Uint8Array(length).fill(0xff),
        random.bytes(Math.min(length, 4096)),
      ]);
      const magic = random.pick([[], [0x50, 0x4b, 3, 4], [0x7f, 0x45, 0x4c, 0x46]]);
      if (magic.length <= bytes.length) bytes.set(magic);
      return Uint8Array.from(bytes);
    },
  },
];

// What knows the format gets further into the parser, so it comes more often.
export const EDITS: readonly Edit[] = [...BLIND_EDITS, ...FIELD_EDITS, ...FIELD_EDITS, ...SHAPE_EDITS, ...SHAPE_EDITS];

function flipBits(random: Random, bytes: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> | undefined {
  if (bytes.length === 0) return undefined;
  // Half of them where the format is dense: the prefix region and the suffix.
  const region = random.pick(['anywhere', 'anywhere', 'head', 'tail']);
  for (let turn = 0; turn < count; turn++) {
    const span = region === 'anywhere' ? bytes.length : Math.min(bytes.length, region === 'head' ? 0x220 : 100);
    const at = region === 'tail' ? bytes.length - 1 - random.below(span) : random.below(span);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
}

function howMany(random: Random, most: number): number {
  return Math.max(1, random.pick([1, 2, 4, 24, 36, 40, random.between(1, Math.max(1, most))]));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}
