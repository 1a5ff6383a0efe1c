import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashOf } from '../../../src-main/adapters/store/object-folder.ts';
import { buildStation } from '../../../src-main/build-station.ts';
import { EXIT, type Output } from '../../../src-main/cli/output.ts';
import { addStoreCommands } from '../../../src-main/cli/store-commands.ts';
import type { JsonObject } from '../../../src-main/domain/json.ts';
import { createVirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { serveReleases } from './release-server.ts';
import {
  applicationWithAssets,
  fill,
  freshFolder,
  freshStore,
  orderOf,
  releaseFilesOf,
  releaseOf,
  writeFiles,
  writeZip,
} from './store-bench.ts';

/** One command line through the real parser and the real commands, in this process. */
async function linewright(...args: readonly string[]) {
  let exit: number = EXIT.misuse;
  let answer: JsonObject | undefined;
  const output: Output = {
    json: true,
    result: (value) => {
      answer = value;
    },
    failed: (failure) => {
      answer = { ok: false, failure: { code: failure.code, detail: failure.detail } };
      return EXIT.bad;
    },
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const firmware = program.command('firmware').exitOverride();
  addStoreCommands(program, firmware, {
    shared: (command) => command.exitOverride().option('--json').option('--data <folder>', '', 'nowhere'),
    run: async (_options, work) => {
      exit = await work(output);
    },
  });
  await program.parseAsync(args, { from: 'user' }).catch((thrown) => {
    if (!(thrown instanceof CommanderError)) throw thrown;
  });
  return { exit, answer: JSON.parse(JSON.stringify(answer ?? null)) };
}

test('the command line has these commands', async () => {
  const data = freshFolder();
  const args = ['src-main/cli/linewright.ts', 'recipe', 'list', '--data', data, '--json'];
  const { stdout } = await execa(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ ok: true, recipes: [] });
});

test('a misused command sends nobody to a page', async () => {
  const args = ['src-main/cli/linewright.ts', 'recipe', 'show', 'abc', '--data', freshFolder()];
  const { stderr, exitCode } = await execa(process.execPath, args, { reject: false });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('See its --help.')]);
});

test('a supervisor adds a release and a binary, makes a recipe, carries it to another line, and is told every hash', async () => {
  const folder = freshFolder();
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  const release = releaseOf('boron');
  const zip = await writeZip(join(folder, 'boron.zip'), releaseFilesOf(release));
  await writeFiles(folder, { 'tank.bin': release.application.bytes });

  expect(
    await linewright('firmware', 'add-release', zip, '--device-os', '6.2.0', '--platform', 'boron', '--data', here),
  ).toMatchObject({
    exit: 0,
    answer: { ok: true, sets: [{ platform: 'boron', deviceOs: '6.2.0', isNew: true }], refused: [], leftOut: [] },
  });
  const sha256 = hashOf(release.application.bytes);
  expect(
    await linewright('firmware', 'add', join(folder, 'tank.bin'), '--product', '8178', '--data', here),
  ).toMatchObject({
    exit: 0,
    answer: { ok: true, platform: 'boron', productId: 8178, productVersion: 13, sha256, isNew: true },
  });
  const made = await linewright(
    ...['recipe', 'make', '--name', 'Tank', '--platform', 'boron', '--device-os', '6.2.0', '--product', '8178'],
    ...['--binary', '13', '--sku', 'BRN404X', '--sim', 'embedded', '--sim-must-be-active', '--data', here],
  );
  expect(made).toMatchObject({ exit: 0, answer: { ok: true, name: 'Tank', version: 1, isNew: true, warnings: [] } });
  const hash: string = made.answer.sha256;

  const shown = await linewright('recipe', 'show', hash.slice(0, 10), '--data', here);
  expect(shown.answer).toMatchObject({
    sha256: hash,
    recipe: {
      product: { id: 8178, version: 13 },
      skus: ['BRN404X'],
      sim: { form: 'embedded', waitMs: 5000, mayBePending: false },
      cloud: { waitMs: 10_000, finishLater: true },
    },
  });
  expect(Object.keys(shown.answer.recipe.cloud)).toEqual(['waitMs', 'finishLater']);
  const strict = await linewright(
    ...['recipe', 'make', '--name', 'Strict', '--platform', 'boron', '--device-os', '6.2.0', '--product', '8178'],
    ...[
      '--binary',
      '13',
      '--sku',
      'BRN402TRAY50',
      '--sim',
      'embedded',
      '--cloud-wait',
      '60000',
      '--no-finish-later',
      '--online-within',
      '48',
    ],
    ...['--group', 'lot-{batch}', '--name-by-serial-number', '--claim-user', 'op@example.com', '--data', here],
  );
  const leaving = ['BRN402TRAY50 is not recommended for new designs; order BRN404XTRAY50 instead.'];
  const strictCheck = await linewright('recipe', 'check', strict.answer.sha256, '--data', here);
  expect([strict.answer.warnings, strictCheck.answer.warnings]).toMatchObject([
    [...leaving, expect.stringContaining('needs no owner')],
    [...leaving, expect.stringContaining('needs no owner')],
  ]);
  const { recipe: wished } = (await linewright('recipe', 'show', strict.answer.sha256, '--data', here)).answer;
  expect(wished.cloud).toEqual({
    waitMs: 60_000,
    finishLater: false,
    claimUser: 'op@example.com',
    groups: ['lot-{batch}'],
    name: 'serial-number',
    online: { withinHours: 48 },
  });
  const file = join(folder, 'tank.recipe.zip');
  expect(await linewright('recipe', 'export', hash, file, '--data', here)).toMatchObject({ exit: 0 });
  expect(await linewright('recipe', 'import', file, '--data', there)).toMatchObject({
    exit: 0,
    answer: { sha256: hash, isNew: true },
  });
  const [listed, checked, whole, contents] = await Promise.all([
    linewright('recipe', 'list', '--data', there),
    linewright('recipe', 'check', hash, '--data', there),
    linewright('firmware', 'check', '--data', there),
    linewright('firmware', 'list', '--data', here),
  ]);
  expect(listed.answer.recipes).toMatchObject([{ name: 'Tank', version: 1, sha256: hash, predecessor: null }]);
  expect(checked).toMatchObject({ exit: 0, answer: { ok: true, platform: 'boron', deviceOs: '6.2.0' } });
  expect(whole).toMatchObject({ exit: 0, answer: { ok: true, objects: 6, entries: 2, recipes: 1, problems: [] } });
  expect(contents.answer).toMatchObject({ sets: [{ platform: 'boron' }], products: [{ sha256 }] });

  writeFileSync(join(there, 'store', 'objects', sha256), 'changed');
  expect(await linewright('firmware', 'check', '--data', there)).toMatchObject({ exit: 1, answer: { ok: false } });
  expect(await linewright('recipe', 'check', hash, '--data', there)).toMatchObject({
    exit: 1,
    answer: { ok: false, failure: { code: 'store/damaged' } },
  });
});

test('what is misused or missing says so, with the exit code of its kind', async () => {
  const data = freshFolder();
  const make = ['recipe', 'make', '--name', 'Tank', '--device-os', '6.2.0', '--product', '8178', '--binary', '13'];
  const [platform, sim, part, version, wait, url, nothing] = await Promise.all([
    linewright(...make, '--platform', 'toaster', '--data', data),
    linewright(...make, '--platform', 'boron', '--data', data),
    linewright('firmware', 'add-release', data, '--without', 'bootloader', '--data', data),
    linewright('firmware', 'pull', '0', '--data', data),
    linewright(...make, '--platform', 'p2', '--cloud-wait', '120001', '--data', data),
    linewright('firmware', 'fetch-release', '6.2.0', '--data', data),
    linewright('recipe', 'show', '0123456789', '--data', data),
  ]);
  expect([platform, sim, part, version, wait].map(({ exit }) => exit)).toEqual([2, 2, 2, 2, 2]);
  expect(sim.answer.failure.detail).toContain('--sim');
  expect(url).toMatchObject({
    exit: 1,
    answer: { failure: { code: 'station/invalid-file', detail: expect.stringContaining('releaseUrl') } },
  });
  expect(nothing).toMatchObject({ exit: 1, answer: { failure: { code: 'store/not-found' } } });
  expect(existsSync(join(data, 'store'))).toBe(false);
});

test('a release is fetched from the address in the settings, and the download is gone afterwards', async () => {
  const data = freshFolder();
  const {
    'argon-softdevice@2.0.0.bin': softDevice = '',
    'argon-ncp.bin': _ncp,
    ...files
  } = releaseFilesOf(releaseOf('argon'));
  await writeFiles(data, { 'softdevice.bin': softDevice });
  const zip = readFileSync(await writeZip(join(data, 'argon.zip'), files));
  const { base } = await serveReleases(
    new Map([
      ['/6.2.0/argon.zip', { bytes: zip, etag: '"x"', breaksAfter: [500] }],
      ['/6.2.0/SHA256SUMS', { bytes: `${hashOf(zip)}  argon.zip\n` }],
    ]),
  );
  const settings = {
    format: 1,
    releaseUrl: `${base}/{version}/{platform}.zip`,
    checksumUrl: `${base}/{version}/SHA256SUMS`,
  };
  writeFileSync(join(data, 'store-settings.json'), JSON.stringify(settings));
  const fetched = await linewright(
    ...['firmware', 'fetch-release', '6.2.0', '--platform', 'argon', '--without', 'ncp'],
    ...['--with', join(data, 'softdevice.bin'), '--data', data],
  );
  expect(fetched).toMatchObject({ exit: 0, answer: { sets: [{ platform: 'argon', lacks: ['ncp'] }] } });
  const { answer } = await linewright('firmware', 'list', '--data', data);
  expect(answer.sets).toMatchObject([{ origin: { from: `${base}/6.2.0/argon.zip`, verified: 'checksum-file' } }]);
  expect((await linewright('firmware', 'check', '--data', data)).exit).toBe(0);
  expect(readdirSync(join(data, 'store', 'downloads'))).toEqual([]);
});

test('a release that lacks a part is not downloaded again when the part is said', async () => {
  const data = freshFolder();
  const { 'boron-softdevice@2.0.0.bin': softDevice = '', ...files } = releaseFilesOf(releaseOf('boron'));
  await writeFiles(data, { 'softdevice.bin': softDevice });
  const zip = readFileSync(await writeZip(join(data, 'boron.zip'), files));
  const { base, asked } = await serveReleases(new Map([['/6.2.0.zip', { bytes: zip }]]));
  const fetch = [
    ...['firmware', 'fetch-release', '6.2.0', '--platform', 'boron', '--sha256', hashOf(zip)],
    '--data',
    data,
  ];
  const url = ['--url', `${base}/{version}.zip`];
  const missing = await linewright(...fetch, ...url, '--with', join(data, 'nowhere.bin'));
  expect(missing).toMatchObject({ exit: 1, answer: { failure: { code: 'store/not-found' } } });
  expect(asked).toHaveLength(0);
  expect(await linewright(...fetch, ...url)).toMatchObject({
    exit: 1,
    answer: { failure: { code: 'store/incomplete', detail: expect.stringContaining('--with') } },
  });
  expect(await linewright(...fetch, ...url, '--with', join(data, 'softdevice.bin'))).toMatchObject({ exit: 0 });
  expect(asked.map(({ url: path }) => path)).toEqual(['/6.2.0.zip']);
  expect(readdirSync(join(data, 'store', 'downloads'))).toEqual([]);
});

describe('a station', () => {
  async function stationFile(
    folder: string,
    recipe: string,
    cloud = { baseUrl: 'http://127.0.0.1:1', token: 'x'.repeat(40) },
  ) {
    const token = join(folder, 'token');
    writeFileSync(token, cloud.token, { mode: 0o600 });
    const file = join(folder, 'station.json');
    const settings = {
      format: 1,
      name: 'line-1',
      cloud: { baseUrl: cloud.baseUrl, token: { file: 'token' } },
      products: [8178],
      recipe,
      slots: [{ name: '1', portPath: '1-1' }],
      data: 'data',
      dfuUtil: '/nowhere/dfu-util',
    };
    writeFileSync(file, JSON.stringify(settings));
    return file;
  }

  test('builds a recipe of the store by its hash, all of it, and no other', async () => {
    const { store, folder, beside } = freshStore();
    await fill(store, beside, 'boron');
    const { sha256 } = await store.makeRecipe(orderOf('boron'));
    const outcome = async (recipe: string) => {
      const built = await buildStation(await stationFile(beside, recipe));
      return built.ok ? 'built' : built.failure.code;
    };
    // The recipe is good; the next thing that is looked for is missing.
    expect(await outcome(`sha256:${sha256}`)).toBe('flash/tool-missing');
    expect(await outcome(`sha256:${'0'.repeat(64)}`)).toBe('store/not-found');
    expect(await outcome(`sha256:${sha256.slice(0, 12)}`)).toBe('station/invalid-file');
    expect(await outcome('Tank sensor, boron')).toBe('recipe/file-missing');
    writeFileSync(join(folder, 'objects', hashOf(releaseOf('boron').application.bytes)), 'changed');
    expect(await outcome(`sha256:${sha256}`)).toBe('store/damaged');
  });

  test('pulls a product binary, or a bundle, from the cloud product by version', async () => {
    const data = freshFolder();
    const cloud = await createVirtualCloud({ products: [{ id: 8178, platformId: 25 }] });
    onTestFinished(() => cloud.close());
    const scopes = ['products:get', 'firmware:list', 'firmware.binary:get'];
    const application = applicationWithAssets({ 'cat.txt': Buffer.from('cat') });
    const bundle = readFileSync(
      await writeZip(join(data, 'b.zip'), { 'app.bin': application, 'assets/cat.txt': 'cat' }),
    );
    cloud.addFirmware({ productId: 8178, version: 13, bytes: bundle, name: 'tank.zip' });
    cloud.addFirmware({ productId: 8178, version: 12, bytes: releaseOf('b5som').application.bytes });
    cloud.addFirmware({ productId: 8178, version: 11, bytes: releaseOf('boron').application.bytes });
    const station = await stationFile(data, 'unused.json', {
      baseUrl: cloud.baseUrl,
      token: cloud.addToken({ scopes }),
    });
    const pull = (version: string) => linewright('firmware', 'pull', version, '--station', station);

    const [good, mislabelled, foreign, absent] = await Promise.all([pull('13'), pull('12'), pull('11'), pull('9')]);
    expect(good).toMatchObject({
      exit: 0,
      answer: {
        platform: 'b5som',
        productId: 8178,
        productVersion: 13,
        sha256: hashOf(application),
        assets: [{ name: 'cat.txt' }],
      },
    });
    expect(mislabelled.answer.failure.code).toBe('firmware/wrong-product-version');
    expect(foreign.answer.failure.code).toBe('firmware/wrong-platform');
    expect(absent.answer.failure.code).toBe('store/not-found');
    const { answer } = await linewright('firmware', 'list', '--station', station);
    expect(answer.products).toMatchObject([
      { origin: { from: 'product 8178 version 13 in the cloud', verified: 'cloud' } },
    ]);

    const narrow = await stationFile(data, 'unused.json', { baseUrl: cloud.baseUrl, token: cloud.token });
    expect((await linewright('firmware', 'pull', '13', '--station', narrow)).answer.failure.code).toBe(
      'cloud/permission',
    );
    expect(
      (await linewright('firmware', 'pull', '13', '--station', narrow, '--product', '99')).answer.failure.code,
    ).toBe('recipe/product-not-allowed');
  });
});
