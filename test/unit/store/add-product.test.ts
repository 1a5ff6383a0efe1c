import { randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { damageModule } from '../../../firmware/damage-module.ts';
import { seal } from '../../../firmware/generate-module.ts';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { hashOf } from '../../../src-main/adapters/store/object-folder.ts';
import {
  applicationWithAssets,
  freshStore,
  newestOf,
  PLATFORM_NAMES,
  refusal,
  releaseOf,
  writeFiles,
  writeZip,
} from './store-bench.ts';

describe('a product binary', () => {
  test.each(PLATFORM_NAMES)('for %s is taken for what it says it is', async (platform) => {
    const { store, beside } = freshStore();
    const release = releaseOf(platform);
    const { bytes } = release.application;
    const folder = await writeFiles(beside, { 'tank.bin': bytes });
    const isOld = newestOf(platform) === '3.3.1';
    expect(await store.addProduct(join(folder, 'tank.bin'), {})).toEqual({
      kind: 'product',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      isNew: true,
      platform,
      productId: isOld ? 8178 : null,
      productVersion: 13,
      builtWith: release.moduleVersion,
      sha256: hashOf(bytes),
      sizeBytes: bytes.length,
      assets: [],
      leftOut: [],
    });
    expect(Buffer.compare(await store.object(hashOf(bytes)), bytes)).toBe(0);
  });

  test('added twice is one', async () => {
    const { store } = freshStore();
    const source = { name: 'tank.bin', bytes: releaseOf('boron').application.bytes };
    const { id } = await store.addProduct(source, {});
    expect(await store.addProduct({ ...source, name: 'other.bin' }, {})).toMatchObject({ id, isNew: false });
    expect((await store.contents()).products).toHaveLength(1);
  });

  const electron = generateRelease({
    platform: 'electron',
    deviceOs: '3.3.1',
    productVersion: 13,
    productId: 8178,
    appSeed: 1,
    scale: 0,
  });
  const wildcard = generateRelease({
    platform: 'electron',
    deviceOs: '3.3.1',
    productVersion: 13,
    productId: 10,
    appSeed: 1,
    scale: 0,
  });
  const nameless = generateRelease({
    platform: 'electron',
    deviceOs: '3.3.1',
    productVersion: 13,
    appSeed: 1,
    scale: 0,
  });
  const unversioned = generateRelease({
    platform: 'boron',
    deviceOs: '4.2.0',
    productVersion: 65_535,
    appSeed: 1,
    scale: 0,
  });
  const boron = releaseOf('boron');

  test.each([
    ['a bootloader', boron.bootloader.bytes, {}, 'firmware/wrong-function'],
    ['a system part', boron.system[0]?.bytes, {}, 'firmware/wrong-function'],
    ['a damaged one', damageModule(boron.application.bytes, 0, 'wrong-crc'), {}, 'firmware/bad-crc'],
    ['one without a product version', unversioned.application.bytes, {}, 'firmware/wrong-product-version'],
    ['one below 4.0 without a product ID', nameless.application.bytes, {}, 'firmware/wrong-product-id'],
    [
      'one of another product than was said',
      electron.application.bytes,
      { productId: 8179 },
      'firmware/wrong-product-id',
    ],
    [
      'one with the wildcard, unless that is allowed',
      wildcard.application.bytes,
      { productId: 8178 },
      'firmware/wrong-product-id',
    ],
    [
      'one of another version than was said',
      boron.application.bytes,
      { productVersion: 14 },
      'firmware/wrong-product-version',
    ],
    ['one for another platform than was said', boron.application.bytes, { platform: 'p2' }, 'firmware/wrong-platform'],
    [
      'one an RTL872x unit would not find, since its last entry names another address',
      misnamed(releaseOf('p2').application.bytes),
      {},
      'firmware/wrong-location',
    ],
    ['a text', Buffer.from('#include "Particle.h"\n'.repeat(10)), {}, 'firmware/not-a-module'],
    ['nothing', Buffer.alloc(0), {}, 'firmware/not-a-module'],
  ] as const)('is not: %s', async (_what, bytes, options, code) => {
    const { store } = freshStore();
    const source = { name: 'tank.bin', bytes: bytes ?? new Uint8Array() };
    expect((await refusal(store.addProduct(source, options))).code).toBe(code);
    expect(await store.check()).toMatchObject({ objects: 0, entries: 0 });
  });

  test('with the wildcard product ID is taken where that is allowed, for the product that was said', async () => {
    const { store } = freshStore();
    const options = { productId: 8178, allowWildcardProductId: true };
    const report = await store.addProduct({ name: 'tank.bin', bytes: wildcard.application.bytes }, options);
    expect(report.productId).toBe(8178);
  });
});

describe('a bundle', () => {
  const assets = { 'cat.txt': Buffer.from('hello asset'), 'dog.raw': Buffer.alloc(3000, 5) };
  const application = applicationWithAssets(assets);
  const inFolder = Object.fromEntries(Object.entries(assets).map(([name, bytes]) => [`assets/${name}`, bytes]));

  test('brings the application and its assets one to one', async () => {
    const { store, beside } = freshStore();
    const zip = await writeZip(join(beside, 'bundle.zip'), { 'app.bin': application, ...inFolder, 'README.md': 'hi' });
    const report = await store.addProduct(zip, {});
    expect(report).toMatchObject({
      platform: 'b5som',
      productVersion: 13,
      sha256: hashOf(application),
      assets: Object.entries(assets).map(([name, bytes]) => ({ name, sha256: hashOf(bytes), sizeBytes: bytes.length })),
      leftOut: [{ file: 'README.md', why: 'neither the application nor an asset' }],
    });
    for (const bytes of Object.values(assets)) {
      expect(Buffer.compare(await store.object(hashOf(bytes)), bytes)).toBe(0);
    }
  });

  test.each([
    ['lacks an asset', { 'app.bin': application, 'assets/cat.txt': assets['cat.txt'] }, 'store/incomplete'],
    [
      'has another asset under its name',
      { 'app.bin': application, ...inFolder, 'assets/cat.txt': 'other' },
      'store/incomplete',
    ],
    ['has an asset nobody asks for', { 'app.bin': application, ...inFolder, 'assets/extra': 'x' }, 'store/bad-archive'],
    ['has no application', inFolder, 'store/bad-archive'],
    ['has two applications', { 'a.bin': application, 'b.bin': application, ...inFolder }, 'store/bad-archive'],
    ['has an asset in a folder', { 'app.bin': application, ...inFolder, 'assets/sub/x': 'x' }, 'store/bad-archive'],
    ['brings environment variables', { 'app.bin': application, ...inFolder, 'env.json': '{}' }, 'firmware/unsupported'],
    ['was built before assets existed', old(), 'firmware/unsupported'],
    ['has an asset larger than its unit takes', large(), 'firmware/wrong-location'],
    ['has more assets than its unit has room for', many(), 'firmware/wrong-location'],
  ])('that %s is refused', async (_what, files, code) => {
    const { store, beside } = freshStore();
    const zip = await writeZip(join(beside, 'bundle.zip'), files);
    expect((await refusal(store.addProduct(zip, {}))).code).toBe(code);
    expect(await store.check()).toMatchObject({ objects: 0, entries: 0 });
  });

  test('is wanted when an application that needs assets comes alone', async () => {
    const { store } = freshStore();
    expect(await refusal(store.addProduct({ name: 'app.bin', bytes: application }, {}))).toEqual({
      code: 'store/incomplete',
      detail: expect.stringContaining('cat.txt, dog.raw'),
    });
  });

  function old(): Record<string, Uint8Array> {
    const app = applicationWithAssets(assets, { deviceOs: '5.4.1', moduleVersion: 5410 });
    return { 'app.bin': app, ...inFolder };
  }

  function large(): Record<string, Uint8Array> {
    const bytes = randomBytes(1_572_865); // which no compression makes smaller
    return { 'app.bin': applicationWithAssets({ big: bytes }), 'assets/big': bytes };
  }

  function many(): Record<string, Uint8Array> {
    const all = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, randomBytes(700_000)]));
    const named = Object.entries(all).map(([name, bytes]) => [`assets/${name}`, bytes]);
    return { 'app.bin': applicationWithAssets(all), ...Object.fromEntries(named) };
  }
});

const APPS = join(import.meta.dirname, '../../../.cache/particle-cli/node_modules/particle-cli/assets/knownApps');
const real = globSync('**/*.bin', { cwd: APPS }).map((path) => join(APPS, path));
const skipped = 'skipped until `npm install --prefix .cache/particle-cli particle-cli@3.51.0 --ignore-scripts` has run';

test.skipIf(real.length === 0)(
  `every real application in the vendor's command line goes in, but for platforms nobody builds${real.length === 0 ? ` (${skipped})` : ''}`,
  async () => {
    const { store } = freshStore();
    const outcomes = await Promise.all(
      real.map(async (path) => {
        const name = basename(path);
        const added = store.addProduct({ name, bytes: readFileSync(path) }, {});
        return [
          name,
          await added.then(
            ({ platform, productVersion }) => `${platform} ${productVersion}`,
            (thrown: { code?: string }) => thrown.code,
          ),
        ];
      }),
    );
    expect(Object.fromEntries(outcomes)).toEqual({
      'core_tinker.bin': 'firmware/wrong-function',
      'electron_tinker.bin': 'electron 2',
      'tinker-usb-debugging-0.6.0-electron.bin': 'electron 3',
      'tinker-0.4.5-p1.bin': 'p1 2',
      'tinker-0.4.5-photon.bin': 'photon 2',
      'tinker-0.8.0-rc.27-argon.bin': 'argon 3',
      'tinker-0.8.0-rc.27-boron.bin': 'boron 3',
      'tinker-0.8.0-rc.27-xenon.bin': 'firmware/wrong-platform',
      'tinker-1.1.0-rc.1-bsom.bin': 'bsom 3',
      'tinker-1.5.0-b5som.bin': 'b5som 3',
      'tinker-5.0.0-p2.bin': 'p2 4',
      'tinker-5.8.0-trackerm.bin': 'trackerm 4',
      'tinker-6.3.4-esomx.bin': 'esomx 3',
      'tinker-6.3.4-msom.bin': 'msom 4',
      'tracker-tinker@1.5.4-rc.1.bin': 'tracker 3',
    });
    expect(await store.check()).toMatchObject({ objects: 26, entries: 13, problems: [] });
  },
);

/** The suffix of 62 bytes begins with DYNAMIC_LOCATION: type, length, then the start address (firmware-modules.md 8.6). */
function misnamed(application: Uint8Array): Uint8Array {
  const file = Uint8Array.from(application);
  new DataView(file.buffer).setUint32(file.length - 4 - 62 + 4, 0x0850_0000, true);
  seal(file);
  return file;
}
