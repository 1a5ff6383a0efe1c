import { afterEach, expect, test } from 'vitest';
import { serveLoopback } from '../../src-main/server/serve-loopback.ts';
import { createScriptedStation } from '../unit/server/scripted-station.ts';
import { type OpenScreen, openScreen, scan } from './open-screen.ts';
import { line, ONE_SLOT, slot } from './scenes.ts';

let screen: OpenScreen | undefined;

afterEach(async () => {
  await screen?.close();
});

test('a lost connection is said plainly, a scan then is not done, and the page connects again by itself', async () => {
  const scripted = createScriptedStation(() => ({ ok: true, value: {} }));
  scripted.show(line([slot('1')]));
  screen = await openScreen(scripted.station);
  const { page, server } = screen;
  const port = Number(new URL(server.url).port);
  const token = new URL(server.url).hash.slice('#token='.length);
  await server.close();
  await page.getByText('Connection to the station lost').waitFor();
  await scan(page, 'P046AB1234567CD');
  await page.getByText('Not done').waitFor();
  expect(scripted.calls).toEqual([]);

  const again = await serveLoopback(scripted.station, { webRoot: '/nowhere', port, token });
  await page.getByText('Connection to the station lost').waitFor({ state: 'detached' });
  await scan(page, 'P046AB1234567CD');
  await expect.poll(() => scripted.calls).toEqual([{ name: 'scan', input: { text: 'P046AB1234567CD' } }]);
  await again.close();
});

test('a page without the token of this start shows nothing of the station and says where to get it', async () => {
  const scripted = createScriptedStation(() => ({ ok: true, value: null }));
  screen = await openScreen(scripted.station);
  const stranger = await screen.browser.newPage();
  await stranger.goto(new URL(screen.server.url).origin);
  await stranger.getByText('This page may not talk to the station').waitFor();
  expect(await stranger.locator('section').count()).toBe(0);
});

test('two screens of one station show the same', async () => {
  const scripted = createScriptedStation(() => ({ ok: true, value: null }));
  screen = await openScreen(scripted.station);
  const second = await screen.browser.newPage();
  await second.goto(screen.server.url);
  await second.locator('section').first().waitFor();
  const fail = ONE_SLOT.fail?.();
  if (fail === undefined) throw new Error('There is no such scene.');
  scripted.show(line([fail]));
  for (const page of [screen.page, second]) await page.locator('section [data-outcome="FAIL"]').waitFor();
});
