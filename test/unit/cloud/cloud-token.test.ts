import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { CLOUD_FAULTS, type CloudFaultName } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { D1, errorOf, PRODUCT, startCloudBench, within } from './cloud-bench.ts';

const PLANTED = 'planted0token0planted0token0planted0toke';

describe('the token', () => {
  test('is in no error of any fault, nor in any URL', async () => {
    await using bench = await startCloudBench({ token: PLANTED });
    let errors = 0;
    for (const name of Object.keys(CLOUD_FAULTS) as CloudFaultName[]) {
      bench.virtual.faults.clear();
      bench.virtual.faults.add({ name });
      const thrown = await bench.cloud.addDevice(PRODUCT, D1, within(250)).catch((error: unknown) => error);
      if (thrown instanceof Error) errors += 1;
      expect(inspect(thrown, { depth: 12, showHidden: true }) + JSON.stringify(thrown)).not.toContain(PLANTED);
    }
    expect(errors).toBeGreaterThan(15);
    expect(JSON.stringify(bench.virtual.requests.list())).not.toContain(PLANTED);
  });

  test('is blanked where an answer echoes it', async () => {
    const cloud = createHttpCloud({
      baseUrl: 'http://127.0.0.1:9',
      token: async () => PLANTED,
      appVersion: '0.1.0',
      fetch: async (_url, init) =>
        new Response(JSON.stringify({ error: 'odd', error_description: `no such ${PLANTED}` }), {
          status: 400,
          headers: { 'x-request-id': new Headers(init?.headers).get('authorization') ?? '' },
        }),
    });
    const error = await errorOf(cloud.product(PRODUCT, within(5_000)));
    expect(error.message).toContain('no such [token]');
    expect(error.evidence?.requestId).toBe('Bearer [token]');
  });

  test.each([
    ['plainly', (text: string) => JSON.stringify({ error_description: text })],
    ['in escapes', (text: string) => `{"error_description":"${text.replace('p', '\\u0070')}"}`],
    ['in the title of a page', (text: string) => `<html><head><title>${text}</title></head></html>`],
  ])('is blanked %s where the answer is cut, so that no half of it is left', async (_how, body) => {
    for (const before of [95, 105, 115, 275, 285, 295]) {
      const cloud = createHttpCloud({
        baseUrl: 'http://127.0.0.1:9',
        token: async () => PLANTED,
        appVersion: '0.1.0',
        fetch: async () =>
          new Response(body(`${'x'.repeat(before)}${PLANTED}`), {
            status: 400,
            headers: { 'x-request-id': `${'y'.repeat(before)}${PLANTED}` },
          }),
      });
      const error = await errorOf(cloud.product(PRODUCT, within(5_000)));
      expect(error.message + JSON.stringify(error.evidence)).not.toContain('plant');
    }
  });

  test('is blanked in what a success says, too', async () => {
    const cloud = createHttpCloud({
      baseUrl: 'http://127.0.0.1:9',
      token: async () => PLANTED,
      appVersion: '0.1.0',
      fetch: async () => Response.json({ product: { id: PRODUCT, name: `Line of ${PLANTED}`, platform_id: 13 } }),
    });
    expect(await cloud.product(PRODUCT, within(5_000))).toMatchObject({ name: 'Line of [token]' });
  });

  test.each(['', 'with blank', 'with\r\nX-Header: line'])('that is %j is never sent', async (token) => {
    await using bench = await startCloudBench();
    const cloud = createHttpCloud({ baseUrl: bench.virtual.baseUrl, token: async () => token, appVersion: '0.1.0' });
    expect((await errorOf(cloud.product(PRODUCT, bench.options))).code).toBe('cloud/permission');
    expect(bench.virtual.requests.list()).toEqual([]);
  });

  test('that cannot be read is a permission, and what its source said stays unsaid', async () => {
    const cloud = createHttpCloud({
      baseUrl: 'http://127.0.0.1:9',
      token: async () => Promise.reject(Object.assign(new Error(`half of it: ${PLANTED}`), { code: 'EACCES' })),
      appVersion: '0.1.0',
    });
    const error = await errorOf(cloud.product(PRODUCT, within(5_000)));
    expect(error.code).toBe('cloud/permission');
    expect(error.message).toContain('EACCES');
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(PLANTED);
  });

  test('is asked for again on the next call', async () => {
    await using bench = await startCloudBench();
    const tokens = ['revoked-token', bench.virtual.token];
    const cloud = createHttpCloud({
      baseUrl: bench.virtual.baseUrl,
      token: async () => tokens.shift() ?? '',
      appVersion: '0.1.0',
    });
    expect((await errorOf(cloud.product(PRODUCT, bench.options))).code).toBe('cloud/permission');
    expect(await cloud.product(PRODUCT, bench.options)).toMatchObject({ id: PRODUCT });
  });
});

describe('the base URL', () => {
  const create = (baseUrl: string) => () => createHttpCloud({ baseUrl, token: async () => 'x', appVersion: '0.1.0' });

  test.each([
    'https://api.particle.io',
    'https://api.particle.io/',
    'http://127.0.0.1:80',
    'http://localhost:1',
    'http://[::1]:1',
  ])('%s is accepted', (baseUrl) => {
    expect(create(baseUrl)).not.toThrow();
  });

  test.each([
    'http://api.particle.io',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'https://user:secret@api.particle.io',
    'https://api.particle.io/?access_token=secret',
    'https://api.particle.io/#secret',
    'ftp://127.0.0.1',
    'api.particle.io',
    '',
  ])('%j is refused without being repeated', (baseUrl) => {
    expect(create(baseUrl)).toThrow(expect.objectContaining({ code: 'station/invalid-file' }));
    expect(create(baseUrl)).not.toThrow(/secret/);
  });

  test('may have a path, which is kept', async () => {
    const asked: string[] = [];
    const cloud = createHttpCloud({
      baseUrl: 'https://relay.example/particle/',
      token: async () => 'x',
      appVersion: '0.1.0',
      fetch: async (url) => {
        asked.push(String(url));
        return Response.json({ product: { id: PRODUCT, name: 'x', platform_id: 13 } });
      },
    });
    await cloud.product(PRODUCT, within(5_000));
    expect(asked).toEqual([`https://relay.example/particle/v1/products/${PRODUCT}`]);
  });
});

test('the client names itself to the cloud', async () => {
  await using bench = await startCloudBench();
  await bench.cloud.product(PRODUCT, bench.options);
  expect(bench.virtual.requests.list()[0]).toMatchObject({ userAgent: 'linewright/0.1.0', tool: 'linewright@0.1.0' });
});
