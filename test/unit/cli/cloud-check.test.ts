import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookAtWay } from '../../../src-main/adapters/network/look-at-way.ts';
import type { Finding } from '../../../src-main/check-cloud.ts';
import { cloudCheckCommand } from '../../../src-main/cli/cloud-check-command.ts';
import type { Output } from '../../../src-main/cli/output.ts';
import type { Failure } from '../../../src-main/domain/failure.ts';
import { sendJson, startAnsweringServer } from '../cloud/answering-server.ts';
import { PRODUCT, startCloudBench } from '../cloud/cloud-bench.ts';
import { serveProxy } from '../store/release-server.ts';
import { PLANT_NAME } from '../store/self-signed.ts';

const TOKEN = 'planted0token0planted0token0planted0toke';
const never = new AbortController().signal;

/** Runs the command on a station file of its own and gives what it said. */
async function check(baseUrl: string, token: string, more: object = {}, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-check-'));
  const station = join(folder, 'station.json');
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  const file = {
    format: 1,
    name: 'line-1',
    cloud: { baseUrl, token: { file: 'token' } },
    products: [PRODUCT],
    recipe: 'recipe.json',
    slots: [{ name: '1' }],
    data: 'data',
    ...more,
  };
  writeFileSync(station, JSON.stringify(file));
  const findings: Finding[] = [];
  const lines: string[] = [];
  const failures: Failure[] = [];
  const output: Output = {
    json: false,
    result: (value, text) => {
      findings.push(value as unknown as Finding);
      lines.push(text);
    },
    failed: (failure) => {
      failures.push(failure);
      return 1;
    },
  };
  const exit = await cloudCheckCommand({ station, ...options }, output);
  expect(JSON.stringify([findings, lines, failures])).not.toContain(token);
  return { exit, findings, lines, failures, bad: findings.filter(({ state }) => state === 'bad') };
}

describe('cloud check', () => {
  test('finds nothing bad where nothing is, and says what it looked at', async () => {
    await using bench = await startCloudBench({ clockSpeed: 1 });
    const { exit, lines, findings } = await check(
      bench.virtual.baseUrl,
      bench.virtual.token,
      {},
      { describe: true, online: true },
    );
    expect(exit).toBe(0);
    const about = new Set(findings.map((finding) => finding.about));
    expect([...about]).toEqual(['proxy', 'connection', 'answer', 'clock', 'right', 'product']);
    expect(findings.filter((finding) => finding.about === 'right')).toHaveLength(9);
    expect(lines.at(-1)).toMatch(/^ok +product +Product 12345 is ".*", for Boron/);
  });

  test('names the right that is missing', async () => {
    await using bench = await startCloudBench({ clockSpeed: 1 });
    const scopes = ['products:get', 'devices:import', 'devices:get', 'devices:list', 'sims:get', 'sims:list'];
    const { exit, bad } = await check(bench.virtual.baseUrl, bench.virtual.addToken({ scopes }));
    expect([exit, bad.length]).toEqual([1, 1]);
    expect(bad[0]).toMatchObject({ code: 'cloud/rights-missing', sentence: expect.stringContaining('sims:import') });
  });

  test('names a token that the cloud does not take', async () => {
    await using bench = await startCloudBench({ clockSpeed: 1 });
    const { exit, bad } = await check(bench.virtual.baseUrl, TOKEN);
    expect(exit).toBe(1);
    expect(bad).toMatchObject([{ about: 'token', code: 'cloud/permission' }]);
  });

  test('names a captive portal and asks nothing more there', async () => {
    await using portal = await startAnsweringServer((response) =>
      response.end('<html><title>Guest WiFi</title></html>'),
    );
    const { bad } = await check(portal.baseUrl, TOKEN);
    expect(bad).toMatchObject([{ about: 'answer', code: 'network/sign-in-page' }]);
    expect(portal.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test('names a wrong clock', async () => {
    const date = new Date(Date.now() + 600_000).toUTCString();
    await using cloud = await startAnsweringServer((response) => sendJson(response, 400, { error: 'x' }, { date }));
    const { bad } = await check(cloud.baseUrl, TOKEN);
    expect(bad).toContainEqual(
      expect.objectContaining({
        about: 'clock',
        code: 'network/clock',
        sentence: expect.stringMatching(/(599|600|601) s behind/),
      }),
    );
  });

  test('names a cloud nobody listens for', async () => {
    const { bad } = await check('http://127.0.0.1:1', TOKEN);
    expect(bad).toMatchObject([
      { about: 'connection', code: 'cloud/unreachable', sentence: expect.stringContaining('ECONNREFUSED') },
      { about: 'answer', code: 'cloud/unreachable' },
    ]);
  });

  test('names a proxy that lets nobody through, without its credentials', async () => {
    const proxy = await serveProxy({ status: 407, credentials: 'someone:else' });
    const folder = mkdtempSync(join(tmpdir(), 'linewright-check-'));
    const credentials = join(folder, 'proxy');
    writeFileSync(credentials, 'plant:planted-password', { mode: 0o600 });
    const network = { proxy: proxy.address, proxyCredentials: { file: credentials } };
    const { lines, bad } = await check(`https://${PLANT_NAME}`, TOKEN, { network });
    expect(bad).toMatchObject([{ about: 'answer', code: 'network/proxy', sentence: expect.stringContaining('407') }]);
    expect(lines.join()).not.toContain('planted-password');
  });

  test('proxy credentials that others can read, and a token that is none, are refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linewright-check-'));
    const credentials = join(folder, 'proxy');
    writeFileSync(credentials, 'plant:planted-password', { mode: 0o644 });
    const network = { proxy: 'http://127.0.0.1:1', proxyCredentials: { file: credentials } };
    const { failures } = await check('http://127.0.0.1:1', TOKEN, { network });
    expect(failures).toMatchObject([{ code: 'station/invalid-file', detail: expect.stringContaining('chmod 600') }]);
    expect((await check('http://127.0.0.1:1', 'short')).failures).toMatchObject([{ code: 'station/invalid-file' }]);
  });
});

describe('the way to an address', () => {
  const direct = { proxyTo: () => undefined };

  test('tells each address and whether it connects', async () => {
    await using server = await startAnsweringServer((response) => response.end());
    const look = async () => [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const way = await lookAtWay(direct, new URL(`http://cloud.test:${server.port}`), {
      signal: never,
      limitMs: 2_000,
      look,
    });
    expect(way).toMatchObject({ proxy: undefined, name: 'cloud.test', nameError: undefined });
    expect(way.addresses).toMatchObject([
      { family: 6, error: expect.any(String) },
      { family: 4, error: undefined, connectMs: expect.any(Number) },
    ]);
  });

  test('tells a name that is not known, and one that does not come', async () => {
    const unknown = async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    const url = new URL('https://cloud.test');
    expect(await lookAtWay(direct, url, { signal: never, limitMs: 20, look: unknown })).toMatchObject({
      nameError: 'ENOTFOUND',
    });
    const silent = () => new Promise<never>(() => undefined);
    expect(await lookAtWay(direct, url, { signal: never, limitMs: 20, look: silent })).toMatchObject({
      nameError: 'no answer',
    });
  });

  test('is that to the proxy where there is one', async () => {
    const way = await lookAtWay({ proxyTo: () => '127.0.0.1:1' }, new URL('https://cloud.test'), {
      signal: never,
      limitMs: 2_000,
    });
    expect(way).toMatchObject({ proxy: '127.0.0.1:1', name: '127.0.0.1', addresses: [{ error: 'ECONNREFUSED' }] });
  });

  test('ends with the signal', async () => {
    const silent = () => new Promise<never>(() => undefined);
    const way = lookAtWay(direct, new URL('https://cloud.test'), {
      signal: AbortSignal.abort('no'),
      limitMs: 60_000,
      look: silent,
    });
    await expect(way).rejects.toBe('no');
  });
});
