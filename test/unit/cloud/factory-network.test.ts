import { mkdtempSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import { createCloudSender, type HttpCloudSettings } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import {
  createDirectNetwork,
  type NetworkOptions,
  type NetworkSettings,
  openNetwork,
} from '../../../src-main/adapters/network/network.ts';
import { serveProxy, serveSilence } from '../store/release-server.ts';
import { PLANT_NAME, selfSigned } from '../store/self-signed.ts';
import { type AnsweringServer, sendJson, startAnsweringServer } from './answering-server.ts';
import { errorOf, within } from './cloud-bench.ts';

const CREDENTIALS = 'plant user:p@ss: wörd/planted';
const HOUR_MS = 3_600_000;
const authority = selfSigned();

function startCloud(tls = authority): Promise<AnsweringServer> {
  return startAnsweringServer((response) => sendJson(response, 200, { ok: true }), { tls });
}

function caFile(cert = authority.cert): string {
  const file = join(mkdtempSync(join(tmpdir(), 'linewright-network-')), 'plant.pem');
  writeFileSync(file, cert);
  return file;
}

/** Asks a cloud at an address through a network, twice at most. */
async function ask(
  baseUrl: string,
  settings: NetworkSettings,
  more: { readonly options?: NetworkOptions; readonly cloud?: Partial<HttpCloudSettings> } = {},
) {
  const network = await openNetwork(settings, { environment: {}, ...more.options });
  onTestFinished(() => network.close());
  const pace = { tries: 2, firstWaitMs: 1, longestWaitMs: 2 };
  const send = createCloudSender({
    baseUrl,
    token: async () => 'token',
    appVersion: '1',
    pace,
    network,
    ...more.cloud,
  });
  return send({ method: 'GET', path: '/v1/products/1' }, within(20_000));
}

/** The cloud's address under the name that only the proxies know. */
function behindProxy({ port }: AnsweringServer): string {
  return `https://${PLANT_NAME}:${port}`;
}

describe('a proxy', () => {
  test('is gone through by CONNECT, to a cloud whose certificate the plant vouches for', async () => {
    await using cloud = await startCloud();
    const proxy = await serveProxy();
    expect(await ask(behindProxy(cloud), { proxy: proxy.address, caFile: caFile() })).toMatchObject({ status: 200 });
    expect(proxy.sentTo).toEqual([`CONNECT ${PLANT_NAME}:${cloud.port}`]);
  });

  test('gets its credentials', async () => {
    await using cloud = await startCloud();
    const proxy = await serveProxy({ status: 407, credentials: CREDENTIALS });
    const settings = { proxy: proxy.address, proxyCredentials: CREDENTIALS, caFile: caFile() };
    expect(await ask(behindProxy(cloud), settings)).toMatchObject({ status: 200 });
  });

  test('that wants other credentials is named at once, and the credentials are in nothing that is said', async () => {
    await using cloud = await startCloud();
    const proxy = await serveProxy({ status: 407, credentials: 'someone:else' });
    const settings = { proxy: proxy.address, proxyCredentials: CREDENTIALS, caFile: caFile() };
    const error = await errorOf(ask(behindProxy(cloud), settings));
    expect([error.code, error.evidence?.tries]).toEqual(['network/proxy', 1]);
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ answered with 407/);
    const said = inspect(error, { depth: 12, showHidden: true });
    expect(said).not.toMatch(/planted|plant%20user|plant user/);
    expect(said).not.toContain(Buffer.from(CREDENTIALS).toString('base64'));
  });

  test.each([403, 502])('that answers %i is named', async (status) => {
    const proxy = await serveProxy({ status, credentials: 'x:y' });
    const error = await errorOf(ask(`https://${PLANT_NAME}:1`, { proxy: proxy.address }));
    expect([error.code, error.evidence?.tries]).toEqual(['network/proxy', status === 502 ? 2 : 1]);
  });

  test('that is not there is named, and not the cloud behind it', async () => {
    const error = await errorOf(ask(`https://${PLANT_NAME}:1`, { proxy: 'http://127.0.0.1:1' }));
    expect(error.code).toBe('network/proxy');
    expect(error.message).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED)');
  });

  test('that takes the connection and says nothing is named', async () => {
    const settings = { proxy: await serveSilence() };
    const error = await errorOf(ask(`https://${PLANT_NAME}:1`, settings, { options: { silentMs: 15 } }));
    expect([error.code, error.evidence?.tries]).toEqual(['network/proxy', 2]);
  });

  test('is not asked for this computer itself', async () => {
    await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}));
    const settings = { proxy: 'http://127.0.0.1:1' };
    expect(await ask(cloud.baseUrl, settings)).toMatchObject({ status: 200 });
    expect(await ask(cloud.baseUrl.replace('127.0.0.1', 'localhost'), settings)).toMatchObject({ status: 200 });
  });

  test.each([
    ['user:secret', undefined],
    ['http://proxy.plant:8080', 'secret'],
    [undefined, 'user:secret'],
  ])('%j with credentials %j cannot be used, and is not repeated', async (proxy, proxyCredentials) => {
    const error = await errorOf(openNetwork({ proxy, proxyCredentials }, { environment: {} }));
    expect(error.code).toBe('station/invalid-file');
    expect(error.message).not.toContain('secret');
  });
});

describe('a certificate', () => {
  test('nobody vouches for is not trusted, and nothing is sent', async () => {
    await using cloud = await startCloud();
    const error = await errorOf(ask(cloud.baseUrl, {}));
    expect([error.code, error.evidence?.tries]).toEqual(['network/untrusted', 1]);
    expect(error.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(cloud.asked).toEqual([]);
  });

  test('that really is expired is not trusted', async () => {
    const old = selfSigned(Date.now() - 48 * HOUR_MS, Date.now() - 24 * HOUR_MS);
    await using cloud = await startCloud(old);
    const error = await errorOf(ask(cloud.baseUrl, { caFile: caFile(old.cert) }));
    expect(error.code).toBe('network/untrusted');
    expect(error.message).toContain('CERT_HAS_EXPIRED');
  });

  test.each([
    ['expired', -48, -24, -30, 'ahead'],
    ['not valid yet', 24, 48, 30, 'behind'],
  ])('that is %s by a wrong clock is a wrong clock', async (_how, from, to, there, words) => {
    const other = selfSigned(Date.now() + from * HOUR_MS, Date.now() + to * HOUR_MS);
    await using cloud = await startAnsweringServer(
      (response) => response.setHeader('date', new Date(Date.now() + there * HOUR_MS).toUTCString()).end('{}'),
      { tls: other },
    );
    const error = await errorOf(ask(cloud.baseUrl, { caFile: caFile(other.cert) }));
    expect(error.code).toBe('network/clock');
    expect(error.message).toContain(`the clock of this computer is ${30 * 60} min ${words}`);
    // The one who was asked for the time was told nothing.
    expect(cloud.asked).toMatchObject([{ method: 'HEAD', url: '/' }]);
    expect(cloud.asked[0]?.headers.authorization).toBeUndefined();
  });

  test('is a wrong clock by what the cloud said before, also when the cloud says no more', async () => {
    const old = selfSigned(Date.now() - 48 * HOUR_MS, Date.now() - 24 * HOUR_MS);
    await using cloud = await startCloud(old);
    const contact = createCloudContact();
    contact.noteDate(new Date(Date.now() - 30 * HOUR_MS).toUTCString());
    const network = await openNetwork({ caFile: caFile(old.cert) }, { environment: {} });
    onTestFinished(() => network.close());
    const mute = { ...network, unverifiedDate: async () => undefined };
    const error = await errorOf(ask(cloud.baseUrl, {}, { cloud: { contact, network: mute } }));
    expect(error.code).toBe('network/clock');
  });
});

describe('names', () => {
  const answering =
    (...addresses: readonly { address: string; family: number }[]): LookupFunction =>
    (_name, _options, callback) =>
      callback(null, [...addresses]);
  const failing =
    (code: string): LookupFunction =>
    (_name, _options, callback) =>
      callback(Object.assign(new Error(code), { code }), []);

  test.each(['ENOTFOUND', 'EAI_AGAIN'])('%s is a network that does not know the cloud', async (code) => {
    const error = await errorOf(ask('https://api.test', {}, { options: { lookup: failing(code) } }));
    expect([error.code, error.evidence?.tries]).toEqual(['network/no-name', 2]);
  });

  test('that come too late are a slow name', async () => {
    const lookup: LookupFunction = () => undefined;
    const error = await errorOf(ask('https://api.test', {}, { options: { lookup, nameLimitMs: 20 } }));
    expect([error.code, error.evidence?.tries]).toEqual(['network/slow-name', 2]);
  });

  test('that outlast a try are a slow name, not a silent cloud', async () => {
    const lookup: LookupFunction = () => undefined;
    const pace = { tries: 1, tryTimeoutMs: 30 };
    const error = await errorOf(
      ask('https://api.test', {}, { options: { lookup, nameLimitMs: 5_000 }, cloud: { pace } }),
    );
    expect(error.code).toBe('network/slow-name');
  });

  test('a cloud with an IPv6 address only is reached', async () => {
    await using cloud = await startAnsweringServer((response) => sendJson(response, 200, {}), { host: '::1' });
    expect(await ask(cloud.baseUrl, {})).toMatchObject({ status: 200 });
  });

  test('a cloud whose IPv6 leads nowhere is reached by IPv4', async () => {
    await using cloud = await startCloud();
    const lookup = answering({ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 });
    const settings = { caFile: caFile() };
    expect(await ask(behindProxy(cloud), settings, { options: { lookup } })).toMatchObject({ status: 200 });
  });
});

describe('somebody between the station and the cloud', () => {
  const page = (title: string) => `<!DOCTYPE html><html><head><title>${title}</title></head></html>`;

  test.each([
    ['a page', 200, page('Guest WiFi'), 'network/sign-in-page', 'Guest WiFi'],
    ['a redirect', 302, '', 'network/sign-in-page', 'a redirect'],
    ['status 511', 511, page('Network Authentication Required'), 'network/sign-in-page', 'asks to sign in'],
    ['a page that finds nothing', 404, page('Not found'), 'network/sign-in-page', 'Not found'],
    ['a page that refuses', 403, page('Blocked by policy'), 'network/proxy', 'Blocked by policy'],
    ['a wish for a password', 407, '', 'network/proxy', 'wants a user name'],
    ['no JSON and no page', 200, 'hello', 'cloud/bad-answer', 'not JSON'],
  ])('that answers with %s is named', async (_what, status, body, code, words) => {
    const headers = { location: 'http://portal.plant/login', 'content-type': 'application/json' };
    await using portal = await startAnsweringServer((response) => response.writeHead(status, headers).end(body));
    const error = await errorOf(ask(portal.baseUrl, {}));
    expect([error.code, error.evidence?.tries]).toEqual([code, 1]);
    expect(error.message).toContain(words);
  });

  test('does not set the time', async () => {
    const contact = createCloudContact();
    const date = new Date(Date.now() - HOUR_MS).toUTCString();
    await using portal = await startAnsweringServer((response) =>
      response.setHeader('date', date).end(page('Guest WiFi')),
    );
    await errorOf(ask(portal.baseUrl, {}, { cloud: { contact } }));
    expect(contact.cloudTime()).toBeUndefined();
  });
});

test('every answer of the cloud tells how far the clock of this computer is off', async () => {
  const contact = createCloudContact();
  const date = new Date(Date.now() - HOUR_MS).toUTCString();
  await using cloud = await startAnsweringServer((response) => sendJson(response, 400, {}, { date }));
  await errorOf(ask(cloud.baseUrl, {}, { cloud: { contact } }));
  expect(Math.abs((contact.clockOffsetMs() ?? 0) - HOUR_MS)).toBeLessThan(5_000);
});

test('the answer a cache gives again does not set the time', async () => {
  const contact = createCloudContact();
  await using cache = await startAnsweringServer((response) => sendJson(response, 200, {}, { age: '3600' }));
  await ask(cache.baseUrl, {}, { cloud: { contact } });
  expect(contact.cloudTime()).toBeUndefined();
});

test('the environment names the way where the settings do not', async () => {
  const network = await openNetwork(
    {},
    { environment: { HTTPS_PROXY: 'http://u:p@proxy.plant:3128', NO_PROXY: '.inside' } },
  );
  onTestFinished(() => network.close());
  expect(network.proxyTo(new URL('https://api.particle.io'))).toBe('proxy.plant:3128');
  expect(network.proxyTo(new URL('https://relay.inside'))).toBeUndefined();
  expect(network.proxyTo(new URL('https://127.0.0.1'))).toBeUndefined();
});

test('a request aborted in the middle of a body ends', async () => {
  const sent = Promise.withResolvers<void>();
  await using cloud = await startAnsweringServer((response) => {
    response.writeHead(200).write('{"half":', () => sent.resolve());
  });
  const stop = new AbortController();
  const network = createDirectNetwork();
  onTestFinished(() => network.close());
  const send = createCloudSender({ baseUrl: cloud.baseUrl, token: async () => 'token', appVersion: '1', network });
  const call = errorOf(send({ method: 'GET', path: '/v1/x' }, within(60_000, stop.signal)));
  await sent.promise;
  stop.abort();
  expect((await call).code).toBe('run/aborted');
});
