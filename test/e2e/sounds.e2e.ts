import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import { createScriptedStation } from '../unit/server/scripted-station.ts';
import { type OpenScreen, openScreen } from './open-screen.ts';
import { ended, JUDGED, line, slot } from './scenes.ts';

/** Writes down every tone the page starts. */
const LISTEN = `
  window.tones = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.tones.push(this.frequency.value); return start.call(this, at); };
`;

const scripted = createScriptedStation(() => ({ ok: true, value: null }));
let screen: OpenScreen;

beforeAll(async () => {
  scripted.show(line([slot('1', { unit: JUDGED, run: { ...ended('PASS'), runId: 'before' } })]));
  screen = await openScreen(scripted.station);
  await screen.page.addInitScript(LISTEN);
  await screen.page.reload();
  await screen.page.locator('[data-outcome="PASS"]').first().waitFor();
  await screen.page.locator('h1').click(); // a browser is silent until it was touched
});

afterAll(async () => {
  await screen.close();
});

/** Every tone since the page was opened: a look takes nothing away, so that one that comes too late loses nothing. */
const tones = () => screen.page.evaluate<number[]>('window.tones');
const PASSED = [660, 880, 1320];
const FAILED = [196, 196];
const REFUSED = [300, 300, 300];
const verdict = (runId: string, ...how: Parameters<typeof ended>): Snapshot =>
  line([slot('1', { unit: JUDGED, run: { ...ended(...how), runId } })]);

test('a verdict that was there before the page opened makes no sound', async () => {
  expect(await tones()).toEqual([]);
});

test('a pass rises, a reject is two low tones, and each is heard once', async () => {
  scripted.show(verdict('pass', 'PASS'));
  await expect.poll(tones).toEqual(PASSED);
  scripted.show(verdict('pass', 'PASS'));
  scripted.show(verdict('fail', 'FAIL', 'sim/none'));
  await expect.poll(tones).toEqual([...PASSED, ...FAILED]);
});

test('a refused scan has a sound of its own', async () => {
  const failure = { code: 'label/unreadable', detail: 'No label.' } as const;
  scripted.show({ ...verdict('fail', 'FAIL', 'sim/none'), lastScan: { at: '2026-11-21T08:00:01Z', failure } });
  await expect.poll(tones).toEqual([...PASSED, ...FAILED, ...REFUSED]);
});

test('with the sound off a verdict is silent', async () => {
  await screen.page.getByRole('button', { name: 'Sound is on' }).click();
  scripted.show(verdict('quiet', 'ERROR', 'usb/no-console'));
  await screen.page.locator('[data-outcome="ERROR"]').first().waitFor();
  await screen.page.getByRole('status').first().getByText('RETRY').waitFor();
  expect(await tones()).toEqual([...PASSED, ...FAILED, ...REFUSED]);
});
