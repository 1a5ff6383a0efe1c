import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { loadStoredRecipe } from '../../../src-main/adapters/store/load-stored-recipe.ts';
import { hashOf } from '../../../src-main/adapters/store/object-folder.ts';
import { loadRecipe } from '../../../src-main/firmware/load-recipe.ts';
import {
  applicationWithAssets,
  fill,
  freshStore,
  orderOf,
  PLATFORM_NAMES,
  refusal,
  releaseOf,
  writeFiles,
  writeZip,
} from './store-bench.ts';

async function exported(platform: (typeof PLATFORM_NAMES)[number] = 'boron') {
  const from = freshStore();
  await fill(from.store, from.beside, platform);
  const { sha256 } = await from.store.makeRecipe(orderOf(platform));
  const file = join(from.beside, 'tank.recipe.zip');
  await from.store.exportRecipe(sha256, file);
  return { ...from, sha256, file };
}

describe('a recipe travels as one file', () => {
  test.each(PLATFORM_NAMES)('for %s: out of one store, into an empty one, and again', async (platform) => {
    const { file, sha256 } = await exported(platform);
    const { store } = freshStore();
    const report = await store.importRecipe(file);
    expect(report).toMatchObject({ sha256, version: 1, predecessor: null, isNew: true });
    expect(await loadStoredRecipe(store, sha256)).toMatchObject({ ok: true, value: { sha256 } });
    expect(await store.importRecipe(file)).toEqual({ ...report, isNew: false });
    // Two objects more: what makes a set and a binary of the files.
    expect(await store.check()).toEqual({ objects: report.files.length + 2, entries: 2, recipes: 1, problems: [] });
  });

  test('and what it brought makes further recipes over there, also beside the release as it was published', async () => {
    const { file } = await exported('tracker');
    const { store, beside } = freshStore();
    await store.importRecipe(file);
    expect(await store.contents()).toMatchObject({
      sets: [{ platform: 'tracker', deviceOs: '6.2.0', origin: { from: 'tank.recipe.zip' } }],
      products: [{ platform: 'tracker', productId: 8178, productVersion: 13 }],
    });
    const other = await store.makeRecipe(orderOf('tracker', { name: 'Another' }));
    await fill(store, beside, 'tracker'); // with the co-processor's file, which no recipe of this release takes
    expect((await store.contents()).sets).toHaveLength(2);
    expect((await store.makeRecipe(orderOf('tracker', { name: 'Another' }))).sha256).toBe(other.sha256);
  });

  test('a file by any name goes out again as it came in', async () => {
    const { file, beside } = await exported();
    const { 'product-v13.bin': application = new Uint8Array(), ...files } = unzipSync(readFileSync(file));
    const renamed = (name: string): Buffer =>
      Buffer.from(
        Buffer.from(files[name] ?? [])
          .toString()
          .replaceAll('product-v13.bin', 'constructor'),
      );
    const text = renamed('recipe.json');
    const manifest = JSON.parse(renamed('package.json').toString());
    Object.assign(manifest.recipe, { sha256: hashOf(text), sizeBytes: text.length });
    const changed = { ...files, 'recipe.json': text, 'package.json': Buffer.from(JSON.stringify(manifest)) };
    writeFileSync(join(beside, 'in.zip'), zipSync({ ...changed, constructor: application }));
    const { store } = freshStore();
    const { sha256 } = await store.importRecipe(join(beside, 'in.zip'));
    await store.exportRecipe(sha256, join(beside, 'out.zip'));
    expect(await freshStore().store.importRecipe(join(beside, 'out.zip'))).toMatchObject({ sha256 });
  });

  test('taken for a bundle, it is called what it is', async () => {
    const { file, store } = await exported();
    expect((await refusal(store.addProduct(file, {}))).detail).toContain('recipe import');
  });

  test('the same recipe is the same file on every station, and nothing is written over', async () => {
    const [one, two] = [await exported(), await exported()];
    expect(hashOf(readFileSync(one.file))).toBe(hashOf(readFileSync(two.file)));
    expect((await refusal(one.store.exportRecipe(one.sha256, one.file))).code).toBe('store/conflict');
  });

  test('unpacked by hand it is a recipe folder', async () => {
    const { file, sha256, beside } = await exported('p2');
    const folder = await writeFiles(join(beside, 'unpacked'), unzipSync(readFileSync(file)));
    expect(await loadRecipe(join(folder, 'recipe.json'))).toMatchObject({ ok: true, value: { sha256 } });
  });

  test('with the assets of its application', async () => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'b5som');
    const application = applicationWithAssets({
      'cat one.txt': Buffer.from('same'),
      'cat two.txt': Buffer.from('same'),
    });
    const files = { 'app.bin': application, 'assets/cat one.txt': 'same', 'assets/cat two.txt': 'same' };
    await store.addProduct(await writeZip(join(beside, 'bundle.zip'), files), {});
    const { sha256 } = await store.makeRecipe(orderOf('b5som', { binary: hashOf(application) }));
    await store.exportRecipe(sha256, join(beside, 'out.zip'));
    const other = freshStore();
    await other.store.importRecipe(join(beside, 'out.zip'));
    const recipe = await loadStoredRecipe(other.store, sha256);
    expect(recipe.ok && recipe.value.assets.map(({ name }) => name)).toEqual(['cat one.txt', 'cat two.txt']);
  });

  test('a disk without room leaves no half file', async () => {
    const { store, sha256, beside } = await exported();
    const { code, detail } = await refusal(store.exportRecipe(sha256, join(beside, 'no', 'such', 'folder', 'x.zip')));
    expect(code).toBe('store/write-failed');
    expect(detail).toContain('there is no such folder');
    mkdirSync(join(beside, 'stick'));
    expect((await refusal(store.exportRecipe(sha256, join(beside, 'stick')))).code).toBe('store/conflict');
    expect(readdirSync(join(beside, 'stick'))).toEqual([]);
  });
});

describe('a package that is not whole adds nothing', () => {
  type Files = Record<string, Uint8Array>;
  type Manifest = {
    formatVersion: number;
    recipe: { sha256: string; sizeBytes: number };
    files: { path: string; sha256: string; sizeBytes: number }[];
  };
  const edit = (files: Files, change: (manifest: Manifest) => void): Files => {
    const manifest = JSON.parse(Buffer.from(files['package.json'] ?? []).toString()) as Manifest;
    change(manifest);
    return { ...files, 'package.json': Buffer.from(JSON.stringify(manifest)) };
  };
  const spoilt = releaseOf('boron', '6.1.0').system[0]?.bytes ?? new Uint8Array();

  test.each<[string, string, (files: Files) => Files]>([
    ['a file is missing', 'store/incomplete', ({ 'bootloader-3100.bin': _left, ...files }) => files],
    ['the recipe is missing', 'store/incomplete', ({ 'recipe.json': _left, ...files }) => files],
    ['the list is missing', 'store/bad-archive', ({ 'package.json': _left, ...files }) => files],
    ['the list is no JSON', 'store/bad-archive', (files) => ({ ...files, 'package.json': Buffer.from('{') })],
    [
      'the list is of a later format',
      'store/bad-archive',
      (files) =>
        edit(files, (list) => {
          list.formatVersion = 2;
        }),
    ],
    ['a file is another one', 'store/bad-archive', (files) => ({ ...files, 'system-part1-6200.bin': spoilt })],
    [
      'a file is another one and the list agrees',
      'recipe/file-changed',
      (files) =>
        edit({ ...files, 'system-part1-6200.bin': spoilt }, (list) => {
          list.files = list.files.map((one) =>
            one.path === 'system-part1-6200.bin' ? { ...one, sha256: hashOf(spoilt), sizeBytes: spoilt.length } : one,
          );
        }),
    ],
    [
      'a file is listed that nothing pins',
      'store/bad-archive',
      (files) =>
        edit({ ...files, 'extra.bin': spoilt }, (list) => {
          list.files.push({ path: 'extra.bin', sha256: hashOf(spoilt), sizeBytes: spoilt.length });
        }),
    ],
    ['a file is there that is not listed', 'store/bad-archive', (files) => ({ ...files, 'extra.bin': spoilt })],
    [
      'a file is listed twice',
      'store/bad-archive',
      (files) =>
        edit(files, (list) => {
          list.files.push(...list.files.slice(0, 1));
        }),
    ],
    [
      'the recipe was edited',
      'store/bad-archive',
      (files) => ({ ...files, 'recipe.json': recipeWith(files, '"id": 8178', '"id": 8179') }),
    ],
    [
      'the recipe asks for the impossible and the list agrees',
      'firmware/wrong-product-version',
      (files) => {
        const text = recipeWith(files, '"version": 13', '"version": 14');
        return edit({ ...files, 'recipe.json': text }, ({ recipe }) => {
          recipe.sha256 = hashOf(text);
          recipe.sizeBytes = text.length;
        });
      },
    ],
  ])('when %s', async (_what, code, change) => {
    const { file, beside } = await exported();
    const path = join(beside, 'changed.zip');
    writeFileSync(path, zipSync(change(unzipSync(readFileSync(file)))));
    const { store, folder } = freshStore();
    expect((await refusal(store.importRecipe(path))).code).toBe(code);
    expect(existsSync(folder)).toBe(false);
  });

  test('when it was cut anywhere', async () => {
    const { file, beside } = await exported();
    const whole = readFileSync(file);
    const { store, folder } = freshStore();
    const path = join(beside, 'cut.zip');
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(path, whole.subarray(0, length));
      expect((await refusal(store.importRecipe(path))).code).toBe('store/bad-archive');
    }
    expect(existsSync(folder)).toBe(false);
    expect((await refusal(store.importRecipe(join(beside, 'nowhere.zip')))).code).toBe('store/not-found');
    expect((await refusal(store.importRecipe(beside))).code).toBe('store/not-found');
  });

  function recipeWith(files: Files, from: string, to: string): Buffer {
    const text = Buffer.from(files['recipe.json'] ?? []).toString();
    expect(text).toContain(from);
    return Buffer.from(text.replace(from, to));
  }
});
