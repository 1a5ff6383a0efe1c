import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../src-main/server/content-policy.ts';
import { APP_FOLDER, dataFolders, HURRIED, hosts } from '../electron-host/hosts.ts';
import type { OpenApp } from '../electron-host/open-app.ts';

/*
 * The 20 items of Electron's security checklist (workbench.md E), each by its number. Item 19, the fuses, is read from the packed
 * executable by scripts/check-packaging.ts. What the harness cannot show by itself (workbench.md B) is asked of its evidence.
 */

const folders = dataFolders();
afterAll(() => folders.remove());

describe.each(hosts())('security in $host', ({ isReal, start }) => {
  let app: OpenApp;
  let page: Page;

  beforeAll(async () => {
    app = await start([...HURRIED, '--data', folders.fresh()]);
    page = await app.firstWindow();
    await page.getByText('VIRTUAL LINE', { exact: true }).waitFor();
  });
  afterAll(() => app?.close());

  test('1, 18: everything comes from our own scheme, and nothing else is ever asked for', async () => {
    const address = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
    expect(address).toMatch(/^app:\/\/linewright\//);
    const loaded = await page.evaluate<string[]>('performance.getEntriesByType("resource").map(({ name }) => name)');
    const origin = new URL('/', page.url()).href;
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((name) => !name.startsWith(origin))).toEqual([]);
    if (!isReal) expect(await app.evaluate(({ evidence }) => evidence.refusedRequests)).toEqual([]);
  });

  test('2: no Node in the page', async () => {
    const found = await page.evaluate(
      '["require", "process", "module", "exports", "Buffer", "global", "electron", "ipcRenderer"].filter((name) => name in window)',
    );
    expect(found).toEqual([]);
  });

  test('2, 3, 4, 6, 8, 9, 10, 11: every setting of the page is the safe one', async () => {
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as Record<string, () => object>;
      return contents.getLastWebPreferences?.() as Record<string, unknown>;
    });
    expect(preferences).toMatchObject({
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
    expect(preferences.enableBlinkFeatures ?? '').toBe('');
  });

  test.skipIf(isReal)('4: the sandbox was switched on for every process before Electron was ready', async () => {
    expect(await app.evaluate(({ evidence }) => evidence.isSandboxEnabled)).toBe(true);
  });

  test.skipIf(isReal).each(['media', 'geolocation', 'notifications', 'usb', 'serial', 'clipboard-read'])(
    '5: %s is denied, asked for or looked up',
    async (permission) => {
      const permitted = await app.evaluate(({ evidence }, name) => evidence.isPermitted(name), permission);
      expect(permitted).toEqual({ request: false, check: false, device: false });
    },
  );

  test('7: the content policy comes with the page, and it holds', async () => {
    const policy = await page.evaluate(
      'fetch("/index.html").then(({ headers }) => headers.get("content-security-policy"))',
    );
    expect(policy).toBe(CONTENT_SECURITY_POLICY);
    const ran = await page.evaluate(`(async () => {
      const script = document.createElement('script');
      try { script.textContent = 'window.inlineRan = true'; } catch {} // trusted types refuse even that
      document.body.append(script);
      const other = await fetch('https://example.com/').then(() => true, () => false);
      return { inline: 'inlineRan' in window, other };
    })()`);
    expect(ran).toEqual({ inline: false, other: false });
  });

  test('12: no webview is ever attached', async () => {
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
      await page.evaluate(`void (window.wasHere = true, location.href = ${JSON.stringify(address)})`);
      await page.evaluate('fetch("/index.html").then(() => true)'); // whatever the navigation started has begun by now
      expect(await page.evaluate('window.wasHere')).toBe(true);
      const shown = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
      expect(shown).toMatch(/^app:\/\/linewright\//);
    },
  );

  test('14: no second window, by script or by link', async () => {
    const opened = await page.evaluate(`(() => {
      const link = Object.assign(document.createElement('a'), { href: '/index.html', target: '_blank' });
      document.body.append(link);
      link.click();
      link.remove();
      return [window.open('/index.html'), window.open('https://example.com/')];
    })()`);
    expect(opened).toEqual([null, null]);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('15: nothing is ever handed to the shell of the system', () => {
    const folder = join(APP_FOLDER, 'dist', 'main');
    const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
    const bundle = scripts.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    expect(bundle).toContain('electron/main');
    expect(bundle).not.toMatch(/openExternal|openPath/);
  });

  test('16: the runtime is one exact version, of a line supported in November 2026', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(APP_FOLDER, 'package.json'), 'utf8'));
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Number.parseInt(devDependencies.electron, 10)).toBeGreaterThanOrEqual(45);
  });

  test.skipIf(isReal).each(['other-page', 'no-frame', 'sub-frame', 'other-window'])(
    '17: a command from %s is refused',
    async (kind) => {
      const asked = app.evaluate(({ evidence, BrowserWindow }, from) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        const frame = contents?.mainFrame;
        const events: Record<string, object> = {
          'other-page': { sender: contents, senderFrame: { url: 'https://example.com/', parent: null } },
          'no-frame': { sender: contents, senderFrame: null },
          'sub-frame': { sender: contents, senderFrame: { url: frame?.url, parent: frame } },
          'other-window': { sender: {}, senderFrame: frame },
        };
        return evidence.invoke('linewright', events[from] ?? {}, 'findRuns', {});
      }, kind);
      await expect(asked).rejects.toThrow(/Only the page of the Linewright window/);
    },
  );

  test('20: the page has two functions and nothing else of Electron', async () => {
    const shape = await page.evaluate(`[
      Object.keys(linewright),
      Object.isFrozen(linewright),
      Object.keys(window).filter((name) => /electron|ipc|host_/i.test(name)),
    ]`);
    expect(shape).toEqual([['invoke', 'subscribe'], true, []]);
  });

  test.skipIf(isReal)('through all this the page complained of nothing but what was done to it', async () => {
    const errors = await app.evaluate(({ evidence }) => evidence.pageErrors);
    const provoked = /Content Security Policy|TrustedScript|Not allowed to load local resource|Refused to connect/;
    expect(errors.filter((error) => !provoked.test(error))).toEqual([]);
  });
});
