import { describe, expect, test } from 'vitest';
import { damageModule, type ModuleDefect } from '../../../firmware/damage-module.ts';
import { generateModule, type ModuleSpec, seal } from '../../../firmware/generate-module.ts';
import { type GeneratedFile, generateRelease } from '../../../firmware/generate-release.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import { describeModule } from '../../../src-main/firmware/describe-module.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';

const boron = generateRelease({ platform: 'boron', deviceOs: '4.2.0', productVersion: 13, appSeed: 1, scale: 0 });
const electron = generateRelease({
  platform: 'electron',
  deviceOs: '3.3.1',
  productVersion: 13,
  productId: 8178,
  appSeed: 1,
  scale: 0,
});
const p2 = generateRelease({ platform: 'p2', deviceOs: '6.2.0', productVersion: 13, appSeed: 1, scale: 0 });

describe('a damaged or strange file is refused', () => {
  const cases: readonly (readonly [ModuleDefect, FailureCode, string])[] = [
    ['wrong-crc', 'firmware/bad-crc', 'CRC-32'],
    ['wrong-hash', 'firmware/bad-hash', 'SHA-256'],
    ['cut-by-one', 'firmware/bad-length', 'header says'],
    ['longer-by-one', 'firmware/bad-length', 'header says'],
    ['unknown-platform', 'firmware/unsupported', 'platform 99'],
    ['unknown-function', 'firmware/unsupported', 'function 10'],
    ['unknown-flag', 'firmware/unsupported', 'flag 0x40'],
    ['compressed-flag', 'firmware/not-a-module', 'compressed'],
    ['encrypted-flag', 'firmware/unsupported', 'encrypted'],
    ['suffix-65535', 'firmware/not-a-module', '65535'],
  ];
  test.each(cases)('%s, as %s, and the sentence says %s', (defect, code, word) => {
    for (const file of [boron.application, ...boron.system, ...electron.system, p2.application, ...p2.system]) {
      const { prefixOffset } = accepted(file.bytes, file.name);
      const parsed = parseModule(damageModule(file.bytes, prefixOffset, defect), file.name);
      expect(parsed).toMatchObject({ ok: false, failure: { code } });
      expect(parsed.ok ? '' : parsed.failure.detail).toContain(word);
      expect(parsed.ok ? '' : parsed.failure.detail).toContain(file.name);
    }
  });

  const strangers: readonly (readonly [string, Uint8Array])[] = [
    ['nothing at all', new Uint8Array(0)],
    ['ten bytes', new Uint8Array(10)],
    ['a thousand zeros', new Uint8Array(1000)],
    ['a thousand bytes of 0xFF', new Uint8Array(1000).fill(0xff)],
    ['text', Buffer.from('Device OS 6.2.0 for Boron\n'.repeat(100))],
    ['a zip archive', Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(200))],
    ['an ELF file', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(200))],
    ['more than 2 MB', new Uint8Array(2 * 1024 * 1024 + 1)],
  ];
  test.each(strangers)('%s is no module', (_what, bytes) => {
    expect(parseModule(bytes, 'stranger.bin')).toMatchObject({ ok: false, failure: { code: 'firmware/not-a-module' } });
  });

  test('two modules in one file are named as such, and a damaged first one as a wrong length', () => {
    const first = Uint8Array.from(boron.application.bytes);
    first[9] = 0x04;
    seal(first);
    const combined = Uint8Array.of(...first, ...boron.application.bytes);
    expect(parseModule(combined, 'combined.bin')).toMatchObject({
      ok: false,
      failure: { code: 'firmware/unsupported', detail: expect.stringContaining('several modules') },
    });
    combined[30] = (combined[30] ?? 0) ^ 1;
    expect(parseModule(combined, 'combined.bin')).toMatchObject({
      ok: false,
      failure: { code: 'firmware/bad-length' },
    });
  });

  test('a file with a valid module header at two places is ambiguous', () => {
    const outer = generateModule({ ...applicationLike(25, 0xb4000), payloadLength: 1000 });
    const view = new DataView(outer.buffer);
    for (let at = 0; at < 24; at++) view.setUint8(0x184 + at, view.getUint8(at));
    seal(outer);
    expect(parseModule(outer, 'double.bin')).toMatchObject({ ok: false, failure: { code: 'firmware/not-a-module' } });
  });
});

describe('what is read', () => {
  test('no product data in all its spellings is undefined, and the number 65535 alone too', () => {
    const read = (productId: number, productVersion: number): unknown => {
      const suffix = { kind: 'product', productId, productVersion } as const;
      const parsed = accepted(generateModule({ ...applicationLike(13, 0xb4000), suffix }), 'a.bin');
      return [parsed.productId, parsed.productVersion];
    };
    expect(read(0xffff, 0xffff)).toEqual([undefined, undefined]);
    expect(read(0, 0)).toEqual([undefined, undefined]);
    expect(read(0xffff, 13)).toEqual([undefined, 13]);
    expect(read(13, 0xffff)).toEqual([13, undefined]);
    expect(read(8178, 13)).toEqual([8178, 13]);
    const radioStack = accepted(boron.radioStack?.bytes ?? new Uint8Array(), 'softdevice.bin');
    expect([radioStack.productId, radioStack.productVersion]).toEqual([undefined, undefined]);
  });

  test('on RTL872x the product ID is the upper half of its field', () => {
    expect(accepted(p2.application.bytes, 'p2.bin')).toMatchObject({
      productId: 32,
      productVersion: 13,
      suffixSize: 62,
    });
  });

  test('a second dependency without a first is ignored, as the unit does', () => {
    const file = generateModule(applicationLike(13, 0xb4000));
    file.set([0, 0, 0, 0, 4, 1, 0x68, 0x10], 16);
    seal(file);
    expect(accepted(file, 'a.bin').dependencies).toEqual([]);
  });

  test('an nRF52 application that needs an asset says which, by name and hash', () => {
    const file = withAsset('cat.txt');
    expect(accepted(file, 'with-asset.bin')).toMatchObject({
      suffixSize: 89,
      productId: 25,
      productVersion: 13,
      assets: [{ name: 'cat.txt', sha256: 'ab'.repeat(32) }],
      extensionTypes: [0x12, 0x00],
    });
  });

  test('an extension that reaches beyond its list, or a list without an end, is no module', () => {
    for (const broken of [0xff, 0x00, 0x2e]) {
      const file = withAsset('cat.txt');
      // The length of the first extension, two bytes into the suffix.
      file[file.length - 4 - 89 + 2] = broken;
      seal(file);
      expect(parseModule(file, 'broken.bin')).toMatchObject({ ok: false, failure: { code: 'firmware/not-a-module' } });
    }
  });

  test('bytes after the end of an extension list, or a suffix larger than any real one, are no module', () => {
    const file = generateModule({ ...applicationLike(25, 0xb4000), payloadLength: 6000 });
    const view = new DataView(file.buffer);
    const refused = { ok: false, failure: { code: 'firmware/not-a-module' } };
    const withSuffix = (size: number): Uint8Array => {
      // An END entry at the beginning of the suffix, and then more than the raw product data.
      view.setUint16(file.length - 6, size, true);
      view.setUint32(file.length - 4 - size, 0x0004_0000, true);
      seal(file);
      return file;
    };
    expect(parseModule(withSuffix(44), 'fine.bin').ok).toBe(true);
    expect(parseModule(withSuffix(45), 'longer.bin')).toMatchObject(refused);
    view.setUint16(file.length - 4 - 4100 + 2, 4100 - 40, true);
    view.setUint16(file.length - 6, 4100, true);
    view.setUint16(file.length - 4 - 4100, 0, true);
    seal(file);
    expect(parseModule(file, 'large.bin')).toMatchObject(refused);
  });

  test('a description is plain JSON that names the release and both hashes', () => {
    const [part] = boron.system;
    const described = describeModule(accepted(part?.bytes ?? new Uint8Array(), 'boron-system-part1@4.2.0.bin'));
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
    expect(described).toMatchObject({
      function: 'system-part',
      index: 1,
      version: 4200,
      deviceOs: ['4.2.0'],
      platform: 'boron',
      startAddress: '0x00030000',
      productId: null,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      fileSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('20,000 random changes', () => {
  // Every byte of a module is under its CRC, so no change of a file may be accepted at all: there are no ignored bytes.
  test('of valid modules never throw and are never accepted', () => {
    const files = [...boron.files, ...electron.files, ...p2.files].map((file) => accepted(file.bytes, file.name).bytes);
    const random = randomNumbers(20261121);
    for (let round = 0; round < 20_000; round++) {
      const original = files[random(files.length)] ?? new Uint8Array();
      const changed = mutate(original, random);
      const parsed = parseModule(changed, 'changed.bin');
      if (parsed.ok && Buffer.compare(changed, original) !== 0) throw new Error(`round ${round} was accepted`);
    }
  });

  // With the CRC put right again, the hash still covers all but the suffix's last words and, in radio stack and NCP files,
  // all but the payload; there the header's numbers may change and are then read as they stand.
  test('with the CRC put right never throw, and are accepted only where the SHA-256 does not reach', () => {
    const files: readonly GeneratedFile[] = [...boron.files, ...electron.files, ...p2.files];
    const random = randomNumbers(7);
    for (let round = 0; round < 20_000; round++) {
      const original = files[random(files.length)];
      if (original === undefined) continue;
      const changed = mutate(original.bytes, random);
      if (changed.length < 64) continue;
      seal(changed, { hash: false });
      const parsed = parseModule(changed, 'changed.bin');
      const isSame = Buffer.compare(changed, original.bytes) === 0;
      if (!parsed.ok || isSame || original.role === 'radio-stack') continue;
      throw new Error(`round ${round} of ${original.name} was accepted`);
    }
  });

  test('with hash and CRC put right never throw, and what is accepted has the length its header says', () => {
    const files: readonly GeneratedFile[] = [...boron.files, ...p2.files];
    const random = randomNumbers(99);
    let acceptedFiles = 0;
    for (let round = 0; round < 20_000; round++) {
      const changed = mutate(files[random(files.length)]?.bytes ?? new Uint8Array(), random);
      if (changed.length < 64) continue;
      seal(changed);
      const parsed = parseModule(changed, 'changed.bin');
      if (!parsed.ok) continue;
      acceptedFiles++;
      expect(parsed.value.endAddress - parsed.value.startAddress + 4).toBe(changed.length);
    }
    expect(acceptedFiles).toBeGreaterThan(1000);
  });
});

function accepted(bytes: Uint8Array, name: string): FirmwareModule {
  const parsed = parseModule(bytes, name);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

function applicationLike(platformId: number, start: number): ModuleSpec {
  return {
    function: 'user-part',
    index: 2,
    version: 6,
    platformId,
    start,
    prefixOffset: 0,
    payloadLength: 64,
    dependencies: [{ function: 'system-part', index: 1, version: 4200 }],
    suffix: { kind: 'product', productId: platformId, productVersion: 13 },
  };
}

/** As the vendor's tool does it on nRF52: the entry and END in front of the raw product data (firmware-modules.md 1.7). */
function withAsset(name: string): Uint8Array {
  const entry = Buffer.alloc(38 + name.length, 0xab);
  entry.writeUInt16LE(0x12, 0);
  entry.writeUInt16LE(entry.length, 2);
  entry.set([0, 32], 4);
  entry.write(name, 38);
  const list = Buffer.concat([entry, Buffer.from([0, 0, 4, 0])]);
  const file = generateModule({ ...applicationLike(25, 0xb4000), payloadLength: 64 + list.length });
  file.set(list, 24 + 64);
  new DataView(file.buffer).setUint16(file.length - 6, 40 + list.length, true);
  seal(file);
  return file;
}

function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const copy = Buffer.from(original);
  switch (random(6)) {
    case 0:
      return copy.subarray(0, random(copy.length));
    case 1:
      return Buffer.concat([copy, Buffer.alloc(1 + random(64), random(256))]);
    case 2: {
      const at = random(copy.length);
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + random(8)))]);
    }
    case 3:
      copy.fill(random(256), random(copy.length), random(copy.length));
      return copy;
    default:
      for (let count = 1 + random(4); count > 0; count--) copy[interestingOffset(copy.length, random)] = random(256);
      return copy;
  }
}

/** Half of the changes hit the header or the suffix, where the meaning is. */
function interestingOffset(length: number, random: (below: number) => number): number {
  if (random(2) === 0) return random(length);
  return random(2) === 0 ? random(Math.min(24, length)) : length - 1 - random(Math.min(80, length));
}

/** Repeatable numbers (mulberry32), so that a failure can be run again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(below, 1);
  };
}
