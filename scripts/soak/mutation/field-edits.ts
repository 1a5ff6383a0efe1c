import type { Edit, EditInput } from './edit.ts';

/** Edits of single fields of prefix and suffix (firmware-modules.md 1.2, 1.5). */
export const FIELD_EDITS: readonly Edit[] = [
  field('start address', ({ bytes, specimen, random }) => {
    const old = u32(bytes, specimen.prefixOffset);
    const value = random.pick([
      ...ADDRESSES,
      old + 4,
      old - 4,
      old + 0x1000,
      old ^ 0x8000_0000,
      u32(bytes, specimen.prefixOffset + 4),
    ]);
    return { at: 0, size: 4, value };
  }),
  field('end address', ({ bytes, specimen, random }) => {
    const old = u32(bytes, specimen.prefixOffset + 4);
    const value = random.pick([
      ...ADDRESSES,
      old + 1,
      old - 1,
      old + 4,
      old - 4,
      u32(bytes, specimen.prefixOffset),
      0xffff_ffff,
    ]);
    return { at: 4, size: 4, value };
  }),
  field('reserved byte', ({ random }) => ({
    at: 8,
    size: 1,
    value: random.pick([0, 1, 0x21, 0xff, random.below(256)]),
  })),
  field('flags', ({ random }) => ({
    at: 9,
    size: 1,
    value: random.pick([0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 3, 0x11, random.below(256)]),
  })),
  field('module version', ({ bytes, specimen, random }) => {
    const old = u16(bytes, specimen.prefixOffset + 10);
    return { at: 10, size: 2, value: random.pick([0, 1, 0xffff, old + 1, old - 1, ...VERSIONS]) };
  }),
  field('platform', ({ random }) => ({
    at: 12,
    size: 2,
    value: random.pick([...PLATFORM_IDS, random.below(0x1_0000)]),
  })),
  field('function', ({ random }) => ({ at: 14, size: 1, value: random.pick([...SMALL, random.below(256)]) })),
  field('index', ({ random }) => ({ at: 15, size: 1, value: random.pick([0, 1, 2, 3, 4, random.below(256)]) })),
  ...[16, 20].flatMap((at, place) => [
    field(`dependency ${place + 1}, function`, ({ random }) => ({
      at,
      size: 1,
      value: random.pick([...SMALL, random.below(256)]),
    })),
    field(`dependency ${place + 1}, index`, ({ random }) => ({
      at: at + 1,
      size: 1,
      value: random.pick([0, 1, 2, 3, random.below(256)]),
    })),
    field(`dependency ${place + 1}, version`, ({ bytes, specimen, random }) => {
      const old = u16(bytes, specimen.prefixOffset + at + 2);
      return { at: at + 2, size: 2, value: random.pick([0, 1, 0xffff, old + 1, old - 1, ...VERSIONS]) };
    }),
  ]),
  suffixField('suffix size', ({ bytes, random }) => {
    const old = u16(bytes, bytes.length - 6);
    return {
      fromEnd: 6,
      size: 2,
      value: random.pick([
        0,
        2,
        35,
        36,
        37,
        38,
        39,
        40,
        41,
        44,
        45,
        49,
        62,
        88,
        89,
        4095,
        4096,
        4097,
        0xffff,
        old + 4,
        old - 4,
        old + 1,
      ]),
    };
  }),
  suffixField('reserved of the suffix', ({ random }) => ({ fromEnd: 40, size: 2, value: random.below(0x1_0000) })),
  suffixField('product version', ({ random }) => ({
    fromEnd: 42,
    size: 2,
    value: random.pick([0, 1, 12, 14, 0xffff, random.below(0x1_0000)]),
  })),
  suffixField('product ID', ({ random }) => ({
    fromEnd: 44,
    size: 2,
    value: random.pick([0, 8177, 8178, 0xffff, ...PLATFORM_IDS, random.below(0x1_0000)]),
  })),
  suffixField('hash', ({ random }) => ({ fromEnd: 38 - random.below(32), size: 1, value: random.below(256) })),
  {
    does: 'the whole of the 24 bytes of the prefix',
    apply: ({ bytes, specimen, random }) => {
      if (bytes.length < specimen.prefixOffset + 24) return undefined;
      bytes.set(random.bytes(24), specimen.prefixOffset);
      return bytes;
    },
  },
  {
    does: 'moved to another address',
    apply: ({ bytes, specimen, random }) => {
      const at = specimen.prefixOffset;
      if (bytes.length < at + 24) return undefined;
      const start =
        random.pick([
          ...ADDRESSES,
          u32(bytes, at) + random.pick([4, -4, 0x1000, -0x1000, 0x8000]),
          random.below(0x1_0000_0000),
        ]) >>> 0;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      view.setUint32(at, start, true);
      view.setUint32(at + 4, (start + bytes.length - 4) >>> 0, true);
      return bytes;
    },
  },
];

/** Beginnings and ends of places in the memory maps (firmware-modules.md 3.2 to 3.4), and what is no place at all. */
const ADDRESSES: readonly number[] = [
  0, 4, 0x1000, 0x27000, 0x28000, 0x30000, 0xb4000, 0xd4000, 0xf4000, 0x10_0000, 0x0800_0000, 0x0800_4000, 0x0801_4000,
  0x0802_0000, 0x0804_0000, 0x0806_0000, 0x0808_0000, 0x080a_0000, 0x080c_0000, 0x080e_0000, 0x081e_0000, 0x085f_f000,
  0x085f_fffc, 0x0860_0000, 0x8000_0000, 0xffff_fff0, 0xffff_ffff,
];

/** Numbers at which rules change. */
const VERSIONS: readonly number[] = [
  5, 6, 101, 105, 202, 203, 311, 501, 1003, 1100, 1321, 1512, 2302, 3000, 3099, 3100, 3302, 4000, 4200, 5600, 5901,
  6199, 6200, 6305,
];

const PLATFORM_IDS: readonly number[] = [
  0, 6, 8, 10, 12, 13, 14, 15, 22, 23, 24, 25, 26, 28, 32, 35, 37, 38, 42, 99, 0xffff,
];
const SMALL: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xff];

/** `at` counts from the prefix. */
function field(name: string, choose: (input: EditInput) => { at: number; size: 1 | 2 | 4; value: number }): Edit {
  return {
    does: `another ${name}`,
    apply: (input) => {
      if (input.bytes.length < input.specimen.prefixOffset + 24) return undefined;
      const { at, size, value } = choose(input);
      return put(input.bytes, input.specimen.prefixOffset + at, size, value);
    },
  };
}

function suffixField(
  name: string,
  choose: (input: EditInput) => { fromEnd: number; size: 1 | 2; value: number },
): Edit {
  return {
    does: `another ${name}`,
    apply: (input) => {
      if (input.bytes.length < 62) return undefined;
      const { fromEnd, size, value } = choose(input);
      return put(input.bytes, input.bytes.length - fromEnd, size, value);
    },
  };
}

function put(bytes: Uint8Array<ArrayBuffer>, at: number, size: 1 | 2 | 4, value: number): Uint8Array<ArrayBuffer> {
  for (let place = 0; place < size; place++) bytes[at + place] = value >>> (8 * place);
  return bytes;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}
