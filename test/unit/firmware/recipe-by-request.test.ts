import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { generateModule, seal } from '../../../firmware/generate-module.ts';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { withAssets } from '../../../firmware/generate-variants.ts';
import { ok, refuse } from '../../../src-main/domain/failure.ts';
import { loadRecipeFrom } from '../../../src-main/firmware/load-recipe.ts';
import { codeOf, loadedFrom, loadFrom, set, smallRelease } from './recipe-folder.ts';

const p2 = smallRelease('p2', '6.2.0');
const boron = smallRelease('boron', '6.2.0');

describe('files that go by request', () => {
  test.each([
    ['photon', '3.3.1'],
    ['electron', '3.3.1'],
    ['argon', '6.2.0'],
    ['boron', '6.2.0'],
    ['tracker', '6.2.0'],
    ['p2', '6.2.0'],
  ] as const)('of a whole %s release are in the recipe', async (platform, deviceOs) => {
    const release = smallRelease(platform, deviceOs);
    const recipe = await loadedFrom(release, { byRequest: true });
    expect(recipe.bootloader?.function).toBe('bootloader');
    expect(recipe.prebootloader?.index).toBe(release.prebootloaderPart1 === undefined ? undefined : 2);
    expect(recipe.ncp?.function).toBe(release.ncp === undefined ? undefined : 'ncp');
  });

  test.each([
    ['a system part as bootloader', boron, { bootloader: boron.system[0]?.bytes }, 'firmware/wrong-function'],
    ['prebootloader part 1 as bootloader', p2, { bootloader: p2.prebootloaderPart1?.bytes }, 'firmware/wrong-function'],
    ['the bootloader as prebootloader', p2, { prebootloader: p2.bootloader.bytes }, 'firmware/wrong-function'],
    [
      "another platform's bootloader",
      boron,
      { bootloader: smallRelease('bsom', '6.2.0').bootloader.bytes },
      'firmware/wrong-platform',
    ],
    [
      'a bootloader older than the system part needs',
      boron,
      { bootloader: smallRelease('boron', '5.9.0').bootloader.bytes },
      'firmware/missing-dependency',
    ],
    [
      'a prebootloader older than the bootloader needs',
      p2,
      { bootloader: p2.bootloader.bytes, prebootloader: smallRelease('p2', '5.6.0').prebootloaderPart1?.bytes },
      'firmware/missing-dependency',
    ],
    [
      'a co-processor for a unit without one',
      boron,
      { ncp: smallRelease('argon', '6.2.0').ncp?.bytes },
      'firmware/wrong-location',
    ],
    [
      'a bootloader that turns Device Protection on',
      boron,
      { bootloader: protectedBootloader() },
      'firmware/unsupported',
    ],
    [
      'a bootloader at the place of the application',
      boron,
      { bootloader: misplacedBootloader() },
      'firmware/wrong-location',
    ],
  ] as const)('%s is refused', async (_what, release, change, code) => {
    expect(await codeOf(release, change)).toBe(code);
  });
});

describe('the products a recipe is for', () => {
  test.each([
    ['BRN404XKIT', 'accepted'],
    ['brn404x', 'accepted'],
    ['B404XMTY', 'recipe/invalid'], // another platform
    ['BRN999', 'recipe/invalid'],
  ])('%s on a Boron: %s', async (sku, code) => {
    expect(await codeOf(boron, set('skus', [sku]))).toBe(code);
  });

  test('none of them may go below its floor', async () => {
    const old = smallRelease('boron', '4.0.0');
    expect(await codeOf(old, set('skus', ['BRN310KIT', 'BRN404X']))).toBe('plan/below-floor');
    expect(await codeOf(old, set('skus', ['BRN310KIT']))).toBe('accepted');
  });
});

describe('an application with assets', () => {
  const cat = { name: 'cat.txt', bytes: Buffer.from('hello asset') };
  const dog = { name: 'dog.txt', bytes: Buffer.from('hello other asset') };
  const asking = (
    deviceOs: string,
    assets: readonly { name: string; bytes: Uint8Array }[],
    platform: 'b5som' | 'boron' | 'p2' | 'electron' = 'b5som',
  ) =>
    generateRelease({
      platform,
      deviceOs,
      productVersion: 13,
      productId: 8178,
      appSeed: 1,
      scale: 0,
      assets: assets.map(({ name, bytes }) => ({ name, data: bytes })),
    });

  test('is in a recipe with exactly these', async () => {
    for (const platform of ['b5som', 'p2'] as const) {
      const recipe = await loadedFrom(asking('6.2.0', [cat, dog], platform), { assets: [dog, cat] });
      expect(recipe.assets.map(({ name }) => name)).toEqual(['dog.txt', 'cat.txt']);
    }
  });

  test.each([
    ['none of them', '6.2.0', [cat], [], 'firmware/missing-part'],
    ['one of two', '6.2.0', [cat, dog], [cat], 'firmware/missing-part'],
    ['one that it does not ask for', '6.2.0', [cat], [cat, dog], 'recipe/invalid'],
    ['one twice', '6.2.0', [cat], [cat, cat], 'recipe/invalid'],
    ['another content under its name', '6.2.0', [cat], [{ ...cat, bytes: dog.bytes }], 'firmware/missing-dependency'],
    ['it, but built before assets existed', '5.4.0', [cat], [cat], 'firmware/unsupported'],
    [
      'an empty one',
      '6.2.0',
      [{ name: 'e', bytes: new Uint8Array(0) }],
      [{ name: 'e', bytes: new Uint8Array(0) }],
      'firmware/wrong-location',
    ],
  ] as const)('is refused with a recipe that has %s', async (_what, deviceOs, needs, assets, code) => {
    expect(await codeOf(asking(deviceOs, needs), { assets })).toBe(code);
  });

  test('may ask for no more than fits, an asset and all of them', async () => {
    const large = { name: 'large', bytes: noise(606_209) };
    expect(await codeOf(asking('6.2.0', [large], 'boron'), { assets: [large] })).toBe('firmware/wrong-location');
    expect(await codeOf(asking('6.2.0', [large]), { assets: [large] })).toBe('accepted');
    const two = [
      { name: 'one', bytes: noise(600_000) },
      { name: 'two', bytes: noise(600_000) },
    ];
    expect(await codeOf(asking('6.2.0', two, 'boron'), { assets: two })).toBe('firmware/wrong-location');
    expect(await codeOf(asking('6.2.0', two), { assets: two })).toBe('accepted');
  });

  test('does not exist on Gen 2', async () => {
    const release = smallRelease('electron', '3.3.1');
    const application = withAssets(release.application.bytes, [{ name: cat.name, data: cat.bytes }]);
    expect(await codeOf(release, { application, assets: [cat] })).toBe('firmware/unsupported');
  });

  test('whose asset was changed on disk is refused', async () => {
    const recipe = await loadFrom(asking('6.2.0', [cat]), {
      assets: [cat],
      json: ({ files }) => Object.assign(files.assets?.[0] ?? {}, { sha256: 'a'.repeat(64) }),
    });
    expect(recipe).toMatchObject({ failure: { code: 'recipe/file-changed' } });
  });
});

describe('a recipe from anywhere', () => {
  const pin = (path: string, bytes: Uint8Array) => ({ path, sha256: createHash('sha256').update(bytes).digest('hex') });
  const files = new Map(boron.files.map(({ name, bytes }) => [name, bytes]));
  const text = new TextEncoder().encode(
    JSON.stringify({
      formatVersion: 1,
      name: 'From anywhere',
      product: { id: 8178, version: 13 },
      platform: 'boron',
      deviceOs: '6.2.0',
      files: {
        system: boron.system.map(({ name, bytes }) => pin(name, bytes)),
        application: pin(boron.application.name, boron.application.bytes),
      },
      sim: { form: 'none', waitMs: 0, mayBePending: false },
    }),
  );

  test('is named by the hash of its text, and every byte is held against its pin', async () => {
    const recipe = await loadRecipeFrom(text, async ({ path }) => ok(files.get(path) ?? new Uint8Array(0)));
    expect(recipe).toMatchObject({ ok: true, value: { sha256: createHash('sha256').update(text).digest('hex') } });
    const other = await loadRecipeFrom(text, async () => ok(boron.bootloader.bytes));
    expect(other).toMatchObject({ failure: { code: 'recipe/file-changed' } });
  });

  test('passes on what its source refuses with', async () => {
    const recipe = await loadRecipeFrom(text, async () => refuse('store/not-found', 'Not here.'));
    expect(recipe).toMatchObject({ failure: { code: 'store/not-found' } });
  });

  test('is refused when its text is no UTF-8 JSON, or far too long', async () => {
    const none = async () => refuse('store/not-found', 'Not here.');
    expect(await loadRecipeFrom(Uint8Array.of(0xff, 0xfe), none)).toMatchObject({
      failure: { code: 'recipe/invalid' },
    });
    expect(await loadRecipeFrom(new Uint8Array(100_000).fill(0x20), none)).toMatchObject({
      failure: { code: 'recipe/invalid' },
    });
  });
});

function protectedBootloader(): Uint8Array {
  const file = smallRelease('boron', '6.2.0').bootloader.bytes;
  const view = new DataView(file.buffer, file.byteOffset);
  const suffix = file.subarray(file.length - 44);
  const grown = new Uint8Array(file.length + 9);
  grown.set(file.subarray(0, file.length - 44));
  grown.set([0x13, 0, 5, 0, 1, 0, 0, 4, 0], file.length - 44);
  grown.set(suffix, file.length - 35);
  const out = new DataView(grown.buffer);
  out.setUint32(0x204, view.getUint32(0x204, true) + 9, true);
  out.setUint16(grown.length - 6, 49, true);
  seal(grown);
  return grown;
}

function misplacedBootloader(): Uint8Array {
  return generateModule({
    function: 'bootloader',
    index: 0,
    version: 3100,
    platformId: 13,
    start: 0xb4000,
    prefixOffset: 0x200,
    payloadLength: 32,
    dependencies: [],
    suffix: { kind: 'product', productId: 0, productVersion: 0 },
  });
}

/** Bytes that do not compress. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 0x1234_5678;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}
