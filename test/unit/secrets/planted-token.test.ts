import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildVirtualLine } from '../../../src-main/build-virtual-station.ts';
import { demoProductId } from '../../../src-main/demo-recipe.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { CLOUD_FAULTS, type CloudFaultName } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { createVirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { endedRun, plugAndScan, snapshotOf } from '../../virtual-line/build-one.ts';
import { startEchoingCloud } from './echoing-cloud.ts';

vi.setConfig({ testTimeout: 120_000 });

const TOKEN = 'planted0token0planted0token0planted0toke';
const PRODUCT = demoProductId(platformByName('boron'));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linewright-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** All but those after which nothing is answered for long, or that last. */
const FAULTS = (Object.keys(CLOUD_FAULTS) as CloudFaultName[]).filter(
  (name) =>
    !/^(hang|slow|latency|outage|eventual|token-revoked|product-deleted|sim-|rate-limited-bare|no-readback|slow-release)/.test(
      name,
    ),
);

/** Every form in which a secret could lie somewhere. */
const FORMS = [TOKEN, Buffer.from(TOKEN).toString('base64').replace(/=+$/, ''), Buffer.from(TOKEN).toString('hex')];

function expectNone(bytes: Buffer | string, where: string): void {
  const haystack = Buffer.from(bytes).toString('latin1');
  for (const form of FORMS) expect(haystack.includes(form), `the token is in ${where}`).toBe(false);
}

/** Every file below a folder, but those named. */
async function expectNoneIn(below: string, except: readonly string[] = []): Promise<number> {
  let files = 0;
  for (const entry of await readdir(below, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || except.includes(path)) continue;
    expectNone(await readFile(path), path);
    files += 1;
  }
  return files;
}

describe('a planted token', () => {
  test('is nowhere in what a station writes and shows while the cloud fails in every way it can', async () => {
    const data = join(folder, 'line');
    const virtual = await createVirtualCloud({
      token: TOKEN,
      clockSpeed: 50,
      products: [{ id: PRODUCT, platformId: 13 }],
    });
    const built = await buildVirtualLine(
      {
        platforms: ['boron'],
        data,
        speed: 50,
        scale: 0.02,
        cloudPolicy: { waitMs: 150, finishLater: true },
        outboxPace: { firstPauseMs: 5, longestPauseMs: 10 },
      },
      virtual,
    );
    if (!built.ok) throw new Error(built.failure.detail);
    const line = { ...built.value, cloud: virtual };
    const shown: string[] = [];
    line.station.subscribe((snapshot) => shown.push(JSON.stringify(snapshot)));
    await virtual.goOffline();
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    for (const name of FAULTS) virtual.faults.add({ name, count: 1 });
    await virtual.goOnline();
    await snapshotOf(line, ({ cloud }) => cloud.open === 0);
    expect(virtual.faults.list()).toEqual([]);
    shown.push(JSON.stringify(await line.station.call('exportRuns', { format: 'jsonl' })));
    await line.close();
    expectNone(JSON.stringify(virtual.requests.list()), 'the URLs that were asked for');
    await virtual.close();
    for (const text of shown) expectNone(text, 'what the screen was shown');
    expect(await expectNoneIn(data)).toBeGreaterThan(3);
  });

  test.each([
    ['an environment variable', { env: 'LINEWRIGHT_TEST_TOKEN' }],
    ['a file of its owner', { file: 'token' }],
  ])(
    'from %s is in no output, file, argument, URL or crash report of the command line, though the server echoes it',
    async (_, token) => {
      await using evil = await startEchoingCloud();
      const home = await mkdtemp(join(folder, 'cli-'));
      const reports = join(home, 'reports');
      await mkdir(reports);
      const tokenFile = join(home, 'token');
      await writeFile(tokenFile, `${TOKEN}\n`);
      await chmod(tokenFile, 0o600);
      const station = join(home, 'station.json');
      await writeFile(
        station,
        JSON.stringify({
          format: 1,
          name: 'line-1',
          cloud: { baseUrl: evil.baseUrl, token },
          products: [PRODUCT],
          recipe: 'recipe.json',
          slots: [{ name: '1', portPath: '1-1' }],
          data: 'data',
        }),
      );
      const list = join(home, 'tray.txt');
      await writeFile(list, 'e00fce680000000000000001\n89014103272880448051\n');
      const env = 'env' in token ? { [token.env ?? '']: TOKEN } : {};
      const commands = [
        ['cloud', 'check', '--station', station, '--json'],
        ['cloud', 'product', '--station', station],
        ['cloud', 'devices', '--station', station, '--json'],
        ['cloud', 'pre-add', list, '--station', station, '--yes'],
        ['cloud', 'import-sims', list, '--station', station, '--yes'],
        ['identity', 'sync', '--station', station],
        ['firmware', 'pull', '3', '--station', station],
      ];
      const dump = [
        '--report-on-signal',
        '--report-uncaught-exception',
        '--report-on-fatalerror',
        `--report-directory=${reports}`,
      ];
      const children = commands.map((command) =>
        execa(process.execPath, [...dump, 'src-main/cli/linewright.ts', ...command], {
          env: { ...env, NODE_OPTIONS: '' },
          reject: false,
          all: true,
        }),
      );
      for (const { all, command: asStarted } of await Promise.all(children)) {
        expectNone(asStarted, 'the arguments of a process');
        expect(all.length, asStarted).toBeGreaterThan(0);
        expectNone(all, `the output of ${asStarted}`);
      }
      expectNone(evil.urls.join('\n'), 'the URLs that were asked for');
      expect(evil.urls.length).toBeGreaterThanOrEqual(commands.length - 2);
      await crashReport(dump, env, tokenFile);
      expect(await expectNoneIn(home, [tokenFile])).toBeGreaterThan(2);
      expect(await readdir(reports)).not.toEqual([]);
    },
  );
});

/** A process that has read its token from where a station reads it, and then dies of a fault nobody caught, with Node's crash report. */
async function crashReport(dump: readonly string[], env: Record<string, string>, tokenFile: string): Promise<void> {
  const source = 'LINEWRIGHT_TEST_TOKEN' in env ? { env: 'LINEWRIGHT_TEST_TOKEN' } : { file: tokenFile };
  const program = `
    const { readToken } = await import(${JSON.stringify(new URL('../../../src-main/station/token-source.ts', import.meta.url).href)});
    const token = await readToken(${JSON.stringify(source)});
    if (token.length !== ${TOKEN.length}) process.exit(3);
    setImmediate(() => { throw new Error('a fault that nobody caught'); });`;
  const { exitCode, all } = await execa(process.execPath, [...dump, '--input-type=module', '-e', program], {
    env: { ...env, NODE_OPTIONS: '' },
    reject: false,
    all: true,
  });
  expect(exitCode).not.toBe(3);
  expect(all).toContain('a fault that nobody caught');
  expectNone(all, 'the last words of a process');
}
