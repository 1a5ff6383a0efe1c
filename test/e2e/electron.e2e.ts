import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditLog } from '../../src-main/adapters/audit/audit-log.sqlite.ts';
import { APP_FOLDER, dataFolders, HURRIED, hosts } from '../electron-host/hosts.ts';
import { type OpenApp, startInHost } from '../electron-host/open-app.ts';

/*
 * The built app, unmodified: over the host harness everywhere, and over the real runtime where it is installed. Scripts for the page are
 * text, because tests have no browser types.
 */

const folders = dataFolders();
afterAll(() => folders.remove());

/** Outcomes on record, newest first; undefined for a run without one. The app must be gone: it alone has the record open. */
function outcomes(data: string): readonly (string | undefined)[] {
  const audit = openAuditLog(data);
  const runs = audit.findRuns({ limit: 10 });
  audit.close();
  return runs.map(({ ended }) => ended?.outcome);
}

describe.each(hosts())('the window in $host', ({ start }) => {
  let app: OpenApp;
  let page: Page;
  let data: string;

  beforeAll(async () => {
    data = folders.fresh();
    app = await start([...HURRIED, '--data', data]);
    page = await app.firstWindow();
    await page.getByText('VIRTUAL LINE', { exact: true }).waitFor();
  });
  afterAll(() => app?.close());

  test('the operator screen is in the one window, and the window is shown', async () => {
    await page.getByRole('button', { name: 'Plug in' }).waitFor();
    const shown = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((each) => each.isVisible()),
    );
    expect(shown).toEqual([true]);
  });

  test('a unit is built to a PASS through the window', async () => {
    await page.getByRole('button', { name: 'Plug in' }).click();
    await page.getByRole('button', { name: 'Scan its label' }).click();
    await page.locator('[data-outcome="PASS"]').waitFor({ timeout: 60_000 });
    const found = await page.evaluate('linewright.invoke("findRuns", {})');
    expect(found).toMatchObject({ ok: true, value: [{ ended: { outcome: 'PASS' } }] });
  });

  test('a subscriber gets the present snapshot at once, and nothing of Electron with it', async () => {
    const given = await page.evaluate(`new Promise((resolve) => {
      const unsubscribe = linewright.subscribe((...all) => { unsubscribe(); resolve(all); });
    })`);
    expect(given).toMatchObject([{ station: { virtual: true }, counts: { PASS: 1 } }]);
    expect(given).toHaveLength(1);
  });

  test('what cannot be cloned is refused in the page and reaches no command', async () => {
    const refused = page.evaluate('linewright.invoke("scan", { text: () => "P046" })');
    await expect(refused).rejects.toThrow(/could not be cloned/);
  });

  test.each([
    ['noSuchCommand', {}],
    ['__proto__', {}],
    ['scan', { text: 7 }],
    ['scan', { text: 'A', more: true }],
    ['openBatch', { name: 'no "quotes"' }],
  ])('the command %j with %j is refused at the door', async (name, input) => {
    const answer = await page.evaluate(`linewright.invoke(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'request/invalid' } });
  });

  test('a page whose process died comes back and shows the truth', async () => {
    await page.evaluate('void (window.beforeCrash = true)');
    await app.evaluate(({ BrowserWindow }) => {
      const gone = { reason: 'crashed', exitCode: 139 };
      BrowserWindow.getAllWindows()[0]?.webContents.emit('render-process-gone', {}, gone);
    });
    await page.waitForFunction('!("beforeCrash" in window)');
    await page.locator('[data-count="PASS"]', { hasText: '1' }).waitFor();
  });

  test('a second start with the same record leaves at once and disturbs nothing', async () => {
    const second = await start([...HURRIED, '--data', data]);
    expect(await second.exited).toBe(0);
    expect(second.output()).toContain('already open');
    await page.getByText('VIRTUAL LINE', { exact: true }).waitFor();
  });

  test('closing asks while a unit is being built: staying changes nothing, stopping records the run as ABORTED', async () => {
    await page.getByRole('button', { name: 'New unit' }).click();
    await page.getByRole('button', { name: 'Scan its label' }).click();
    await page.getByText('Put the unit in').first().waitFor();
    const asked = await app.evaluate(async ({ dialog, BrowserWindow }) => {
      const questions: unknown[] = [];
      dialog.showMessageBox = async (...given: unknown[]) => {
        questions.push(given.at(-1));
        return { response: 1, checkboxChecked: false };
      };
      BrowserWindow.getAllWindows()[0]?.close();
      await new Promise((resolve) => setImmediate(resolve));
      return { questions, open: BrowserWindow.getAllWindows().length };
    });
    const question = { type: 'warning', message: 'A unit is being built (slot 1).' };
    expect(asked).toMatchObject({ open: 1, questions: [question] });
    await page.getByText('Put the unit in').first().waitFor();
    const runs = await page.evaluate('linewright.invoke("findRuns", {})');
    expect(runs).toMatchObject({ value: [{ steps: expect.anything() }, { ended: { outcome: 'PASS' } }] });
    expect(runs).not.toHaveProperty('value.0.ended');

    await app.evaluate(({ dialog, app: electron }) => {
      dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
      setImmediate(() => electron.quit());
    });
    expect(await app.exited).toBe(0);
    expect(outcomes(data)).toEqual(['ABORTED', 'PASS']);
  });
});

describe.each(hosts())('starting and ending in $host', ({ isReal, start }) => {
  test('the end of the session is not asked about: the run is recorded, then the app is gone', async () => {
    const data = folders.fresh();
    const app = await start([...HURRIED, '--data', data]);
    const page = await app.firstWindow();
    await page.getByRole('button', { name: 'Scan its label' }).click();
    await page.getByText('Put the unit in').first().waitFor();
    app.kill('SIGTERM');
    expect(await app.exited).toBe(0);
    expect(outcomes(data)).toEqual(['ABORTED']);
    await app.close();
  });

  test.skipIf(isReal).each([
    ['a mistyped option', ['--sation', 'line.json'], 2, 'request/invalid'],
    ['a station file that is not there', ['--station', '/nowhere/line.json'], 1, 'station/'],
  ])('%s ends the start in words, with the exit code of the command line', async (_name, args, exitCode, code) => {
    const app = await start([...args, '--data', folders.fresh()]);
    expect(await app.exited).toBe(exitCode);
    expect(app.output()).toContain(code);
  });

  // Playwright waits for a window, so real Electron is not asked here.
  test.skipIf(isReal)('as the flash tool it prints what dfu-util prints, and opens nothing', async () => {
    const app = startInHost(APP_FOLDER, ['--virtual-dfu-util', '--', '--version']);
    expect(await app.exited).toBe(0);
    expect(app.output()).toMatch(/^dfu-util 0\.11/);
  });
});
