import type Particle from 'particle-api-js';
import { describe, expect, test } from 'vitest';
import { totp } from '../../../src-main/virtual/cloud/totp.ts';
import { type CloudBench, D1, I1, I7, LEAD, OP, PRODUCT, readAnswer, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, type Driver, driverOn, type Reply, told } from './conformance-drivers.ts';
import { sdkOn, sdkRejection } from './sdk.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const SIMS = `/v1/products/${PRODUCT}/sims`;
const NINETY_DAYS_S = 7_776_000;
const WRONG = { status: 400, body: { error: 'invalid_grant', error_description: 'User credentials are invalid' } };
const CLOSED = { error: 'unauthorized', error_description: 'API users are not allowed to call this endpoint' };

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: access', (driven) => {
  test(`[1 ${driven}] a password is worth a token of 90 days, or of as long as was asked`, async () => {
    await using bench = await startCloudBench();
    const first = await signIn(bench, driven, OP);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      token_type: 'bearer',
      access_token: expect.stringMatching(/^[0-9a-f]{40}$/),
      expires_in: NINETY_DAYS_S,
      refresh_token: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect((await signIn(bench, driven, { ...OP, seconds: 3_600 })).body.expires_in).toBe(3_600);
    const token: string = first.body.access_token;
    expect(await driverOn(bench, driven, token).ask('GET', `/v1/products/${PRODUCT}`)).toMatchObject({ status: 200 });
  });

  test(`[2 ${driven}] credentials in fields beside a stray bearer are what counts`, async () => {
    await using bench = await startCloudBench();
    const { username, password } = OP;
    const fields = {
      grant_type: 'password',
      username,
      password,
      client_id: 'particle-api',
      client_secret: 'particle-api',
    };
    const sdk = sdkOn(bench, 'no-such-token');
    const reply =
      driven === 'sdk' ? told(sdk.login(OP)) : postForm(bench, fields, { authorization: 'Bearer no-such-token' });
    expect(await reply).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: NINETY_DAYS_S } });
  });

  test(`[3 ${driven}] the token endpoint takes no JSON`, async () => {
    await using bench = await startCloudBench();
    const fields = { ...OP, grant_type: 'password', client_id: 'particle', client_secret: 'particle' };
    const refused = await driverOn(bench, driven).ask('POST', '/oauth/token', fields);
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test(`[4 ${driven}] ten wrong passwords in a row close the door for 30 minutes, also to the right one`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const [good, bad] = [OP, { ...OP, password: 'guess' }];
    for (let failures = 0; failures < 9; failures += 1) expect(await signIn(bench, driven, bad)).toMatchObject(WRONG);
    expect((await signIn(bench, driven, good)).status).toBe(200);
    for (let failures = 0; failures < 10; failures += 1) expect(await signIn(bench, driven, bad)).toMatchObject(WRONG);
    expect(await signIn(bench, driven, good)).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
    bench.virtual.state.clock.advance(30 * 60_000 - 1);
    expect((await signIn(bench, driven, good)).status).toBe(429);
    bench.virtual.state.clock.advance(1);
    expect(await signIn(bench, driven, bad)).toMatchObject(WRONG); // the count began anew
    expect((await signIn(bench, driven, good)).status).toBe(200);
  });

  test(`[5 ${driven}] with MFA a password is worth a question, and only the right code a token`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const { clock } = bench.virtual.state;
    const asked = await signIn(bench, driven, LEAD);
    expect(asked).toMatchObject({ status: 403, body: { error: 'mfa_required', mfa_token: expect.any(String) } });
    const { mfa_token } = asked.body;
    const code = totp(LEAD.mfaSecret, clock.now());
    const wrong = code === '000000' ? '000001' : '000000';
    expect(await sendOtp(bench, driven, mfa_token, wrong)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await sendOtp(bench, driven, mfa_token, totp(LEAD.mfaSecret, clock.now() - 90_000))).toMatchObject({
      status: 400,
    });
    expect(await sendOtp(bench, driven, mfa_token, code)).toMatchObject({
      status: 200,
      body: { token_type: 'bearer' },
    });
    expect(await sendOtp(bench, driven, mfa_token, code)).toMatchObject({ status: 400 });
  });

  test(`[6 ${driven}] no token is 400, an unknown one and an expired one are 401`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const path = `/v1/products/${PRODUCT}`;
    const get = async (token: string | null) => {
      if (driven === 'sdk') return told(sdkOn(bench, token).request({ uri: path, method: 'get' }));
      return plain(await fetch(`${bench.virtual.baseUrl}${path}`, token === null ? {} : { headers: bearer(token) }));
    };
    const noToken = { error: 'invalid_request', error_description: 'The access token was not found' };
    expect(await get(null)).toMatchObject({ status: 400, body: noToken });
    expect(await get('unknown')).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description: 'The access token provided is invalid.' },
    });
    const { access_token } = (await signIn(bench, driven, { ...OP, seconds: 1 })).body;
    bench.virtual.state.clock.advance(999);
    expect(await get(access_token)).toMatchObject({ status: 200 });
    bench.virtual.state.clock.advance(1);
    expect(await get(access_token)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description: 'The access token provided has expired.' },
    });
  });

  test(`[7 ${driven}] the token is taken from header, query (GET and POST) and form`, async () => {
    await using bench = await startCloudBench();
    const access_token = bench.virtual.token;
    const [without, withIt] = [sdkOn(bench, null), sdkOn(bench)];
    const url = `${bench.virtual.baseUrl}${DEVICES}`;
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
    const ask = async (sdk: () => Promise<unknown>, raw: () => Promise<Response>) =>
      (driven === 'sdk' ? await told(sdk()) : await plain(await raw())).status;
    const query = `${url}?access_token=${access_token}`;
    const uri = DEVICES;
    expect([
      await ask(
        () => withIt.request({ uri, method: 'get' }),
        () => fetch(url, { headers: bearer(access_token) }),
      ),
      await ask(
        () => without.request({ uri, method: 'get', query: { access_token } }),
        () => fetch(query),
      ),
      await ask(
        () => without.request({ uri, method: 'post', query: { access_token }, form: { id: D1 } }),
        () => fetch(query, form({ id: D1 })),
      ),
      await ask(
        () => without.request({ uri, method: 'post', form: { id: D1, access_token } }),
        () => fetch(url, form({ id: D1, access_token })),
      ),
    ]).toEqual([200, 200, 200, 200]);
  });

  test(`[8 ${driven}] an API user finds serial look-up and claiming closed`, async () => {
    await using bench = await startCloudBench();
    const serialNumber = 'P046AF1450000FC';
    const station = driverOn(bench, driven, bench.virtual.token);
    const closed = { status: 400, body: CLOSED };
    expect(await lookUp(bench, driven, serialNumber, bench.virtual.token)).toMatchObject(closed);
    const claimed =
      driven === 'sdk'
        ? told(sdkOn(bench).claimDevice({ deviceId: D1 }))
        : station.ask('POST', '/v1/devices', { id: D1 });
    expect(await claimed).toMatchObject(closed);
    expect(await lookUp(bench, driven, serialNumber, bench.userToken)).toMatchObject({ status: 200 });
  });

  test(`[9 ${driven}] SIM import needs its scope`, async () => {
    await using bench = await startCloudBench();
    const post = (...scopes: string[]) =>
      driverOn(bench, driven, bench.virtual.addToken({ scopes })).ask('POST', SIMS, { sims: [I7] });
    expect(await post('devices:import', 'sims:get')).toMatchObject({ status: 400, body: { error: 'unauthorized' } });
    expect(bench.virtual.state.sims.get(I7)?.productId).toBeUndefined();
    expect(await post('sims:import')).toMatchObject({ status: 200, body: { ok: true } });
    expect(bench.virtual.state.sims.get(I7)?.productId).toBe(PRODUCT);
  });

  test(`[10 ${driven}] a token tells about itself, and is worth nothing once it was deleted`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const { access_token } = (await signIn(bench, driven, OP)).body;
    const driver = driverOn(bench, driven, access_token);
    const expires_at = new Date(bench.virtual.state.clock.now() + NINETY_DAYS_S * 1_000).toISOString();
    expect(await driver.ask('GET', '/v1/access_tokens/current')).toMatchObject({
      status: 200,
      body: { expires_at, client: driven === 'sdk' ? 'particle-api' : 'particle', scopes: [], orgs: [] },
    });
    const path = '/v1/access_tokens/current';
    const sdk = sdkOn(bench, access_token) as Particle;
    const deleted = driven === 'sdk' ? told(sdk.deleteCurrentAccessToken({})) : driver.ask('DELETE', path);
    expect(await deleted).toMatchObject({ status: 200, body: { ok: true } });
    expect(await driver.ask('GET', '/v1/user')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });

  test(`[11 ${driven}] every error of every kind of route is JSON with its status and its words`, async () => {
    await using bench = await startCloudBench();
    for (const [method, path, body] of REFUSED) {
      if (driven === 'sdk') {
        const call = sdkOn(bench).request({
          uri: path,
          method: method.toLowerCase() as 'get',
          ...(body === undefined ? {} : { data: body as Record<string, unknown> }),
        });
        const { isError, statusCode, shortErrorDescription, body: told, headers } = await sdkRejection(call);
        expect([path, isError, headers?.get('content-type')]).toEqual([path, true, JSON_TYPE]);
        expect(statusCode).toBeGreaterThanOrEqual(400);
        expect(shortErrorDescription).toBe(told.error_description);
        continue;
      }
      const init = { method, headers: { ...bearer(bench.virtual.token), 'content-type': 'application/json' } };
      const response = await fetch(
        `${bench.virtual.baseUrl}${path}`,
        body ? { ...init, body: JSON.stringify(body) } : init,
      );
      expect([path, response.headers.get('content-type')]).toEqual([path, JSON_TYPE]);
      expect(response.status).toBeGreaterThanOrEqual(400);
      const { json } = await readAnswer(response);
      expect([path, typeof (json.error ?? (json.errors as unknown[])[0])]).toEqual([path, 'string']);
    }
  });
});

const JSON_TYPE = 'application/json; charset=utf-8';

/** Unknown paths and methods, strangers' products, unknown things, empty and senseless requests, missing rights. */
const REFUSED: readonly [string, string, object?][] = [
  ['GET', '/nowhere'],
  ['GET', '//'],
  ['PATCH', DEVICES],
  ['GET', '/v1/products/777'],
  ['GET', `${DEVICES}/${D1}`],
  ['PUT', `${DEVICES}/${D1}`, { name: 'x' }],
  ['DELETE', `${DEVICES}/${D1}`],
  ['DELETE', `${DEVICES}/${D1}/owner`],
  ['POST', DEVICES, {}],
  ['POST', DEVICES, [D1]],
  ['GET', `${SIMS}/${I1}`],
  ['GET', `${SIMS}/%E0%A4%A`],
  ['POST', SIMS, {}],
  ['GET', `/v1/products/${PRODUCT}/firmware/99`],
  ['GET', `/v1/products/${PRODUCT}/groups/none`],
  ['GET', `/v1/products/${PRODUCT}/team`],
  ['GET', '/v1/user'],
  ['GET', '/v1/devices/events'],
  ['POST', '/oauth/token', {}],
  ['POST', '/v1/devices', { id: D1 }],
];

type Credentials = { readonly username: string; readonly password: string; readonly seconds?: number };

function signIn(
  bench: CloudBench,
  driven: Driver['name'],
  { username, password, seconds }: Credentials,
): Promise<Reply> {
  if (driven === 'sdk') {
    const tokenDuration = seconds === undefined ? {} : { tokenDuration: seconds };
    return told(sdkOn(bench, null).login({ username, password, ...tokenDuration }));
  }
  const fields = { grant_type: 'password', username, password };
  const lifetime = seconds === undefined ? {} : { expires_in: String(seconds) };
  return postForm(bench, { ...fields, ...lifetime }, BASIC);
}

function sendOtp(bench: CloudBench, driven: Driver['name'], mfaToken: string, otp: string): Promise<Reply> {
  if (driven === 'sdk') return told(sdkOn(bench, null).sendOtp({ mfaToken, otp }));
  return postForm(bench, { grant_type: 'urn:custom:mfa-otp', mfa_token: mfaToken, otp }, BASIC);
}

const BASIC = { authorization: `Basic ${Buffer.from('particle:particle').toString('base64')}` };

async function postForm(
  bench: CloudBench,
  fields: Record<string, string>,
  headers: Record<string, string>,
): Promise<Reply> {
  const body = new URLSearchParams(fields);
  return plain(await fetch(`${bench.virtual.baseUrl}/oauth/token`, { method: 'POST', headers, body }));
}

function lookUp(bench: CloudBench, driven: Driver['name'], serialNumber: string, token: string): Promise<Reply> {
  if (driven === 'sdk') return told(sdkOn(bench, token).lookupSerialNumber({ serialNumber }));
  return driverOn(bench, driven, token).ask('GET', `/v1/serial_numbers/${serialNumber}`);
}

async function plain(response: Response): Promise<Reply> {
  const { status, json } = await readAnswer(response);
  return { status, body: json };
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
