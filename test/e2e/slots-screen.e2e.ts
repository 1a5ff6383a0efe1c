import { afterEach, expect, test } from 'vitest';
import type { BuiltVirtualStation } from '../../src-main/build-virtual-station.ts';
import { createScriptedStation } from '../unit/server/scripted-station.ts';
import { type OpenScreen, openScreen, scan } from './open-screen.ts';
import { answerFromRecords, RECORDS } from './records.ts';
import { health, judgedSlots, learning, line, mixedSlots, PORT_TAKEN, running, slot, UNIT } from './scenes.ts';
import { openVirtualStation } from './virtual-station.ts';

let screen: OpenScreen | undefined;
let built: BuiltVirtualStation | undefined;

afterEach(async () => {
  await screen?.close();
  await built?.close();
  [screen, built] = [undefined, undefined];
});

test('a supervisor teaches two slots by plugging a unit into one after the other, and the line then knows their ports', async () => {
  built = await openVirtualStation(2);
  screen = await openScreen(built.station);
  const { page } = screen;
  await page.getByRole('link', { name: 'Slots', exact: true }).click();
  await page.getByRole('button', { name: 'Teach the slots' }).click();
  await page.getByText('Plug a unit into slot 1').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Plug in 2' }).click();
  await page.getByText('Plug a unit into slot 2').waitFor();
  await page.getByRole('button', { name: 'Undo last' }).click();
  await page.getByText('Plug a unit into slot 1').waitFor();
  await page.getByRole('button', { name: 'Plug in 1' }).click();
  await page.getByRole('button', { name: 'Pull out 2' }).click();
  await page.getByRole('button', { name: 'Plug in 2' }).click();
  await page.getByText('Every slot had its turn').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('li[data-slot="1"]').getByText('1-1', { exact: true }).waitFor();
  await page.locator('li[data-slot="2"]').getByText('1-2', { exact: true }).waitFor();
  await page.locator('li[data-slot="2"]').getByRole('button', { name: 'Forget its port' }).click();
  await page.locator('li[data-slot="2"]').getByRole('button', { name: 'Press again to forget' }).click();
  await page.locator('li[data-slot="2"]').getByRole('button', { name: 'Forget its port' }).waitFor();
  expect(screen.complaints).toEqual([]);
});

test('a printed code begins the teaching from every screen, and a label is then refused and begins no run', async () => {
  built = await openVirtualStation(1);
  screen = await openScreen(built.station);
  const { page } = screen;
  await scan(page, 'LW:LEARN:START');
  await page.getByText('Plug a unit into slot 1').waitFor();
  await scan(page, built.bench.labelText('1'));
  await page.getByText('The slots are being taught now.').waitFor();
  await page.getByRole('link', { name: 'Line' }).click();
  await page.getByRole('link', { name: /The slots are being taught now/ }).click();
  await scan(page, 'LW:LEARN:CANCEL');
  await page.getByRole('button', { name: 'Teach the slots' }).waitFor();
  expect(built.ports.audit.findRuns({})).toEqual([]);
});

test('a unit in a port that was taught already is refused with the name of its slot', async () => {
  const scripted = createScriptedStation(answerFromRecords);
  scripted.show(line(judgedSlots(3), { learning: learning(3, 1, { refused: PORT_TAKEN }) }));
  screen = await openScreen(scripted.station);
  await screen.page.getByRole('link', { name: 'Slots', exact: true }).click();
  const alert = screen.page.getByRole('alert').filter({ hasText: 'belongs to another slot' });
  expect(await alert.textContent()).toContain('(Slot 1)');
});

test('a bad slot is flagged on its card, which leads to the reason in the language of the screen; a good one is not', async () => {
  const scripted = createScriptedStation(answerFromRecords);
  const reasons = [{ kind: 'slow', times: 1.4 }] as const;
  scripted.show(line([slot('1'), slot('2', { health: health('bad', { reasons }) })]));
  screen = await openScreen(scripted.station, { language: 'es' });
  const { page } = screen;
  expect(await page.locator('section[data-slot="1"]').textContent()).not.toContain('Revisar posición');
  await page.locator('section[data-slot="2"]').getByRole('link', { name: 'Revisar posición' }).click();
  const report = page.locator('li[data-slot="2"]');
  await report.getByText('MAL', { exact: true }).waitFor();
  expect(await report.textContent()).toContain('Grabar tarda 1,4 veces más');
});

test('a slot that was never taught its port says whom to call, before anything is scanned', async () => {
  const scripted = createScriptedStation(answerFromRecords);
  const { portPath: _none, ...untaught } = slot('1');
  scripted.show(line([untaught], { virtual: false }));
  screen = await openScreen(scripted.station);
  await screen.page.locator('section[data-slot="1"]').getByText('Call the supervisor').waitFor();
});

test('a run that waits for its turn says so', async () => {
  const scripted = createScriptedStation(answerFromRecords);
  scripted.show(line([slot('1', { unit: UNIT, run: running('flash', { isWaitingForTurn: true }) })]));
  screen = await openScreen(scripted.station);
  await screen.page.getByText('Waits for its turn', { exact: true }).waitFor();
  await screen.page.getByText('Leave the unit in').waitFor();
});

test('how many flash at once is chosen, and taken back, per hub and for the station', async () => {
  const scripted = createScriptedStation(() => ({ ok: true, value: null }));
  scripted.show(line(mixedSlots(2), { flashLimit: { station: 5 } }));
  screen = await openScreen(scripted.station);
  const { page } = screen;
  await page.getByRole('link', { name: 'Slots', exact: true }).click();
  const station = page.getByRole('combobox', { name: 'Flash at once' });
  expect(await station.inputValue()).toBe('5');
  await page.getByRole('combobox', { name: 'Per hub' }).selectOption('2');
  await expect.poll(() => scripted.calls).toEqual([{ name: 'limitFlashes', input: { station: 5, perHub: 2 } }]);
  await station.selectOption('no limit');
  await expect.poll(() => scripted.calls.at(-1)).toEqual({ name: 'limitFlashes', input: {} });
});

test('QA flashes a reject again, and everything again only where it was asked for', async () => {
  const scripted = createScriptedStation(answerFromRecords);
  scripted.show(line(mixedSlots(8)));
  screen = await openScreen(scripted.station);
  const { page } = screen;
  const reworks = () => scripted.calls.filter(({ name }) => name === 'rework').map(({ input }) => input);
  const runId = RECORDS[0]?.begun.runId;
  for (const isFull of [false, true]) {
    await page.evaluate(`location.hash = '#/runs/${runId}'`);
    await page.getByRole('button', { name: 'Flash again' }).click();
    if (isFull) await page.getByRole('checkbox', { name: /Write everything again/ }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Slot 2' }).click();
    await page.locator('section[data-slot="2"]').waitFor();
  }
  expect(reworks()).toEqual([
    { runId, slot: '2' },
    { runId, slot: '2', full: true },
  ]);
});
