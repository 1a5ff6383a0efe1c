import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuiltVirtualStation } from '../../src-main/build-virtual-station.ts';
import { type OpenScreen, openScreen, scan } from './open-screen.ts';
import { openVirtualStation } from './virtual-station.ts';

/** A unit is built in some seconds; a busy machine may need several times that. */
const BUILT = { timeout: 60_000 };

let built: BuiltVirtualStation;
let screen: OpenScreen;

beforeAll(async () => {
  built = await openVirtualStation(2);
  screen = await openScreen(built.station);
});

afterAll(async () => {
  await screen.close();
  await built.close();
});

const slot = (name: string) => screen.page.locator(`section[data-slot="${name}"]`);
const count = (outcome: string) => screen.page.locator(`[data-count="${outcome}"]`).textContent();

test('the virtual line says so, and the address holds no token any more', async () => {
  await screen.page.getByText('VIRTUAL LINE', { exact: true }).waitFor();
  expect(screen.page.url()).toMatch(/\/#\/$/);
});

test('a newcomer builds a unit with two clicks, and the verdict stays when the unit is taken out', async () => {
  await slot('1').getByRole('button', { name: 'Plug in' }).click();
  await slot('1').getByRole('button', { name: 'Scan its label' }).click();
  await slot('1').getByText('Flash the firmware').first().waitFor(BUILT);
  await slot('1').locator('[data-outcome="PASS"]').waitFor(BUILT);
  expect(await slot('1').textContent()).toContain('Take the unit out');
  await slot('1').getByRole('button', { name: 'Pull out' }).click();
  await slot('1').getByText('Scan the next unit').waitFor();
  expect(await slot('1').textContent()).toContain('PASS');
  expect(await count('PASS')).toBe('1');
});

test('the next unit in the slot is not mistaken for the one that passed', async () => {
  await slot('1').getByRole('button', { name: 'New unit' }).click();
  await slot('1').getByRole('button', { name: 'Plug in' }).click();
  await slot('1').getByText('Scan the label of this unit').waitFor();
  await slot('1').getByText('Last unit:').waitFor();
});

test('a scan is taken whatever has focus, presses no button, and the label secret is nowhere on the page', async () => {
  const { page } = screen;
  const label = built.bench.labelText('1');
  const [serialNumber = '', secret = ''] = label.split(' ');
  expect(secret).not.toBe('');
  await slot('1').getByRole('button', { name: 'Pull out' }).focus();
  await scan(page, label);
  await slot('1').getByText(serialNumber).first().waitFor();
  expect(built.bench.units()[0]?.plugged).toBe(true);
  expect(await page.content()).not.toContain(secret);
  await slot('1').locator('[data-outcome="PASS"]').waitFor(BUILT);
  expect(await count('PASS')).toBe('2');
});

test('a code that is no label is refused in plain sight until the next scan', async () => {
  await scan(screen.page, 'NOT A UNIT LABEL AT ALL');
  await screen.page.getByText('This code is not a unit label.').waitFor();
  await scan(screen.page, 'LW:SLOT:2');
  await screen.page.getByText('This code is not a unit label.').waitFor({ state: 'detached' });
  await slot('2').getByText('The next scan goes here').waitFor();
});

test('a run is stopped by the second press, not by the first', async () => {
  await slot('2').getByRole('button', { name: 'Scan its label' }).click();
  await slot('2').getByText('Put the unit in').waitFor();
  await slot('2').getByRole('button', { name: 'Stop' }).click();
  await slot('2').getByRole('button', { name: 'Press again to stop' }).click();
  await slot('2').locator('[data-outcome="ABORTED"]').waitFor(BUILT);
  expect(await slot('2').textContent()).toContain('STOPPED');
});

test('a printed code stops a run', async () => {
  await slot('2').getByRole('button', { name: 'Scan its label' }).click();
  await slot('2').getByText('Put the unit in').waitFor();
  await scan(screen.page, 'LW:STOP:2');
  await slot('2').locator('[data-outcome="ABORTED"]').waitFor(BUILT);
  await expect.poll(() => count('ABORTED')).toBe('2');
});

test('a printed code changes the language, and a reload keeps it', async () => {
  await scan(screen.page, 'LW:LANG:es');
  await screen.page.getByText('LÍNEA VIRTUAL').waitFor();
  await screen.page.reload();
  await screen.page.getByText('LÍNEA VIRTUAL').waitFor();
  expect(await slot('2').textContent()).toContain('DETENIDO');
  expect(await screen.page.locator('html').getAttribute('lang')).toBe('es');
});

test('a unit with a chosen fault is a reject, with what happened and what to do in the language of the screen', async () => {
  await slot('2').getByRole('button', { name: 'Otra unidad' }).click();
  await slot('2').getByRole('combobox').selectOption('no-sim');
  await slot('2').getByRole('button', { name: 'Conectar' }).click();
  await slot('2').getByRole('button', { name: 'Escanear etiqueta' }).click();
  await slot('2').locator('[data-outcome="FAIL"]').waitFor(BUILT);
  const text = await slot('2').textContent();
  expect(text).toContain('RECHAZO');
  expect(text).toContain('No hay SIM en la unidad.');
  expect(text).toContain('Ponga la unidad en la bandeja de rechazos.');
  expect(await screen.page.getByRole('status').first().textContent()).toContain('Posición 2: RECHAZO.');
});

test('nothing was typed anywhere: the screen has no text field', async () => {
  expect(await screen.page.locator('input, textarea').count()).toBe(0);
});

test('the page breaks no content policy and logs nothing', () => {
  expect(screen.complaints).toEqual([]);
});
