import { describe, expect, test } from 'vitest';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { eraseUnitsOf } from '../../../src-main/firmware/erase-units.ts';
import { guardPart, guardWrite } from '../../../src-main/firmware/write-guard.ts';

type Case = readonly [
  what: string,
  platform: 'boron' | 'electron' | 'p2',
  alt: number,
  address: number,
  length: number,
];

describe('a write is allowed for', () => {
  const allowed: readonly Case[] = [
    ['a radio stack of nRF52', 'boron', 0, 0x1000, 0x26000],
    ['a system part of 6.2 filling its place', 'boron', 0, 0x28000, 0x8c000],
    ['a system part before 6.2', 'boron', 0, 0x30000, 0x84000],
    ['an application filling the 256 KB slot', 'boron', 0, 0xb4000, 0x40000],
    ['an application in the 128 KB slot', 'boron', 0, 0xd4000, 0x20000],
    ['the page of the former slot', 'boron', 0, 0xd4000, 4096],
    ['each system part of an Electron', 'electron', 0, 0x0806_0000, 0x20000],
    ['the application of an Electron', 'electron', 0, 0x0808_0000, 0x20000],
    ['an RTL872x application, which ends at its place', 'p2', 0, 0x085f_4000, 0xc000],
  ];
  test.each(allowed)('%s', (_what, platform, alt, address, length) => {
    expect(guardWrite(platformByName(platform), alt, address, length).ok).toBe(true);
  });
});

describe('a write is refused into', () => {
  const refused: readonly Case[] = [
    ['the master boot record', 'boron', 0, 0, 4096],
    ['the bootloader of nRF52', 'boron', 0, 0xf4000, 4096],
    ['the bootloader by a too long application', 'boron', 0, 0xb4000, 0x40001],
    ['the system part by a too long radio stack', 'boron', 0, 0x1000, 0x26001],
    ['the middle of a place', 'boron', 0, 0xb5000, 4096],
    ['the configuration', 'boron', 1, 8134, 1],
    ['another alternate setting, at the address of an application', 'boron', 1, 0xb4000, 4096],
    ['external flash', 'boron', 2, 0x8020_0000, 4096],
    ['the bootloader of an Electron', 'electron', 0, 0x0800_0000, 16_384],
    ['the configuration sectors of an Electron', 'electron', 0, 0x0800_4000, 16_384],
    ['the factory copy of an Electron', 'electron', 0, 0x080a_0000, 4096],
    ['the next part by a too long one', 'electron', 0, 0x0802_0000, 0x20001],
    ['an address of another family', 'electron', 0, 0xb4000, 4096],
    ['the bootloader of RTL872x', 'p2', 0, 0x0800_4000, 4096],
    ['the file system of RTL872x', 'p2', 0, 0x0860_0000, 4096],
    ['the asset area of RTL872x by a too large application', 'p2', 0, 0x0847_f000, 0x18_1000],
    ['nowhere, with no length', 'boron', 0, 0xb4000, 0],
    ['a fraction of an address', 'boron', 0, 0xb4000, 1.5],
    ['an endless range', 'boron', 0, 0xb4000, Number.POSITIVE_INFINITY],
  ];
  test.each(refused)('%s', (_what, platform, alt, address, length) => {
    expect(guardWrite(platformByName(platform), alt, address, length)).toMatchObject({
      ok: false,
      failure: { code: 'plan/range-refused' },
    });
  });
});

describe('a part of a write', () => {
  const write = (platform: 'boron' | 'electron' | 'p2', address: number, length: number) => ({
    platform: platformByName(platform),
    planned: { alt: 0, address, bytes: new Uint8Array(length) },
  });
  const application = write('boron', 0xb4000, 10_000);
  const gen2 = write('electron', 0x0808_0000, 100_000);
  const moved = write('p2', 0x085f_efc8, 0x1038); // with assets, it begins inside a sector

  test.each([
    ['all of it', application, 0xb4000, 10_000],
    ['its first page', application, 0xb4000, 4096],
    ['its last, shorter page', application, 0xb6000, 1808],
    ['all of a Gen 2 application', gen2, 0x0808_0000, 100_000],
    ['the head before the first whole sector', moved, 0x085f_efc8, 0x38],
    ['the sectors after it', moved, 0x085f_f000, 0x1000],
  ] as const)('is allowed: %s', (_what, { platform, planned }, address, length) => {
    expect(guardPart(platform, planned, address, length).ok).toBe(true);
  });

  test.each([
    ['half a page', application, 0xb4000, 2048],
    ['from inside a page', application, 0xb4800, 2048],
    ['to a page edge behind its end', application, 0xb6000, 4096],
    ['from before its beginning', application, 0xb3000, 8192],
    ['nothing', application, 0xb4000, 0],
    ['half a sector of Gen 2', gen2, 0x0808_0000, 65_536],
    ['a page of a write that is itself not allowed', write('boron', 0xf4000, 8192), 0xf4000, 4096],
    ['a fraction of an address', application, 0xb4000, 0.5],
  ] as const)('is refused: %s', (_what, { platform, planned }, address, length) => {
    expect(guardPart(platform, planned, address, length)).toMatchObject({ failure: { code: 'plan/range-refused' } });
  });
});

describe('the erase units a range touches', () => {
  test.each([
    ['boron', 0xb4000, 1, [[0xb4000, 4096]]],
    [
      'boron',
      0xb4fff,
      2,
      [
        [0xb4000, 4096],
        [0xb5000, 4096],
      ],
    ],
    [
      'p2',
      0x085f_efc8,
      0x1038,
      [
        [0x085f_e000, 4096],
        [0x085f_f000, 4096],
      ],
    ],
    ['electron', 0x0808_0000, 0x2_0000, [[0x0808_0000, 0x2_0000]]],
    [
      'photon',
      0x0802_0000,
      0x2_0001,
      [
        [0x0802_0000, 0x2_0000],
        [0x0804_0000, 0x2_0000],
      ],
    ],
    [
      'electron',
      0x0800_c000,
      0x6000,
      [
        [0x0800_c000, 0x4000],
        [0x0801_0000, 0x1_0000],
      ],
    ],
    ['electron', 0x0810_0000, 4096, []],
    ['boron', 0xb4000, 0, []],
  ] as const)('of %s at %i, %i bytes', (platform, address, length, expected) => {
    const units = eraseUnitsOf(platformByName(platform), address, length);
    expect(units.map((unit) => [unit.address, unit.sizeBytes])).toEqual(expected);
  });
});
