import { describe, expect, test } from 'vitest';
import { agreeToTransfer } from '../../../src-main/virtual/cloud/claim-routes.ts';
import { totp } from '../../../src-main/virtual/cloud/totp.ts';
import {
  CLIENT,
  type CloudBench,
  D1,
  D2,
  D5,
  D7,
  LEAD,
  OP,
  PRODUCT,
  readAnswer,
  STRANGER,
  startCloudBench,
} from './cloud-bench.ts';
import { driverOn } from './conformance-drivers.ts';

const PRODUCT_PATH = `/v1/products/${PRODUCT}`;
const DAY_MS = 86_400_000;

describe('tokens', () => {
  test('expires_in=0 never expires and says so with null, expires_at expires then, nonsense is refused', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const { clock } = bench.virtual.state;
    const until = new Date(clock.now() + 5 * DAY_MS).toISOString();
    const current = async (token: unknown) =>
      (await driverOn(bench, 'plain', String(token)).ask('GET', '/v1/access_tokens/current')).body.expires_at;
    const forEver = await grant(bench, { ...password(OP), expires_in: '0' });
    expect(forEver.json.expires_in).toBe(0);
    expect(await current(forEver.json.access_token)).toBeNull();
    const dated = await grant(bench, { ...password(OP), expires_at: until });
    expect(dated.json.expires_in).toBe((5 * DAY_MS) / 1_000);
    expect(await current(dated.json.access_token)).toBe(until);
    for (const wrong of [
      { expires_in: 'soon' },
      { expires_in: '-1' },
      { expires_at: 'soon' },
      { expires_at: '2001-01-01' },
    ]) {
      expect(await grant(bench, { ...password(OP), ...wrong })).toMatchObject({
        status: 400,
        json: { error: 'invalid_request' },
      });
    }
    clock.advance(1_000 * DAY_MS);
    expect(await driverOn(bench, 'plain', String(forEver.json.access_token)).ask('GET', PRODUCT_PATH)).toMatchObject({
      status: 200,
    });
  });

  test("a product's client gets a token of that product alone, which its secret renews for 14 days", async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    bench.virtual.addProduct({ id: 900, platformId: 13 });
    const asked = { grant_type: 'client_credentials' };
    const { json } = await grant(bench, asked, CLIENT.clientId, CLIENT.secret);
    const { ask } = driverOn(bench, 'plain', String(json.access_token));
    expect(await ask('GET', PRODUCT_PATH)).toMatchObject({ status: 200 });
    expect(await ask('GET', '/v1/products/900')).toMatchObject({ status: 403 });
    expect((await ask('GET', '/v1/products')).body.products).toMatchObject([{ id: PRODUCT }]);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json.refresh_token) };
    const refused = { status: 400, json: { error: 'invalid_grant' } };
    expect(await grant(bench, refresh)).toMatchObject(refused); // a public client
    const renewed = await grant(bench, refresh, CLIENT.clientId, CLIENT.secret);
    expect(renewed.status).toBe(200);
    bench.virtual.state.clock.advance(14 * DAY_MS);
    const late = { grant_type: 'refresh_token', refresh_token: String(renewed.json.refresh_token) };
    expect(await grant(bench, late, CLIENT.clientId, CLIENT.secret)).toMatchObject(refused);
  });

  test("a person's refresh token is worth nothing, nor are a wrong client and an unknown grant", async () => {
    await using bench = await startCloudBench();
    const { json } = await grant(bench, password(OP));
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json.refresh_token) };
    expect(await grant(bench, refresh, CLIENT.clientId, CLIENT.secret)).toMatchObject({ status: 400 });
    expect(await grant(bench, refresh)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect(await grant(bench, password(OP), 'particle', 'wrong')).toMatchObject({ json: { error: 'invalid_client' } });
    expect(await grant(bench, { grant_type: 'magic' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
    expect(await grant(bench, { grant_type: 'client_credentials' })).toMatchObject({
      json: { error: 'unauthorized_client' },
    });
  });

  test('one token or all are deleted, but never those of somebody else, and no token is in the log', async () => {
    await using bench = await startCloudBench();
    const [mine, other] = [
      bench.virtual.addToken({ scopes: 'everything' }),
      bench.virtual.addToken({ username: STRANGER.username, scopes: 'everything' }),
    ];
    const { ask } = driverOn(bench, 'plain', bench.userToken);
    for (const token of [mine, other, 'no-such-token']) {
      expect(await ask('DELETE', `/v1/access_tokens/${token}`)).toMatchObject({ status: 200, body: { ok: true } });
    }
    const { tokens } = bench.virtual.state;
    expect([tokens.has(mine), tokens.has(other), tokens.has(bench.userToken)]).toEqual([false, true, true]);
    await ask('GET', `${PRODUCT_PATH}?access_token=${bench.userToken}`);
    expect(await ask('DELETE', '/v1/access_tokens')).toMatchObject({ status: 200 });
    expect([tokens.has(bench.userToken), tokens.has(other)]).toEqual([false, true]);
    const log = JSON.stringify(bench.virtual.requests.list());
    for (const token of [mine, other, bench.userToken]) expect(log).not.toContain(token);
  });

  test('a right password that still wants its code is no failure, however often', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    for (let index = 0; index < 11; index += 1) expect((await grant(bench, password(LEAD))).status).toBe(403);
    expect((await grant(bench, password(OP))).status).toBe(200);
  });

  test('a hundred requests for tokens in five minutes are the limit of an address', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const statuses = [];
    for (let index = 0; index < 101; index += 1) statuses.push((await grant(bench, password(OP))).status);
    expect(statuses).toEqual([...Array.from({ length: 100 }, () => 200), 429]);
    bench.virtual.state.clock.advance(300_000);
    expect((await grant(bench, password(OP))).status).toBe(200);
  });
});

test('the one-time codes are those of RFC 6238, appendix B, in six digits', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect([59, 1_111_111_109, 20_000_000_000].map((seconds) => totp(secret, seconds * 1_000))).toEqual([
    '287082',
    '081804',
    '353130',
  ]);
});

describe('the team', () => {
  test('an API user has one valid token: new scopes and a renewal each make the one before worthless', async () => {
    await using bench = await startCloudBench();
    const { ask } = driverOn(bench, 'plain', bench.userToken);
    const status = async (token: string) => (await driverOn(bench, 'plain', token).ask('GET', PRODUCT_PATH)).status;
    const wish = { friendly_name: 'Line 1', scopes: ['products:get', 'teams.users:list'] };
    const created = (await ask('POST', `${PRODUCT_PATH}/team`, wish)).body.created;
    expect(created).toMatchObject({
      username: expect.stringMatching(/^line-1\+\w+@api\.particle\.io$/),
      is_programmatic: true,
    });
    const first: string = created.tokens[0].token;
    expect(await status(first)).toBe(200);
    const user = `${PRODUCT_PATH}/team/${encodeURIComponent(created.username)}`;
    const second = (await ask('PUT', `${user}/token`, {})).body.created.tokens[0].token;
    expect([await status(first), await status(second)]).toEqual([401, 200]);
    const third = (await ask('PUT', user, { scopes: ['devices:get'] })).body.created.tokens[0].token;
    expect([await status(second), await status(third)]).toEqual([401, 400]);
    const { team } = (await ask('GET', `${PRODUCT_PATH}/team`)).body;
    expect(team.at(-1)).toMatchObject({
      friendly_name: 'Line 1',
      scopes: ['devices:get'],
      is_programmatic: true,
      product_id: PRODUCT,
    });
    expect(JSON.stringify(team)).not.toContain(third);
    expect(await ask('DELETE', user)).toMatchObject({ status: 200, body: { ok: true } });
    expect(await status(third)).toBe(401);
  });

  test('API users manage nobody, and are good for their product only', async () => {
    await using bench = await startCloudBench();
    bench.virtual.addProduct({ id: 900, platformId: 13 });
    const owner = driverOn(bench, 'plain', bench.userToken);
    const wish = { friendly_name: 'x', scopes: ['teams.users:invite', 'products:get', 'products:list'] };
    const { token } = (await owner.ask('POST', `${PRODUCT_PATH}/team`, wish)).body.created.tokens[0];
    const { ask } = driverOn(bench, 'plain', token);
    expect(await ask('POST', `${PRODUCT_PATH}/team`, wish)).toMatchObject({
      status: 400,
      body: { error: 'unauthorized' },
    });
    expect(await ask('GET', '/v1/products/900')).toMatchObject({ status: 403 });
    expect((await ask('GET', '/v1/user/products')).body.products).toMatchObject([{ id: PRODUCT }]);
    expect(await owner.ask('POST', `${PRODUCT_PATH}/team`, { friendly_name: 'x', scopes: [] })).toMatchObject({
      status: 400,
    });
    expect(await owner.ask('POST', `${PRODUCT_PATH}/team`, { friendly_name: 'x', scopes: ['all'] })).toMatchObject({
      status: 400,
    });
  });

  test('who is invited sees the product, changes it as the role allows, and no longer when removed', async () => {
    await using bench = await startCloudBench();
    const owner = driverOn(bench, 'plain', bench.userToken);
    const token = bench.virtual.addToken({ username: 'new@example.com', scopes: 'everything' });
    const { ask } = driverOn(bench, 'plain', token);
    expect((await ask('GET', PRODUCT_PATH)).status).toBe(403);
    const invite = (role: string) => owner.ask('POST', `${PRODUCT_PATH}/team`, { username: 'new@example.com', role });
    expect(await invite('View-only')).toMatchObject({
      status: 200,
      body: { ok: true, invited: { username: 'new@example.com' } },
    });
    expect((await ask('GET', PRODUCT_PATH)).status).toBe(200);
    expect((await ask('POST', `${PRODUCT_PATH}/devices`, { id: D1 })).status).toBe(403);
    await invite('Developer');
    expect((await ask('POST', `${PRODUCT_PATH}/devices`, { id: D1 })).status).toBe(200);
    expect((await ask('DELETE', `${PRODUCT_PATH}/team/lead@example.com`)).status).toBe(403);
    expect(await invite('King')).toMatchObject({ status: 400 });
    expect(await owner.ask('DELETE', `${PRODUCT_PATH}/team/new@example.com`)).toMatchObject({ status: 200 });
    expect((await ask('GET', PRODUCT_PATH)).status).toBe(403);
    expect((await owner.ask('DELETE', `${PRODUCT_PATH}/team/${OP.username}`)).status).toBe(404);
  });
});

describe('ownership', () => {
  test('5.2 R10: a transfer happens when the owner agrees, once, and not after a new owner', async () => {
    await using bench = await startCloudBench();
    const { ask } = driverOn(bench, 'plain', bench.userToken);
    const request = async () => (await ask('POST', '/v1/devices', { id: D5, request_transfer: true })).body.transfer_id;
    const [first, second] = [await request(), await request()];
    const { state } = bench.virtual;
    expect(agreeToTransfer(state, first)).toBe(true);
    expect(state.devices.get(D5)?.owner).toBe(OP.username);
    expect([agreeToTransfer(state, first), agreeToTransfer(state, second)]).toEqual([false, false]);
  });

  test("5.2 R8: a developer device is given up by its owner alone, a product's by the team", async () => {
    await using bench = await startCloudBench();
    const { ask } = driverOn(bench, 'plain', bench.userToken);
    const notYours = { status: 403, body: { error: 'Permission Denied', info: expect.stringContaining('recognize') } };
    expect(await ask('DELETE', `/v1/devices/${D5}`)).toMatchObject(notYours);
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, owner: OP.username });
    expect(await ask('DELETE', `/v1/devices/${D7}`)).toMatchObject({ status: 200, body: { ok: true } });
    expect(await ask('DELETE', `/v1/devices/${D7}`)).toMatchObject(notYours);
    bench.virtual.registerUnit({ deviceId: D2, platformId: 13, productId: PRODUCT, owner: STRANGER.username });
    expect(await ask('DELETE', `/v1/devices/${D2}`)).toMatchObject(notYours);
    expect(await ask('DELETE', `${PRODUCT_PATH}/devices/${D2}/owner`)).toMatchObject({ status: 200 });
  });

  test('5.3 R11, R12: the free plan counts developer devices, not those in a paid product', async () => {
    await using bench = await startCloudBench();
    const username = 'small@example.com';
    bench.virtual.addUser({ username, password: 'x', deviceLimit: 1 });
    bench.virtual.addProduct({ id: 900, platformId: 13, team: [username] });
    const unit = (deviceId: string, productId?: number, owner?: string) =>
      bench.virtual.registerUnit({
        deviceId,
        platformId: 13,
        ...(productId && { productId }),
        ...(owner && { owner }),
      });
    unit(D7, 900, username);
    unit(D1, 900);
    unit(D5);
    const { ask } = driverOn(bench, 'plain', bench.virtual.addToken({ username, scopes: 'everything' }));
    const claim = (id: string) => ask('POST', '/v1/devices', { id });
    const online = bench.virtual.state.devices.get(D5);
    if (online !== undefined) online.online = true;
    expect((await claim(D1)).status).toBe(200);
    expect((await claim(D5)).status).toBe(200);
    unit(D2);
    const another = bench.virtual.state.devices.get(D2);
    if (another !== undefined) another.online = true;
    expect(await claim(D2)).toMatchObject({ status: 403, body: { ok: false, error: 'Device limit reached' } });
  });

  test('without an ID a claim is 400', async () => {
    await using bench = await startCloudBench();
    const empty = await driverOn(bench, 'plain', bench.userToken).ask('POST', '/v1/devices', {});
    expect(empty).toMatchObject({ status: 400, body: { ok: false, errors: ['arg.deviceID is empty'] } });
  });
});

test('an account says who it is and whether it has MFA', async () => {
  await using bench = await startCloudBench();
  const user = async (username: string) =>
    (await driverOn(bench, 'plain', bench.virtual.addToken({ username, scopes: 'everything' })).ask('GET', '/v1/user'))
      .body;
  expect(await user(OP.username)).toMatchObject({
    username: OP.username,
    mfa: { enabled: false },
    wifi_device_count: 0,
  });
  expect(await user(LEAD.username)).toMatchObject({ mfa: { enabled: true } });
  expect(await user(STRANGER.username)).toMatchObject({ cellular_device_count: 1 });
});

function password({ username, password }: { readonly username: string; readonly password: string }) {
  return { grant_type: 'password', username, password };
}

async function grant(bench: CloudBench, fields: Record<string, string>, id = 'particle', secret = id) {
  const headers = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
  const body = new URLSearchParams(fields);
  return readAnswer(await fetch(`${bench.virtual.baseUrl}/oauth/token`, { method: 'POST', headers, body }));
}
