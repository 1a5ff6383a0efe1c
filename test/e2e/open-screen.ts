import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { StationCommands } from '../../src-main/contract/contract.ts';
import { type LoopbackServer, serveLoopback } from '../../src-main/server/serve-loopback.ts';
import { openBrowser } from './open-browser.ts';

const WEB_ROOT = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));

/** A browser looking at a station over the loopback server, with everything the page complained about. */
export type OpenScreen = {
  readonly server: LoopbackServer;
  readonly browser: Browser;
  readonly page: Page;
  /** Errors and warnings of the page's console (a broken content policy shows here), and uncaught errors. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
};

export type ScreenOptions = { readonly width?: number; readonly height?: number; readonly language?: string };

/** Serves the station, opens Chromium on it and waits until the first snapshot is shown. Needs the built page. */
export async function openScreen(station: StationCommands, options: ScreenOptions = {}): Promise<OpenScreen> {
  if (!existsSync(WEB_ROOT)) throw new Error('The page is not built: npm run build.');
  const server = await serveLoopback(station, { webRoot: WEB_ROOT });
  const browser = await openBrowser();
  const complaints: string[] = [];
  const page = await browser.newPage({ viewport: { width: options.width ?? 1280, height: options.height ?? 800 } });
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  if (options.language) await page.addInitScript(`localStorage.setItem('linewright.language', '${options.language}')`);
  await page.goto(server.url);
  await page.locator('header').first().waitFor();
  return {
    server,
    browser,
    page,
    complaints,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** Types a code as a scanner does: fast, with Enter at its end, into whatever has focus. */
export async function scan(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}
