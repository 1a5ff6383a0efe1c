import { describe, expect, test } from 'vitest';
import { D1, D2, D3, D4, D5, D7, I1, I7, PRODUCT, readAnswer, startCloudBench } from './cloud-bench.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const SIMS = `/v1/products/${PRODUCT}/sims`;
const ARRAYS = [
  'updatedDeviceIds',
  'existingDeviceIds',
  'nonmemberDeviceIds',
  'invalidDeviceIds',
  'protectedDeviceIds',
];

/** The numbers are those of the checklist in cloud-api.md 7; the driver is plain fetch. */
describe('conformance: access', () => {
  test('6: no token is 400, an unknown one and an expired one are 401', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const url = `${bench.virtual.baseUrl}/v1/products/${PRODUCT}`;
    const get = async (authorization?: string) =>
      readAnswer(await fetch(url, authorization === undefined ? {} : { headers: { authorization } }));
    expect(await get()).toMatchObject({
      status: 400,
      json: { error: 'invalid_request', error_description: 'The access token was not found' },
    });
    expect(await get('Bearer unknown')).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    const short = bench.virtual.addToken({ expiresAtMs: bench.virtual.state.clock.now() + 1_000 });
    expect(await get(`Bearer ${short}`)).toMatchObject({ status: 200 });
    bench.virtual.state.clock.advance(1_000);
    expect(await get(`Bearer ${short}`)).toMatchObject({
      status: 401,
      json: { error: 'invalid_token', error_description: 'The access token provided has expired.' },
    });
    expect(await get(`Bearer=${bench.virtual.token}`)).toMatchObject({ status: 400 });
  });

  test('7: the token is taken from header, query (GET and POST) and form', async () => {
    await using bench = await startCloudBench();
    const { baseUrl, token } = bench.virtual;
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
    const answers = await Promise.all([
      fetch(`${baseUrl}${DEVICES}`, { headers: { authorization: `Bearer ${token}` } }),
      fetch(`${baseUrl}${DEVICES}?access_token=${token}`),
      fetch(`${baseUrl}${DEVICES}?access_token=${token}`, form({ id: D1 })),
      fetch(`${baseUrl}${DEVICES}`, form({ id: D1, access_token: token })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test('8: an API user finds serial look-up and claiming closed', async () => {
    await using bench = await startCloudBench();
    const refusal = { error: 'unauthorized', error_description: 'API users are not allowed to call this endpoint' };
    expect(await bench.ask('GET', '/v1/serial_numbers/P046AF1450000FC')).toMatchObject({ status: 400, json: refusal });
    expect(await bench.ask('POST', '/v1/devices', { id: D1 })).toMatchObject({ status: 400, json: refusal });
  });

  test('9: SIM import needs its scope', async () => {
    await using bench = await startCloudBench();
    const post = async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return fetch(`${bench.virtual.baseUrl}${SIMS}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ sims: [I7] }),
      });
    };
    expect((await post(bench.virtual.addToken({ scopes: ['devices:import'] }))).status).toBe(400);
    expect((await post(bench.virtual.addToken({ scopes: ['sims:import'] }))).status).toBe(200);
  });

  test('11 and 62: every error is a JSON body of JSON type with a request ID', async () => {
    await using bench = await startCloudBench();
    const answers = await Promise.all([
      bench.ask('GET', '/nowhere'),
      bench.ask('GET', '//'),
      bench.ask('PATCH', DEVICES),
      bench.ask('GET', '/v1/products/777'),
      bench.ask('GET', `${DEVICES}/${D1}`),
      bench.ask('GET', `${SIMS}/${I1}`),
      bench.ask('GET', `${SIMS}/%E0%A4%A`),
      bench.ask('POST', DEVICES, {}),
      bench.ask('POST', DEVICES, [D1]),
      bench.ask('DELETE', `${DEVICES}/${D1}`),
    ]);
    for (const { status, json, headers } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(typeof json.error).toBe('string');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});

describe('conformance: import', () => {
  test('12 and 13: a first import updates, the second finds it existing, all arrays always there', async () => {
    await using bench = await startCloudBench();
    const first = await bench.ask('POST', DEVICES, { id: D1 });
    expect(first).toMatchObject({ status: 200, json: { updated: 1, updatedDeviceIds: [D1] } });
    expect(Object.keys(first.json)).toEqual(expect.arrayContaining(ARRAYS));
    const second = await bench.ask('POST', DEVICES, { id: D1 });
    expect(second).toMatchObject({ status: 200, json: { updated: 0, updatedDeviceIds: [], existingDeviceIds: [D1] } });
  });

  test.each([
    ['in another product', D3, 'invalidDeviceIds'],
    ['unknown', '000000000000000000000001', 'invalidDeviceIds'],
    ['malformed', 'WAT', 'invalidDeviceIds'],
    ['of another platform', D4, 'invalidDeviceIds'],
    ["a stranger's", D5, 'nonmemberDeviceIds'],
  ])('14: a device that is %s goes with 200 into its array', async (_situation, id, array) => {
    await using bench = await startCloudBench();
    const { status, json } = await bench.ask('POST', DEVICES, { id });
    expect([status, json.updated]).toEqual([200, 0]);
    for (const name of ARRAYS) expect(json[name]).toEqual(name === array ? [id] : []);
  });

  test('15, 16 and 20: a file part named `file` with CRLF, blanks and duplicates, before its fields', async () => {
    await using bench = await startCloudBench();
    const body = new FormData();
    body.append(
      'file',
      new Blob([`\uFEFF${D1}\r\n\r\n ${D2} \r\n${D1}\r\nWAT`], { type: 'application/octet-stream' }),
      'file',
    );
    body.append('import_sims', 'false');
    body.append('claim_user', 'op@example.com');
    const headers = { authorization: `Bearer ${bench.virtual.token}` };
    const { status, json } = await readAnswer(
      await fetch(`${bench.virtual.baseUrl}${DEVICES}`, { method: 'POST', headers, body }),
    );
    expect([status, json.updated]).toEqual([200, 1]);
    expect(json).toMatchObject({ updatedDeviceIds: [D1], existingDeviceIds: [D2, D1], invalidDeviceIds: ['WAT'] });
    expect(await bench.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ json: { owner: 'op@example.com' } });
    expect(await bench.ask('GET', `${SIMS}/${I1}`)).toMatchObject({ status: 404 });
  });

  test('17: upper case is the same device', async () => {
    await using bench = await startCloudBench();
    await bench.ask('POST', DEVICES, { id: D1.toUpperCase() });
    expect(await bench.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ status: 200, json: { id: D1 } });
  });

  test.each([
    ['serial number', 'P046AF1450000FC'],
    ['IMEI', '352753090000001'],
    ['ICCID', I1],
  ])('18: the %s imports its device and is echoed as sent', async (_kind, identifier) => {
    await using bench = await startCloudBench();
    const { json } = await bench.ask('POST', DEVICES, { ids: [identifier] });
    expect(json.updatedDeviceIds).toEqual([identifier]);
    expect(await bench.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ status: 200 });
  });

  test('19 and 21: claim_user claims, from body or query, and must be of the team', async () => {
    await using bench = await startCloudBench();
    await bench.ask('POST', DEVICES, { ids: [D1], import_sims: true, claim_user: 'op@example.com' });
    await bench.ask('POST', `${DEVICES}?claim_user=lead@example.com`, { ids: [D7] });
    expect(await bench.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ json: { owner: 'op@example.com' } });
    expect(await bench.ask('GET', `${DEVICES}/${D7}`)).toMatchObject({ json: { owner: 'lead@example.com' } });
    expect(await bench.ask('GET', `${SIMS}/${I1}`)).toMatchObject({ status: 200 });
    const refused = await bench.ask('POST', DEVICES, { ids: [D2], claim_user: 'nobody@example.com' });
    expect(refused).toMatchObject({ status: 400, json: { ok: false } });
  });

  test('22: an empty import is 400, a senseless or too large body is refused as JSON', async () => {
    await using bench = await startCloudBench();
    expect(await bench.ask('POST', DEVICES, {})).toMatchObject({ status: 400, json: { ok: false } });
    const headers = { authorization: `Bearer ${bench.virtual.token}`, 'content-type': 'application/json' };
    const post = async (body: string) => {
      const init = { method: 'POST', headers, body };
      return readAnswer(await fetch(`${bench.virtual.baseUrl}${DEVICES}`, init));
    };
    expect(await post('{"ids":')).toMatchObject({ status: 400, json: { ok: false } });
    expect(await post(`{"ids":["${'x'.repeat(10 * 1024 * 1024)}"]}`)).toMatchObject({
      status: 413,
      json: { ok: false },
    });
  });

  test('23: the slug works on every product route, an unknown product is 403', async () => {
    await using bench = await startCloudBench();
    await bench.ask('POST', '/v1/products/line-demo/devices', { id: D1 });
    for (const path of ['', '/devices', `/devices/${D1}`, '/sims', `/sims/${I1}`]) {
      expect((await bench.ask('GET', `/v1/products/line-demo${path}`)).status).toBe(200);
      const refused = await bench.ask('GET', `/v1/products/no-such${path}`);
      expect(refused).toMatchObject({ status: 403, json: { error_description: 'Permission denied' } });
    }
  });

  test('2.2.1: five thousand identifiers in one request are classified one by one', async () => {
    await using bench = await startCloudBench();
    const ids = Array.from({ length: 5_000 }, (_none, index) => index.toString(16).padStart(24, '0'));
    const { json } = await bench.ask('POST', DEVICES, { ids: [...ids, D1] });
    expect(json).toMatchObject({ updated: 1, updatedDeviceIds: [D1], invalidDeviceIds: ids });
  });
});
