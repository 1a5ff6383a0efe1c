import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../../src-main/server/content-policy.ts';
import { type LoopbackServer, serveLoopback } from '../../../src-main/server/serve-loopback.ts';
import { rawRequest } from './raw-request.ts';
import { createScriptedStation } from './scripted-station.ts';

let folder: string;
let server: LoopbackServer;
let port: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-web-'));
  mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.json'), '"outside"');
  writeFileSync(join(folder, 'web', 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'web', 'assets', 'main-1a_B.js'), 'export {};');
  writeFileSync(join(folder, 'web', '.hidden.json'), '"outside"');
  writeFileSync(join(folder, 'web', 'notes.txt'), 'not part of the page');
  const scripted = createScriptedStation(() => ({ ok: true, value: null }));
  server = await serveLoopback(scripted.station, { webRoot: join(folder, 'web') });
  port = Number(new URL(server.url).port);
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the address is 127.0.0.1 with a 32-byte token in the fragment, another one at every start', async () => {
  const other = await serveLoopback(createScriptedStation(() => ({ ok: true, value: null })).station, {
    webRoot: folder,
  });
  await other.close();
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
  expect(new URL(other.url).hash).not.toBe(new URL(server.url).hash);
});

test('the page comes with the content policy and the other protective headers, and with no CORS header', async () => {
  const answer = await rawRequest(port, '/', { headers: { origin: 'http://evil.example' } });
  expect(answer).toMatchObject({ status: 200, body: '<p>page</p>' });
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('a script has the media type of a script', async () => {
  const answer = await rawRequest(port, '/assets/main-1a_B.js?v=1');
  expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
});

test.each(['localhost', 'evil.example', '127.0.0.1', '127.0.0.1:1', '[::1]'])(
  'a request to the host %s is misdirected',
  async (host) => {
    expect((await rawRequest(port, '/', { headers: { host } })).status).toBe(421);
    expect((await rawRequest(port, '/ws', { headers: { ...upgrade(port), host } })).status).toBe(421);
  },
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('%s is not allowed', async (method) => {
  expect((await rawRequest(port, '/', { method })).status).toBe(405);
});

test.each([
  '/../secret.json',
  '/..%2fsecret.json',
  '/%2e%2e/secret.json',
  '/assets/../../secret.json',
  '/..\\secret.json',
  '/%00index.html',
  '/%E0%A4%A',
  '//secret.json',
  '/link.json',
  '/.hidden.json',
  '/assets',
  '/notes.txt',
  '/absent.js',
])('%s is not found', async (path) => {
  symlinkSync(join(folder, 'secret.json'), join(folder, 'web', 'link.json'));
  const answer = await rawRequest(port, path);
  expect(answer.status).toBe(404);
  expect(answer.body).not.toContain('outside');
});

test('a socket opens at /ws for the page itself and for no other path or origin', async () => {
  const statusOf = async (path: string, headers: Record<string, string>) =>
    (await rawRequest(port, path, { headers })).status;
  const { origin: _origin, ...withoutOrigin } = upgrade(port);
  expect(await statusOf('/ws', upgrade(port))).toBe(101);
  expect(await statusOf('/', upgrade(port))).toBe(404);
  expect(await statusOf('/ws?x', upgrade(port))).toBe(404);
  expect(await statusOf('/ws', withoutOrigin)).toBe(403);
  expect(await statusOf('/ws', { ...upgrade(port), origin: 'null' })).toBe(403);
  expect(await statusOf('/ws', { ...upgrade(port), origin: `http://localhost:${port}` })).toBe(403);
  expect(await statusOf('/ws', { ...upgrade(port), origin: 'http://evil.example' })).toBe(403);
});

test('a port that is in use is told with a sentence and a code', async () => {
  const second = serveLoopback(createScriptedStation(() => ({ ok: true, value: null })).station, {
    webRoot: folder,
    port,
  });
  await expect(second).rejects.toMatchObject({
    code: 'station/port-in-use',
    message: `Port ${port} of 127.0.0.1 is in use by another program. Close the other program, or choose another port with --port.`,
  });
});

function upgrade(ownPort: number): Record<string, string> {
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    origin: `http://127.0.0.1:${ownPort}`,
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
}
