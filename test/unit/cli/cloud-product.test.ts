import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { writeDemoRecipe } from '../../../firmware/write-demo-recipe.ts';
import { createQuestions } from '../../../src-main/cli/ask-secret.ts';
import { addCloudCommands } from '../../../src-main/cli/cloud-commands.ts';
import { withProduct } from '../../../src-main/cli/open-product.ts';
import { EXIT, type Output } from '../../../src-main/cli/output.ts';
import type { Failure } from '../../../src-main/domain/failure.ts';
import type { VirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import {
  I1,
  LEAD,
  M1,
  M2,
  MFA_USER,
  PASSWORD,
  PRODUCT,
  type ProductBench,
  Q1,
  startProductBench,
} from '../product-view/product-bench.ts';

/** A station file on this cloud, with a token that is good enough; nothing of it but the cloud is ever opened. */
function stationFile({ baseUrl, token }: VirtualCloud, products: readonly number[] = [PRODUCT]): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-product-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  const settings = {
    format: 1,
    name: 'line-1',
    cloud: { baseUrl, token: { file: 'token' } },
    products,
    recipe: 'none.json',
    slots: [{ name: '1', portPath: '1-1' }],
    data: 'data',
  };
  const file = join(folder, 'station.json');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

type Told = { readonly exit: number; readonly text: string; readonly answer: Record<string, unknown> };

/** One command line through the real parser and the real commands, in this process. */
async function linewright(...args: readonly string[]): Promise<Told> {
  let exit: number = EXIT.misuse;
  let answer: Record<string, unknown> = {};
  let text = '';
  const output: Output = {
    json: true,
    result: (value, said) => {
      answer = value;
      text = said;
    },
    failed: (failure) => {
      answer = { ok: false, failure };
      return EXIT.bad;
    },
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addCloudCommands(program, {
    run: async (_options, work) => {
      exit = await work(output);
    },
  });
  const all = [program, ...program.commands].flatMap((one) => [one, ...one.commands]);
  for (const command of all.flatMap((one) => [one, ...one.commands])) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await program.parseAsync(['cloud', ...args], { from: 'user' }).catch((thrown) => {
    if (!(thrown instanceof CommanderError)) throw thrown;
  });
  return { exit, text, answer: JSON.parse(JSON.stringify(answer)) };
}

/** The same as a process of its own that reads its lines from standard input. */
async function process(lines: readonly string[], ...args: readonly string[]) {
  const { stdout, stderr, exitCode } = await execa('node', ['src-main/cli/linewright.ts', 'cloud', ...args], {
    input: `${lines.join('\n')}\n`,
    reject: false,
  });
  return { stdout, stderr, exitCode };
}

const openBench = async (): Promise<ProductBench & { readonly station: readonly string[] }> => {
  const bench = await startProductBench();
  return { ...bench, station: ['--station', stationFile(bench.virtual)] };
};

describe('a product is looked at from the command line', () => {
  test('section by section, with the station’s token, beside the station', async () => {
    await using bench = await openBench();
    const look = (...args: readonly string[]) => linewright(...args, ...bench.station);
    expect(await look('product')).toMatchObject({
      exit: 0,
      answer: { ok: true, product: { id: PRODUCT, platform: 'Boron' } },
      text: expect.stringContaining('Line demo'),
    });
    expect((await look('devices', 'P046AF1450000FC')).answer).toMatchObject({ rows: [{ deviceId: M1 }] });
    expect((await look('devices', '--per-page', '2')).text).toContain('page 1 of 2');
    expect((await look('device', M1)).text).toContain('P046AF1450000FC');
    expect((await look('denied')).answer).toMatchObject({ rows: [{ deviceId: Q1 }] });
    expect((await look('sims')).text).toContain(`${I1}  active`);
    expect((await look('sim', 'show', I1)).answer).toMatchObject({ sim: { iccid: I1 } });
    expect((await look('groups')).text).toBe('There are no groups.');
    expect((await look('groups', 'list')).text).toBe('There are no groups.');
    expect((await look('firmware', 'list')).text).toBe('No firmware is uploaded.');
    expect((await look('locks')).text).toBe('No unit is locked.');
    expect((await look('customers')).text).toBe('2 customers');
    expect((await look('limits', '--plan-devices', '100')).text).toContain('3 units of 100 (97 left, plenty)');
    expect((await look('limits')).text).toContain('3 units (on a free plan 97 left)');
  });

  test('and held against what the recipes of the station file build', async () => {
    await using bench = await openBench();
    const [, station = ''] = bench.station;
    const platform = 'boron';
    const product = { id: PRODUCT, version: 7 };
    const { recipePath } = await writeDemoRecipe(dirname(station), {
      platform,
      deviceOs: '6.2.0',
      product,
      appSeed: 1,
      scale: 0,
    });
    const settings = JSON.parse(readFileSync(station, 'utf8'));
    writeFileSync(station, JSON.stringify({ ...settings, recipe: relative(dirname(station), recipePath) }));
    bench.virtual.addFirmware({ productId: PRODUCT, version: 9, bytes: new Uint8Array(64), productDefault: true });
    const { text } = await linewright('product', ...bench.station);
    expect(text).toContain('The line flashes version 7, but version 9 is released');
  });

  test('and is told what to do where the station lacks a right', async () => {
    await using bench = await openBench();
    expect(await linewright('team', ...bench.station)).toMatchObject({
      exit: 1,
      answer: { failure: { code: 'cloud/not-signed-in', detail: expect.stringContaining('teams.users:list') } },
    });
  });

  test('of several products one has to be named, and one that is not the station’s is refused', async () => {
    await using bench = await openBench();
    const two = ['--station', stationFile(bench.virtual, [PRODUCT, 9])];
    expect(await linewright('product', ...two)).toMatchObject({
      exit: 2,
      answer: { failure: { code: 'request/invalid' } },
    });
    expect(await linewright('product', ...two, '--product', String(PRODUCT))).toMatchObject({ exit: 0 });
    expect(await linewright('product', ...bench.station, '--product', '777')).toMatchObject({
      exit: 1,
      answer: { failure: { code: 'recipe/product-not-allowed' } },
    });
  });

  test('names and notes from the cloud cannot steer the terminal', async () => {
    await using bench = await openBench();
    const device = bench.virtual.state.devices.get(M1);
    if (device !== undefined) device.name = 'tank\u001b[2Jwiped\u0007';
    const { text } = await linewright('device', M1, ...bench.station);
    expect(text).toMatch(/tank.*wiped/);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });
});

describe('a product is changed from the command line', () => {
  test('what costs is refused with what would happen, and done with --yes', async () => {
    await using bench = await openBench();
    expect(await linewright('approve', Q1, ...bench.station)).toMatchObject({
      exit: 1,
      answer: { failure: { code: 'cloud/needs-confirmation', detail: expect.stringMatching(/paid for.*--yes/) } },
    });
    expect(await linewright('approve', Q1, ...bench.station, '--yes')).toMatchObject({
      exit: 0,
      answer: { device: { deviceId: Q1, standing: 'member' } },
    });
  });

  test('a unit is described, locked and unlocked, a group made', async () => {
    await using bench = await openBench();
    bench.virtual.addFirmware({ productId: PRODUCT, version: 4, bytes: new Uint8Array(64) });
    const change = (...args: readonly string[]) => linewright(...args, ...bench.station);
    const described = await change(
      'describe',
      M1,
      '--name',
      'tank 7',
      '--group',
      'lab',
      '--group',
      'hot',
      '--development',
    );
    expect(described.answer).toMatchObject({ device: { name: 'tank 7', groups: ['lab', 'hot'], isDevelopment: true } });
    expect((await change('describe', M1, '--no-development')).answer).toMatchObject({
      device: { isDevelopment: false, groups: ['lab', 'hot'] },
    });
    expect((await change('firmware', 'lock', '4', M1)).answer).toMatchObject({ device: { lockedVersion: 4 } });
    expect((await change('locks')).text).toContain('locked to 4');
    expect((await change('firmware', 'unlock', M1)).exit).toBe(0);
    expect((await change('claim', M1, '--user', LEAD)).answer).toMatchObject({ device: { owner: LEAD } });
  });

  test.each([
    ['a device ID that is none', ['approve', 'e00f'], 'deviceId'],
    ['an ICCID that is none', ['sim', 'activate', '12'], 'iccid'],
    ['a group name the cloud would refuse', ['groups', 'create', 'Big Group'], 'group'],
    ['a file that is not there', ['firmware', 'upload', '/nowhere/tank.bin', '4'], 'tank.bin'],
  ])('%s is misuse, and nothing is asked', async (_, args, named) => {
    await using bench = await openBench();
    const { exit, answer } = await linewright(...args, ...bench.station);
    expect(exit).toBe(2);
    expect(JSON.stringify(answer)).toContain(named);
    expect(bench.virtual.requests.list()).toEqual([]);
  });

  test('without a station file, or with a version that is none, the parser refuses', async () => {
    expect((await linewright('product')).exit).toBe(2);
    expect((await linewright('firmware', 'delete', '0', '--station', 'x')).exit).toBe(2);
  });
});

describe('a supervisor signs in', () => {
  test('with the password on standard input, and is signed out again', async () => {
    await using bench = await openBench();
    const { stdout, stderr, exitCode } = await process(
      [PASSWORD],
      'team',
      ...bench.station,
      '--sign-in',
      LEAD,
      '--json',
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, section: 'team', signedIn: { user: LEAD } });
    expect(exitCode).toBe(0);
    const left = [...bench.virtual.state.tokens.values()].filter(({ username }) => username === LEAD);
    expect(left.filter(({ scopes }) => scopes === 'everything')).toEqual([]);
  });

  test('with password and code, and unclaims in one go', async () => {
    await using bench = await openBench();
    const args = ['unclaim', M2, ...bench.station, '--sign-in', MFA_USER, '--yes', '--json'];
    const { stdout, exitCode } = await process([PASSWORD, bench.code()], ...args);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, said: expect.stringContaining('no longer belongs') });
    expect(exitCode).toBe(0);
    expect(bench.virtual.state.devices.get(M2)?.owner).toBeUndefined();
  });

  test('with a wrong password gets one try, and the password is in nothing that is printed', async () => {
    await using bench = await openBench();
    const { stdout, stderr, exitCode } = await process(
      ['Wr0ng-Secret'],
      'team',
      ...bench.station,
      '--sign-in',
      LEAD,
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, failure: { code: 'cloud/sign-in-refused' } });
    expect(`${stdout}${stderr}`).not.toContain('Wr0ng-Secret');
    expect(exitCode).toBe(1);
  });

  test('with an input that ends too early is told so', async () => {
    await using bench = await openBench();
    const input = new PassThrough();
    input.end(`${PASSWORD}\n`);
    const told: Failure[] = [];
    const output: Output = { json: true, result: () => undefined, failed: (failure) => told.push(failure) };
    const options = { station: stationFile(bench.virtual), signIn: MFA_USER };
    const exit = await withProduct(options, output, async () => EXIT.good, createQuestions(input));
    expect(told).toMatchObject([{ code: 'request/invalid', detail: expect.stringContaining('ended') }]);
    expect(exit).toBe(EXIT.misuse);
  });

  test('and uploads a file of the line, byte for byte', async () => {
    await using bench = await openBench();
    const release = generateRelease({
      platform: 'boron',
      deviceOs: '6.2.0',
      productVersion: 8,
      productId: PRODUCT,
      appSeed: 1,
      scale: 0,
    });
    const file = join(mkdtempSync(join(tmpdir(), 'linewright-upload-')), 'tank.bin');
    writeFileSync(file, release.application.bytes);
    const upload = (version: string) =>
      process([PASSWORD], 'firmware', 'upload', file, version, ...bench.station, '--sign-in', LEAD, '--json');
    expect(JSON.parse((await upload('8')).stdout)).toMatchObject({
      ok: true,
      firmware: { version: 8, title: 'tank.bin' },
    });
    const [kept] = bench.virtual.state.firmware;
    expect(Buffer.from(kept?.bytes ?? []).equals(readFileSync(file))).toBe(true);
  });
});

test('live events are told as they come, until the command is ended', async () => {
  await using bench = await openBench();
  const args = ['src-main/cli/linewright.ts', 'cloud', 'events', ...bench.station, '--prefix', 'spark/status'];
  const listening = execa('node', args, { reject: false });
  await said(listening.stderr, 'Listening.');
  bench.life.connects(M1, { version: 7, deviceOs: '6.2.0' });
  expect(await said(listening.stdout, 'online')).toContain(`${M1}  spark/status  online  (version 7)`);
  listening.kill('SIGINT');
  expect((await listening).exitCode).toBe(0);
});

/** What a stream said until these words came. */
async function said(stream: Readable, words: string): Promise<string> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes(words)) return text;
  }
  throw new Error(`It ended with: ${text}`);
}
