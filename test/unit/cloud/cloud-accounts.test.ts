import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createHttpCloudAccounts } from '../../../src-main/adapters/cloud/cloud-accounts.http.ts';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import { createCloudSender } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import { sdkCalls } from '../../../src-main/adapters/cloud/sdk-over-transport.ts';
import { type AnsweringServer, sendJson, startAnsweringServer } from './answering-server.ts';
import { errorOf, within } from './cloud-bench.ts';

const USER = 'lead@example.com';
const PASSWORD = 'planted pass+wörd';
const CODE = '314159';
const MFA = 'planted.mfa.token';
const TOKEN = 'planted0token0planted0token0planted0toke';
const NOT_FOUND = { error: 'not found' };

const accountsAt = (server: { readonly baseUrl: string }, contact = createCloudContact()) =>
  createHttpCloudAccounts({
    baseUrl: server.baseUrl,
    appVersion: '1',
    contact,
    pace: { firstWaitMs: 1, longestWaitMs: 2 },
  });

const SESSION = { token_type: 'bearer', access_token: TOKEN, expires_in: 3_600, refresh_token: 'x'.repeat(40) };

function answering(status: number, json: unknown, headers = {}): Promise<AnsweringServer> {
  return startAnsweringServer((response) => sendJson(response, status, json, headers));
}

describe('sign-in', () => {
  test('asks for a token of an hour, with the public client, and no header of anybody', async () => {
    await using cloud = await answering(200, SESSION);
    const before = Date.now();
    const session = await accountsAt(cloud).signIn({ user: USER, password: PASSWORD }, within(5_000));
    const [asked] = cloud.asked;
    expect(asked).toMatchObject({ method: 'POST', url: '/oauth/token' });
    expect(asked?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      username: USER,
      password: PASSWORD,
      grant_type: 'password',
      client_id: 'particle-api',
      client_secret: 'particle-api',
      expires_in: '3600',
    });
    expect(session).toMatchObject({ kind: 'signed-in', token: TOKEN });
    const expiresAt = session.kind === 'signed-in' ? Date.parse(session.expiresAt ?? '') : 0;
    expect(expiresAt - before).toBeGreaterThan(3_590_000);
  });

  test('of an account with an authenticator wants its code, and the code makes the session', async () => {
    await using cloud = await startAnsweringServer((response, { body }) => {
      const isCode = new URLSearchParams(body).get('grant_type') === 'urn:custom:mfa-otp';
      sendJson(response, isCode ? 200 : 403, isCode ? SESSION : { error: 'mfa_required', mfa_token: MFA });
    });
    const accounts = accountsAt(cloud);
    const wanted = await accounts.signIn({ user: USER, password: PASSWORD }, within(5_000));
    expect(wanted).toEqual({ kind: 'otp-wanted', mfaToken: MFA });
    const session = await accounts.giveOtp({ mfaToken: MFA, code: CODE }, within(5_000));
    expect(session).toMatchObject({ kind: 'signed-in', token: TOKEN });
    expect(Object.fromEntries(new URLSearchParams(cloud.asked[1]?.body))).toMatchObject({ mfa_token: MFA, otp: CODE });
  });

  test('for longer than was asked for is not believed', async () => {
    await using cloud = await answering(200, { ...SESSION, expires_in: 7_776_000 });
    const session = await accountsAt(cloud).signIn({ user: USER, password: PASSWORD }, within(5_000));
    const expiresAt = session.kind === 'signed-in' ? Date.parse(session.expiresAt ?? '') : Number.NaN;
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  test.each([
    [
      'a wrong password',
      400,
      { error: 'invalid_grant', error_description: 'User credentials are invalid' },
      'cloud/sign-in-refused',
    ],
    ['a refused client', 401, { error: 'unauthorized' }, 'cloud/sign-in-refused'],
    ['a lock-out', 429, { error: 'too_many_requests' }, 'cloud/locked-out'],
    [
      'a lock-out by words',
      403,
      { error: 'forbidden', error_description: 'IP blocked for 30 minutes' },
      'cloud/locked-out',
    ],
    ['a fault of the cloud', 503, { error: 'x' }, 'cloud/server-error'],
    ['a success without a token', 200, { hello: 1 }, 'cloud/bad-answer'],
  ] as const)('%s has its code and is asked once only', async (_what, status, json, code) => {
    await using cloud = await answering(status, json);
    const error = await errorOf(accountsAt(cloud).signIn({ user: USER, password: PASSWORD }, within(5_000)));
    expect(error.code).toBe(code);
    expect(cloud.asked).toHaveLength(1);
  });

  test('is not tried again when the connection was cut, nor when nobody listened', async () => {
    await using cloud = await startAnsweringServer((response) => response.destroy());
    const accounts = accountsAt(cloud);
    const cut = await errorOf(accounts.signIn({ user: USER, password: PASSWORD }, within(5_000)));
    expect([cut.code, cut.evidence?.tries]).toEqual(['cloud/unreachable', 1]);
    await cloud[Symbol.asyncDispose]();
    const gone = await errorOf(accounts.signIn({ user: USER, password: PASSWORD }, within(5_000)));
    expect([gone.code, gone.evidence?.tries]).toEqual(['cloud/unreachable', 1]);
  });

  test('a wrong code is a refused code', async () => {
    await using cloud = await answering(400, { error: 'invalid_grant', error_description: 'Invalid OTP' });
    const error = await errorOf(accountsAt(cloud).giveOtp({ mfaToken: MFA, code: CODE }, within(5_000)));
    expect([error.code, cloud.asked.length]).toEqual(['cloud/otp-refused', 1]);
  });

  test('a lock-out of sign-in does not stop the line', async () => {
    const contact = createCloudContact();
    await using cloud = await startAnsweringServer((response, { url }) =>
      url === '/oauth/token'
        ? sendJson(response, 429, {}, { 'retry-after': '1800' })
        : sendJson(response, 200, { ok: true }),
    );
    await errorOf(accountsAt(cloud, contact).signIn({ user: USER, password: PASSWORD }, within(5_000)));
    const send = createCloudSender({ baseUrl: cloud.baseUrl, token: async () => TOKEN, appVersion: '1', contact });
    expect(await send({ method: 'GET', path: '/v1/products/1' }, within(1_000))).toMatchObject({ status: 200 });
    const again = await errorOf(accountsAt(cloud, contact).signIn({ user: USER, password: PASSWORD }, within(5_000)));
    expect([again.code, cloud.asked.length]).toEqual(['cloud/locked-out', 2]);
  });

  const forms = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ p: secret }).toString().slice(2),
    `${'x'.repeat(288)}${secret}`,
  ];
  test.each([PASSWORD, CODE, MFA].flatMap(forms))('%j, typed or given, is in no error that echoes it', async (echo) => {
    await using cloud = await startAnsweringServer((response) =>
      sendJson(
        response,
        400,
        { error: 'invalid_grant', error_description: `no ${echo}` },
        { 'x-request-id': /^[ -~]*$/.test(echo) ? echo : encodeURI(echo) },
      ),
    );
    const accounts = accountsAt(cloud);
    const error = await errorOf(
      /planted.pass|planted%20pass/.test(echo)
        ? accounts.signIn({ user: USER, password: PASSWORD }, within(5_000))
        : accounts.giveOtp({ mfaToken: MFA, code: CODE }, within(5_000)),
    );
    const said = inspect(error, { depth: 12, showHidden: true });
    expect(said).toContain('[secret]');
    expect(said).not.toMatch(/planted|31415/);
  });
});

describe('revoking', () => {
  test.each([
    ['done', 200, { ok: true }],
    ['a token that is none any more', 401, { error: 'invalid_token' }],
  ])('%s is done', async (_what, status, json) => {
    await using cloud = await answering(status, json);
    await accountsAt(cloud).revoke(TOKEN, within(5_000));
    expect(cloud.asked).toMatchObject([{ method: 'DELETE', url: '/v1/access_tokens/current' }]);
    expect(cloud.asked[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('that did not reach the cloud is told, without the token', async () => {
    await using cloud = await answering(500, { error: `no ${TOKEN}` });
    const error = await errorOf(accountsAt(cloud).revoke(TOKEN, within(5_000)));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/server-error', 5]);
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(TOKEN);
  });
});

describe("the vendor's SDK over the station's transport", () => {
  const calls = (server: AnsweringServer, extras = {}) => {
    const send = createCloudSender({
      baseUrl: server.baseUrl,
      token: async () => TOKEN,
      appVersion: '1',
      pace: { firstWaitMs: 1, longestWaitMs: 2 },
    });
    return sdkCalls(send, within(5_000), extras);
  };

  test('sends a query, JSON, a form and a file as the SDK means them', async () => {
    await using cloud = await answering(200, { ok: true });
    await calls(cloud).listDevices({ product: '1', deviceName: 'a b', perPage: 1, groups: ['x', 'y'] });
    await calls(cloud).addDeviceToProduct({ product: '1', deviceId: 'abc' });
    await calls(cloud).createCustomer({ product: '1', email: 'a@b', password: 'p' });
    await calls(cloud).addDeviceToProduct({ product: '1', file: Buffer.from('id1\nid2\n') });
    const [list, json, form, file] = cloud.asked;
    expect(list?.url).toBe('/v1/products/1/devices?deviceName=a+b&groups=x%2Cy&per_page=1');
    expect([json?.method, json?.body]).toEqual(['POST', '{"id":"abc"}']);
    expect(form?.body).toContain('email=a%40b&password=p');
    expect(file?.body).toContain('name="file"; filename="file"');
    expect(file?.body).toContain('id1\nid2\n');
    for (const { headers } of cloud.asked) expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('takes an empty 202 that the SDK alone rejects, where the call says so', async () => {
    await using cloud = await startAnsweringServer((response) => response.writeHead(202).end());
    expect(await calls(cloud, { acceptsEmpty: true }).removeSIM({ product: '1', iccid: '89' })).toEqual({
      body: {},
      statusCode: 202,
    });
  });

  test('tries again, and rejects with a code', async () => {
    await using cloud = await answering(502, NOT_FOUND);
    const error = await errorOf(calls(cloud).getProduct({ product: '1' }));
    expect([error.code, cloud.asked.length]).toEqual(['cloud/server-error', 5]);
  });

  test.each(['../user', 'a?x=1', 'a b', '..', 'a\r\nb'])('never sends a product called %j', async (product) => {
    await using cloud = await answering(200, {});
    expect((await errorOf(calls(cloud).getDevice({ product, deviceId: 'x' }))).code).toBe('run/bug');
    expect(cloud.asked).toEqual([]);
  });

  test('never reads a file that is named instead of given', async () => {
    await using cloud = await answering(200, {});
    const call = calls(cloud).addDeviceToProduct({ product: '1', file: '/etc/hostname' });
    expect((await errorOf(call)).code).toBe('run/bug');
  });
});
