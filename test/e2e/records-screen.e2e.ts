import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuiltVirtualStation } from '../../src-main/build-virtual-station.ts';
import { type OpenScreen, openScreen, scan } from './open-screen.ts';
import { openVirtualStation } from './virtual-station.ts';

let built: BuiltVirtualStation;
let screen: OpenScreen;
let label: string;
let serialNumber: string;

/** One run that was stopped before its unit came: the quickest reject there is. */
beforeAll(async () => {
  built = await openVirtualStation(2);
  label = built.bench.labelText('1');
  serialNumber = label.split(' ')[0] ?? '';
  await built.station.call('scan', { text: label, slot: '1' });
  await built.station.call('abortRun', { slot: '1' });
  screen = await openScreen(built.station);
  await screen.page.locator('[data-slot="1"] [data-outcome="ABORTED"]').waitFor();
});

afterAll(async () => {
  await screen.close();
  await built.close();
});

test('a scan on the records screen fills the search and starts no run', async () => {
  const { page } = screen;
  await page.getByRole('link', { name: 'Records' }).click();
  const search = page.getByRole('searchbox');
  await search.focus();
  await scan(page, label);
  await expect.poll(() => search.inputValue()).toBe(serialNumber);
  await page.getByText('1 run', { exact: true }).waitFor();
  expect((await built.ports.audit.findRuns({})).length).toBe(1);
});

test('a person types into the search, and what nobody has is not found', async () => {
  const { page } = screen;
  const search = page.getByRole('searchbox');
  await search.fill('');
  await search.pressSequentially('999999', { delay: 120 });
  await page.getByText('No runs found.').waitFor();
  expect(await search.inputValue()).toBe('999999');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('1 run', { exact: true }).waitFor();
});

test('a run shows its steps, the failure for operator and engineer, and the evidence', async () => {
  const { page } = screen;
  await page.getByRole('link', { name: serialNumber }).click();
  const detail = page.getByRole('article');
  await detail.getByText('Stopped by the operator.').first().waitFor();
  expect(await detail.textContent()).toContain('run/aborted');
  expect(await detail.textContent()).toContain('Virtual: does not count');
  await detail.getByText('Scan the label', { exact: true }).click();
  await detail.getByText('Learnt').first().waitFor();
});

test('a day or a batch is exported as a file; before one is chosen the screen says so', async () => {
  const { page } = screen;
  await page.getByText('Choose a day or a batch first.').waitFor();
  await page.getByRole('combobox', { name: 'Batch' }).fill('E2E');
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  const [jsonLines] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export JSON Lines' }).click(),
  ]);
  await page.getByText('1 run saved.').waitFor();
  expect(csv.suggestedFilename()).toBe('linewright-E2E.csv');
  expect(await readFile(await csv.path(), 'utf8')).toContain(serialNumber);
  const lines = (await readFile(await jsonLines.path(), 'utf8')).trim().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ begun: { label: { value: serialNumber } } });
});

test('the records are verified at the press of a button', async () => {
  await screen.page.getByRole('button', { name: 'Verify records' }).click();
  await screen.page.getByText(/Records intact: \d+ entries\./).waitFor();
});

test('a supervisor opens a batch, and a name with forbidden letters is not taken', async () => {
  const { page } = screen;
  await page.getByRole('button', { name: 'Batch and carton' }).click();
  const name = page.getByRole('textbox', { name: /Name of the new batch/ });
  await name.fill('A;B');
  await page.getByRole('dialog').getByRole('button', { name: 'Open batch' }).click();
  expect(await page.getByRole('dialog').isVisible()).toBe(true);
  await name.fill('2026-11/B');
  await page.getByRole('dialog').getByRole('button', { name: 'Open batch' }).click();
  await page.getByText('Batch 2026-11/B is open.').waitFor();
  await page.getByRole('banner').getByText('2026-11/B').waitFor();
});

test('a reject is flashed again in a run of its own, linked to the first', async () => {
  const { page } = screen;
  await page.getByRole('button', { name: 'Flash again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Slot 2' }).click();
  await page.locator('[data-slot="2"]').getByText('Put the unit in').waitFor();
  await page.locator('[data-slot="2"]').getByText('Rework').waitFor();
  const [rework, first] = built.ports.audit.findRuns({});
  expect(rework?.begun.reworkOf).toBe(first?.begun.runId);
});

test('the page breaks no content policy and logs nothing', () => {
  expect(screen.complaints).toEqual([]);
});
