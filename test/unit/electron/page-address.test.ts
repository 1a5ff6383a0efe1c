import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isOwnSender } from '../../../src-main/electron/own-sender.ts';
import { answerPageRequest, isOwnPage, PAGE_URL } from '../../../src-main/electron/page-address.ts';
import { CONTENT_SECURITY_POLICY } from '../../../src-main/server/content-policy.ts';

let webRoot: string;

beforeAll(() => {
  webRoot = mkdtempSync(join(tmpdir(), 'linewright-page-'));
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html>');
});
afterAll(() => rmSync(webRoot, { recursive: true }));

test.each(['app://linewright/', PAGE_URL, `${PAGE_URL}#/runs`])('%s is our page', (address) => {
  expect(isOwnPage(address)).toBe(true);
});

test.each([
  'app://linewright.example/index.html',
  'app://other/index.html',
  'https://linewright/index.html',
  'file:///index.html',
  'about:blank',
  'data:text/html,hello',
  '',
])('%j is not our page', (address) => {
  expect(isOwnPage(address)).toBe(false);
});

test('a file of the page comes with its type and the content policy', async () => {
  const answer = await answerPageRequest({ method: 'GET', url: PAGE_URL }, webRoot);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
  expect(await answer.text()).toBe('<!doctype html>');
});

test.each([
  ['POST', PAGE_URL],
  ['GET', 'app://other/index.html'],
  ['GET', 'app://linewright/..%2f..%2fetc%2fpasswd'],
  ['GET', 'app://linewright/%2e%2e/index.html.key'],
  ['GET', 'app://linewright/absent.js'],
])('%s %s is 404, with the content policy', async (method, url) => {
  const answer = await answerPageRequest({ method, url }, webRoot);
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
});

test('only the main frame of our own window, showing our page, is heard', () => {
  const contents = {} as Electron.WebContents;
  const frame = { url: PAGE_URL, parent: null };
  const heard = (event: object): boolean => isOwnSender(event as Electron.IpcMainEvent, contents);
  expect(heard({ sender: contents, senderFrame: frame })).toBe(true);
  expect(heard({ sender: contents, senderFrame: null })).toBe(false);
  expect(heard({ sender: contents, senderFrame: { ...frame, parent: frame } })).toBe(false);
  expect(heard({ sender: contents, senderFrame: { ...frame, url: 'https://example.com/' } })).toBe(false);
  expect(heard({ sender: {}, senderFrame: frame })).toBe(false);
});
