import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditLog } from '../../src-main/adapters/audit/audit-log.sqlite.ts';
import { CONTENT_SECURITY_POLICY } from '../../src-main/server/content-policy.ts';
import { type OpenApp, startInHost } from '../electron-host/open-app.ts';
import { electronExecutable, startInElectron } from '../electron-host/open-electron.ts';
import type {} from '../electron-host/page-globals.d.ts';

/*
 * The built app, unmodified: over the host harness everywhere, and over the real runtime where it is installed. What only the harness can
 * ask (its evidence) is skipped on the real one.
 */

const ROOT = join(import.meta.dirname, '..', '..');
const HURRIED = ['--virtual', 'boron', '--speed', '200', '--scale', '0.05'];
const executable = electronExecutable();
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function freshData(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-app-'));
  folders.push(folder);
  return folder;
}

function outcomes(data: string): readonly (string | undefined)[] {
  const audit = openAuditLog(data);
  const runs = audit.findRuns({ limit: 10 });
  audit.close();
  return runs.map(({ ended }) => ended?.outcome);
}

const hosts = [
  { host: 'the host harness', isReal: false, start: async (args: readonly string[]) => startInHost(ROOT, args) },
  ...(executable === undefined
    ? []
    : [
        {
          host: 'Electron',
          isReal: true,
          start: (args: readonly string[]) => startInElectron(executable, ROOT, args),
        },
      ]),
];

describe.each(hosts)('the window in $host', ({ isReal, start }) => {
  let app: OpenApp;
  let page: Page;
  let data: string;

  beforeAll(async () => {
    data = freshData();
    app = await start([...HURRIED, '--data', data]);
    page = await app.firstWindow();
    await page.getByText('VIRTUAL LINE', { exact: true }).waitFor();
  });
  afterAll(() => app?.close());

  const preferences = () =>
    app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return (window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences();
    });

  test('the operator screen is shown, once, with nothing to complain about', async () => {
    await page.getByRole('button', { name: 'Plug in' }).waitFor();
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((each) => each.isVisible()))).toEqual(
      [true],
    );
  });

  test('a second start with the same record leaves at once and disturbs nothing', async () => {
    const second = startInHost(ROOT, [...HURRIED, '--data', data]);
    expect(await second.exited).toBe(0);
    expect(second.output()).toContain('already open');
  });

  test('a unit is built to a PASS through the window', async () => {
    await page.getByRole('button', { name: 'Plug in' }).click();
    await page.getByRole('button', { name: 'Scan its label' }).click();
    await page.locator('[data-outcome="PASS"]').waitFor({ timeout: 60_000 });
    const found = await page.evaluate(() => window.linewright.invoke('findRuns', {}));
    expect(found).toMatchObject({ ok: true, value: [{ ended: { outcome: 'PASS' } }] });
  });

  test('a subscriber gets the present snapshot at once, and nothing of Electron with it', async () => {
    const given = await page.evaluate(
      () =>
        new Promise<unknown[]>((resolve) => {
          const unsubscribe = window.linewright.subscribe((...all: unknown[]) => {
            unsubscribe();
            resolve(all);
          });
        }),
    );
    expect(given).toMatchObject([{ station: { virtual: true }, counts: { PASS: 1 } }]);
    expect(given).toHaveLength(1);
  });

  test('what cannot be cloned is refused in the page and reaches no command', async () => {
    const refused = page.evaluate(() => window.linewright.invoke('scan', { text: () => 'P046' }));
    await expect(refused).rejects.toThrow(/could not be cloned/);
  });

  test.each([
    ['noSuchCommand', {}],
    ['__proto__', {}],
    ['scan', { text: 7 }],
    ['scan', { text: 'A', more: true }],
    ['openBatch', { name: '../..' }],
  ])('the command %j with %j is refused at the door', async (name, input) => {
    const answer = await page.evaluate(([a, b]) => window.linewright.invoke(a, b), [name, input] as const);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'request/invalid' } });
  });

  test('a page whose process died comes back with the truth', async () => {
    await page.evaluate(() => Object.assign(window, { beforeCrash: true }));
    await app.evaluate(({ BrowserWindow }) => {
      const gone = { reason: 'crashed', exitCode: 139 } as const;
      BrowserWindow.getAllWindows()[0]?.webContents.emit('render-process-gone', {}, gone);
    });
    await page.waitForFunction(() => !('beforeCrash' in window));
    await page.locator('[data-count="PASS"]', { hasText: '1' }).waitFor();
  });

  describe('the 20 items of the security checklist (19, the fuses: scripts/check-packaging.ts)', () => {
    test('1, 18: everything comes from our own scheme; nothing else was ever asked for', async () => {
      const address = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
      expect(address).toMatch(/^app:\/\/linewright\//);
      const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
      const origin = await page.evaluate(() => location.origin);
      expect(loaded.length).toBeGreaterThan(0);
      expect(loaded.filter((name) => !name.startsWith(origin))).toEqual([]);
    });

    test('2: no Node in the page', async () => {
      const found = await page.evaluate(() =>
        ['require', 'process', 'module', 'exports', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter(
          (name) => name in window,
        ),
      );
      expect(found).toEqual([]);
    });

    test('2, 3, 4, 6, 8, 9, 10, 11: every setting of the page is the safe one', async () => {
      expect(await preferences()).toMatchObject({
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        contextIsolation: true,
        sandbox: true,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
      });
      expect((await preferences()).enableBlinkFeatures ?? '').toBe('');
    });

    test.skipIf(isReal)('4: the sandbox is on for every process to come', async () => {
      expect(await app.evaluate(({ evidence }) => evidence.isSandboxEnabled)).toBe(true);
    });

    test.skipIf(isReal).each(['media', 'geolocation', 'notifications', 'usb', 'serial', 'clipboard-read'])(
      '5: %s is denied, asked or checked',
      async (permission) => {
        const permitted = await app.evaluate(({ evidence }, name) => evidence.isPermitted(name), permission);
        expect(permitted).toEqual({ request: false, check: false, device: false });
      },
    );

    test('7: the content policy comes with the page and holds', async () => {
      const policy = await page.evaluate(async () => {
        const { headers } = await fetch('/index.html');
        return headers.get('content-security-policy');
      });
      expect(policy).toBe(CONTENT_SECURITY_POLICY);
      const ran = await page.evaluate(async () => {
        const script = document.createElement('script');
        try {
          script.textContent = 'window.inlineRan = true';
        } catch {} // trusted types refuse even that
        document.body.append(script);
        const other = await fetch('https://example.com/').catch(() => undefined);
        return { inline: 'inlineRan' in window, other: other !== undefined };
      });
      expect(ran).toEqual({ inline: false, other: false });
    });

    test('12: a webview is never attached', async () => {
      const isPrevented = await app.evaluate(({ BrowserWindow }) => {
        let prevented = false;
        const event = { preventDefault: () => (prevented = true) };
        BrowserWindow.getAllWindows()[0]?.webContents.emit('will-attach-webview', event, {}, {});
        return prevented;
      });
      expect(isPrevented).toBe(true);
    });

    test.each(['https://example.com/', 'http://127.0.0.1:9/', 'file:///etc/passwd'])(
      '13: the page cannot be led to %s',
      async (address) => {
        const before = page.url();
        await page.evaluate((target) => {
          location.href = target;
        }, address);
        await page.evaluate(() => document.readyState);
        expect(page.url()).toBe(before);
        await page.getByText('VIRTUAL LINE', { exact: true }).waitFor();
      },
    );

    test('14: no second window, by script or by link', async () => {
      const opened = await page.evaluate(() => {
        const link = Object.assign(document.createElement('a'), { href: '/index.html', target: '_blank' });
        document.body.append(link);
        link.click();
        return [window.open('/index.html'), window.open('https://example.com/')];
      });
      expect(opened).toEqual([null, null]);
      expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    });

    test('15: nothing is ever handed to the shell of the system', () => {
      const built = readdirSync(join(ROOT, 'dist', 'main'), { recursive: true, encoding: 'utf8' });
      const scripts = built.filter((name) => name.endsWith('.js'));
      const bundle = scripts.map((name) => readFileSync(join(ROOT, 'dist', 'main', name), 'utf8')).join('\n');
      expect(bundle).toContain('electron/main');
      expect(bundle).not.toMatch(/openExternal|openPath/);
    });

    test('16: the runtime is one exact version, of a line that is supported as of November 2026', () => {
      const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
      expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
      expect(Number.parseInt(devDependencies.electron, 10)).toBeGreaterThanOrEqual(45);
    });

    test.skipIf(isReal).each(['other-page', 'no-frame', 'sub-frame', 'other-window'])(
      '17: a command from %s is refused',
      async (kind) => {
        const asked = app.evaluate(({ evidence, BrowserWindow }, sender) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          const frame = contents?.mainFrame;
          const event = {
            'other-page': { sender: contents, senderFrame: { url: 'https://example.com/', parent: null } },
            'no-frame': { sender: contents, senderFrame: null },
            'sub-frame': { sender: contents, senderFrame: { url: frame?.url, parent: frame } },
            'other-window': { sender: {}, senderFrame: frame },
          }[sender];
          return evidence.invoke('linewright', event ?? {}, 'findRuns', {});
        }, kind);
        await expect(asked).rejects.toThrow(/Only the page of the Linewright window/);
      },
    );

    test('20: the page has two functions and nothing else of Electron', async () => {
      const shape = await page.evaluate(() => [
        Object.keys(window.linewright),
        Object.isFrozen(window.linewright),
        Object.keys(window).filter((name) => /electron|ipc|bridge|host_/i.test(name)),
      ]);
      expect(shape).toEqual([['invoke', 'subscribe'], true, []]);
    });
  });

  test.skipIf(isReal)('through all this the page complained of nothing but what was done to it', async () => {
    const errors = await app.evaluate(({ evidence }) => evidence.pageErrors);
    const expected = /Content Security Policy|TrustedScript|Not allowed to load local resource|Refused to connect/;
    expect(errors.filter((error) => !expected.test(error))).toEqual([]);
  });

  test('closing asks when a unit is being built: staying changes nothing, stopping records the run as ABORTED', async () => {
    await page.getByRole('button', { name: 'Pull out' }).click();
    await page.getByRole('button', { name: 'Scan its label' }).click();
    await page.getByText('Put the unit in').first().waitFor();
    const asked = await app.evaluate(async ({ dialog, BrowserWindow }) => {
      const questions: unknown[] = [];
      const [window] = BrowserWindow.getAllWindows();
      dialog.showMessageBox = (async (...given: unknown[]) => {
        questions.push(given.at(-1));
        return { response: 1, checkboxChecked: false };
      }) as typeof dialog.showMessageBox;
      window?.close();
      await new Promise((resolve) => setImmediate(resolve));
      return { questions, open: BrowserWindow.getAllWindows().length };
    });
    expect(asked).toMatchObject({ open: 1, questions: [{ type: 'warning', message: 'A unit is being built (slot 1).' }] });
    await page.getByText('Put the unit in').first().waitFor();
    expect(outcomes(data)).toEqual([undefined, 'PASS']);

    await app.evaluate(({ dialog, app: electron }) => {
      dialog.showMessageBox = (async () => ({ response: 0, checkboxChecked: false })) as typeof dialog.showMessageBox;
      setImmediate(() => electron.quit());
    });
    expect(await app.exited).toBe(0);
    expect(outcomes(data)).toEqual(['ABORTED', 'PASS']);
  });
});

describe.each(hosts)('starting and ending in $host', ({ isReal, start }) => {
  test('the end of a session is not asked about: the run is recorded, then the app is gone', async () => {
    const data = freshData();
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
  ])('%s is said in a box and in words, with an exit code', async (_name, args, exitCode, code) => {
    const app = await start([...args, '--data', freshData()]);
    expect(await app.exited).toBe(exitCode);
    expect(app.output()).toContain(code);
  });

  test('as the flash tool it prints what dfu-util prints, and opens nothing', async () => {
    const app = await start(['--virtual-dfu-util', '--', '--version']);
    expect(await app.exited).toBe(0);
    expect(app.output()).toMatch(/^dfu-util 0\.11/);
  });
});
