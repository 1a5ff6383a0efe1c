import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadStoredRecipe } from '../../../src-main/adapters/store/load-stored-recipe.ts';
import { hashOf } from '../../../src-main/adapters/store/object-folder.ts';
import {
  applicationWithAssets,
  fill,
  freshStore,
  newestOf,
  orderOf,
  PLATFORM_NAMES,
  refusal,
  releaseFilesOf,
  releaseOf,
  writeFiles,
  writeZip,
} from './store-bench.ts';

describe('a recipe is made of what is in the store', () => {
  test.each(PLATFORM_NAMES)('for %s, with everything its unit may need', async (platform) => {
    const { store, beside } = freshStore();
    await fill(store, beside, platform);
    const made = await store.makeRecipe(orderOf(platform));
    const recipe = await loadStoredRecipe(store, made.sha256);
    if (!recipe.ok) throw new Error(recipe.failure.detail);
    const release = releaseOf(platform);
    const { system, application, bootloader, prebootloader, ncp, sha256 } = recipe.value;
    expect(sha256).toBe(made.sha256);
    expect(application.fileSha256).toBe(hashOf(release.application.bytes));
    const wanted = [release.radioStack, ...release.system].filter((file) => file !== undefined);
    expect(system.map(({ fileSha256 }) => fileSha256).sort()).toEqual(wanted.map(({ bytes }) => hashOf(bytes)).sort());
    expect(bootloader?.fileSha256).toBe(hashOf(release.bootloader.bytes));
    expect(prebootloader?.fileSha256).toBe(release.prebootloaderPart1 && hashOf(release.prebootloaderPart1.bytes));
    // A Tracker refuses its co-processor's file since 5.6.0.
    expect(ncp?.fileSha256).toBe(platform === 'argon' && release.ncp ? hashOf(release.ncp.bytes) : undefined);
  });

  test('with the assets of its bundle', async () => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'b5som');
    const assets = { 'cat.txt': Buffer.from('hello asset') };
    const application = applicationWithAssets(assets);
    const zip = await writeZip(join(beside, 'bundle.zip'), { 'app.bin': application, 'assets/cat.txt': 'hello asset' });
    await store.addProduct(zip, {});
    const binary = hashOf(application).slice(0, 12);
    const { sha256 } = await store.makeRecipe(orderOf('b5som', { binary }));
    const recipe = await loadStoredRecipe(store, sha256);
    expect(recipe.ok && recipe.value.assets).toEqual([
      { name: 'cat.txt', sha256: hashOf(assets['cat.txt']), bytes: assets['cat.txt'] },
    ]);
  });

  test('the same order is the same recipe; another under its name is the next version', async () => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'boron');
    const order = orderOf('boron', { name: 'Tank', skus: ['BRN404X', 'BRN402'] });
    const one = await store.makeRecipe(order);
    expect(await store.makeRecipe({ ...order, skus: ['BRN402', 'BRN404X'] })).toEqual({ ...one, isNew: false });
    const two = await store.makeRecipe({ ...order, sim: { ...order.sim, form: 'embedded' } });
    expect(two).toMatchObject({ name: 'Tank', version: 2, predecessor: one.sha256, isNew: true });
    const other = await store.makeRecipe({ ...order, name: 'Pump' });
    expect(other).toMatchObject({ version: 1, predecessor: null });
    expect((await store.recipes()).map(({ name, version, sha256 }) => [name, version, sha256])).toEqual([
      ['Pump', 1, other.sha256],
      ['Tank', 1, one.sha256],
      ['Tank', 2, two.sha256],
    ]);
  });

  test('and two stations with the same files make the same recipe, byte for byte', async () => {
    const [here, there] = [freshStore(), freshStore()];
    await fill(here.store, here.beside, 'p2');
    const files = Object.entries(releaseFilesOf(releaseOf('p2'))).toReversed();
    const zip = await writeZip(join(there.beside, 'p2.zip'), Object.fromEntries(files));
    await there.store.addProduct({ name: 'other.bin', bytes: releaseOf('p2').application.bytes }, {});
    await there.store.addRelease([zip], {});
    const [one, two] = [await here.store.makeRecipe(orderOf('p2')), await there.store.makeRecipe(orderOf('p2'))];
    expect(two.sha256).toBe(one.sha256);
  });
});

describe('nothing is chosen for the one who orders', () => {
  test('two binaries of one version: the hash must say which', async () => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'boron');
    const other = releaseOf('boron', newestOf('boron'), 2).application.bytes;
    await store.addProduct({ name: 'other.bin', bytes: other }, {});
    expect(await refusal(store.makeRecipe(orderOf('boron')))).toEqual({
      code: 'store/conflict',
      detail: expect.stringContaining('--binary'),
    });
    const made = await store.makeRecipe(orderOf('boron', { binary: hashOf(other).slice(0, 8) }));
    const recipe = await loadStoredRecipe(store, made.sha256);
    expect(recipe.ok && recipe.value.application.fileSha256).toBe(hashOf(other));
  });

  test('two sets of one release: its id must say which', async () => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'argon');
    const { 'argon-ncp.bin': _left, ...files } = releaseFilesOf(releaseOf('argon'));
    const { sets } = await store.addRelease([await writeFiles(join(beside, 'bare'), files)], { without: ['ncp'] });
    expect(await refusal(store.makeRecipe(orderOf('argon')))).toEqual({
      code: 'store/conflict',
      detail: expect.stringMatching(/without ncp.*--set/),
    });
    const bare = await store.makeRecipe(orderOf('argon', { set: sets[0]?.id ?? '' }));
    const recipe = await loadStoredRecipe(store, bare.sha256);
    expect(recipe.ok && recipe.value.ncp).toBeUndefined();
  });

  test.each([
    ['a release that is not there', { deviceOs: '6.1.0' }, 'store/not-found'],
    ['a version that is not there', { binary: '14' }, 'store/not-found'],
    ['a hash that is not there', { binary: '0123456789ab' }, 'store/not-found'],
    ['a hash too short to mean anything', { binary: 'abc' }, 'request/invalid'],
    ['a binary by the word latest', { binary: 'latest' }, 'request/invalid'],
    ['a product the platform does not have', { skus: ['E404'] }, 'recipe/invalid'],
    ['a product nobody knows', { skus: ['NOPE'] }, 'recipe/invalid'],
    ['a name of two lines', { name: 'Tank\nsensor' }, 'recipe/invalid'],
  ])('an order for %s is refused', async (_what, change, code) => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'boron');
    expect((await refusal(store.makeRecipe(orderOf('boron', change)))).code).toBe(code);
    expect(await store.recipes()).toEqual([]);
  });

  test('a binary that was added for another product is not taken for this one', async () => {
    const { store, beside } = freshStore();
    const release = releaseOf('boron');
    await store.addRelease([await writeFiles(beside, releaseFilesOf(release))], {});
    await store.addProduct({ name: 'tank.bin', bytes: release.application.bytes }, { productId: 9999 });
    expect(await refusal(store.makeRecipe(orderOf('boron')))).toEqual({
      code: 'store/not-found',
      detail: expect.stringContaining('is for product 9999'),
    });
  });

  test('a recipe is found by its hash or a beginning of it, and not by less', async () => {
    const { store, beside } = freshStore();
    await fill(store, beside, 'boron');
    const { sha256 } = await store.makeRecipe(orderOf('boron'));
    expect(await store.findRecipe(sha256)).toBe(sha256);
    expect(await store.findRecipe(`sha256:${sha256}`)).toBe(sha256);
    expect(await store.findRecipe(sha256.slice(0, 8))).toBe(sha256);
    expect((await refusal(store.findRecipe(sha256.slice(0, 7)))).code).toBe('request/invalid');
    expect((await refusal(store.findRecipe('Tank sensor, boron'))).code).toBe('request/invalid');
    expect((await refusal(store.findRecipe('00000000'))).code).toBe('store/not-found');
  });
});

describe('what changed on disk is noticed when it is used', () => {
  const system = Buffer.from(releaseOf('boron').system[0]?.bytes ?? []);

  test('an object with one bit changed, cut, or gone', async () => {
    const { store, folder, beside } = freshStore();
    await fill(store, beside, 'boron');
    const { sha256 } = await store.makeRecipe(orderOf('boron'));
    const path = join(folder, 'objects', hashOf(system));
    const flipped = Buffer.from(system);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    for (const [content, code] of [
      [undefined, 'store/not-found'],
      [system.subarray(0, 300), 'store/damaged'],
      [Buffer.alloc(3_000_000), 'store/damaged'],
      [flipped, 'store/damaged'],
    ] as const) {
      if (content === undefined) rmSync(path);
      else writeFileSync(path, content);
      expect(await loadStoredRecipe(store, sha256)).toMatchObject({ ok: false, failure: { code } });
      expect((await refusal(store.exportRecipe(sha256, join(beside, 'out.zip')))).code).toBe(code);
      // By the hash, and by what it is to people.
      expect((await store.check()).problems.join()).toContain(hashOf(system));
      expect((await store.check()).problems.join()).toContain('Device OS 6.2.0, boron-system-part1@6.2.0.bin');
    }
    await fill(store, beside, 'boron'); // adding the same files again repairs it
    expect(await loadStoredRecipe(store, sha256)).toMatchObject({ ok: true });
    expect(await store.check()).toMatchObject({ problems: [] });
  });

  test('a recipe, an entry, or a version file', async () => {
    const { store, folder, beside } = freshStore();
    await fill(store, beside, 'boron');
    const { sha256 } = await store.makeRecipe(orderOf('boron'));
    const text = Buffer.from(await store.recipeText(sha256)).toString();
    writeFileSync(join(folder, 'recipes', `${sha256}.json`), text.replace('8178', '8179'));
    expect(await loadStoredRecipe(store, sha256)).toMatchObject({ ok: false, failure: { code: 'store/damaged' } });
    const [set] = (await store.contents()).sets;
    const entry = join(folder, 'entries', `${set?.id}.json`);
    writeFileSync(entry, '{"format":1}');
    expect(await store.contents()).toMatchObject({ sets: [], damaged: [set?.id] });
    await fill(store, beside, 'boron');
    expect((await store.contents()).sets).toHaveLength(1);
    const whole = readFileSync(entry, 'utf8');
    writeFileSync(entry, whole.replace('"version": 3100', '"version": 3101')); // every member right, and yet another set
    expect((await store.contents()).damaged).toEqual([set?.id]);
    writeFileSync(join(folder, 'versions', hashOf('Tank sensor, boron'), '000001.json'), 'x');
    expect((await refusal(store.recipes())).code).toBe('store/damaged');
  });
});

test('a damaged version file keeps no other recipe from being found or made, and a rebuild puts it right', async () => {
  const { store, folder, beside } = freshStore();
  await fill(store, beside, 'boron');
  const [lost, other] = [
    await store.makeRecipe(orderOf('boron')),
    await store.makeRecipe(orderOf('boron', { name: 'B' })),
  ];
  const shelf = join(folder, 'versions', hashOf('Tank sensor, boron'));
  writeFileSync(join(shelf, '000001.json'), '');
  expect((await refusal(store.recipes())).detail).toContain('firmware rebuild');
  expect((await store.check()).problems.join()).toContain('firmware rebuild');
  expect(await store.findRecipe(other.sha256.slice(0, 8))).toBe(other.sha256);
  const next = await store.makeRecipe(orderOf('boron', { skus: ['BRN404X'] }));
  expect(next).toMatchObject({ version: 2, isNew: true });
  expect(await store.rebuild()).toEqual({ entries: 0, recipes: 1 });
  expect((await store.recipes()).map(({ sha256 }) => sha256).sort()).toEqual(
    [lost, other, next].map(({ sha256 }) => sha256).sort(),
  );
  expect(await store.check()).toMatchObject({ recipes: 3, problems: [] });
});

test('a store that lost its entries and versions is rebuilt from its objects and recipes', async () => {
  const { store, folder, beside } = freshStore();
  await fill(store, beside, 'boron');
  await fill(store, beside, 'p2');
  await store.makeRecipe(orderOf('boron', { name: 'Tank' }));
  await store.makeRecipe(orderOf('p2', { name: 'Tank' }));
  const ids = async () => {
    const { sets, products } = await store.contents();
    return [...sets, ...products].map(({ id }) => id).sort();
  };
  const [before, recipes] = [await ids(), await store.recipes()];
  for (const part of ['entries', 'versions']) rmSync(join(folder, part), { recursive: true });
  const lost = releaseOf('p2').application.bytes;
  rmSync(join(folder, 'objects', hashOf(lost))); // and with it the right to an entry that pins it
  expect(await store.rebuild()).toEqual({ entries: 3, recipes: 2 });
  expect((await store.recipes()).map(({ sha256 }) => sha256)).toEqual(recipes.map(({ sha256 }) => sha256));
  await store.addProduct({ name: 'tank.bin', bytes: lost }, {});
  expect(await ids()).toEqual(before);
  expect(await store.rebuild()).toEqual({ entries: 0, recipes: 0 });
  expect(await store.check()).toMatchObject({ problems: [] });
});

test('an asset that reads like a set of the store is not rebuilt into one', async () => {
  const { store, beside } = freshStore();
  const [system] = releaseOf('b5som').system;
  const module = { role: 'system-part', function: 'system-part', index: 1, version: 6200, sizeBytes: 1 };
  const modules = [{ ...module, sha256: hashOf(system?.bytes ?? '') }];
  const set = { kind: 'device-os', platform: 'b5som', deviceOs: '6.2.0', modules, lacks: [] };
  const asset = Buffer.from(JSON.stringify(set));
  await fill(store, beside, 'b5som');
  const files = { 'app.bin': applicationWithAssets({ 'a.json': asset }), 'assets/a.json': asset };
  await store.addProduct(await writeZip(join(beside, 'bundle.zip'), files), {});
  expect(await store.rebuild()).toEqual({ entries: 0, recipes: 0 });
});
