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

/**
 * Types a code as a scanner does: a key every 10 ms and Enter at its end, into whatever has focus. The presses bear the time at which a
 * scanner would have made them, so that a busy computer does not look like somebody typing.
 */
export async function scan(page: Page, text: string): Promise<void> {
  const keyboard = await page.context().newCDPSession(page);
  const beganAt = Date.now();
  const strokes = [...[...text].map((key) => ({ key, text: key, ...keyOf(key) })), ENTER];
  // All at once: what waited for an answer after each would come as slowly as this computer gives answers.
  await Promise.all(
    strokes.flatMap((stroke, index) => {
      const timestamp = (beganAt + index * 10) / 1000;
      const { text: _, ...released } = stroke;
      return [
        keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', timestamp, ...stroke }),
        keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', timestamp, ...released }),
      ];
    }),
  );
  await keyboard.detach();
}

const ENTER = { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 };

/** The key of a US keyboard that makes this character, with or without Shift; none for what has no key. */
function keyOf(character: string): { readonly code?: string; readonly windowsVirtualKeyCode?: number } {
  const windowsVirtualKeyCode = character.toUpperCase().charCodeAt(0);
  if (/[a-z]/i.test(character)) return { code: `Key${character.toUpperCase()}`, windowsVirtualKeyCode };
  if (/\d/.test(character)) return { code: `Digit${character}`, windowsVirtualKeyCode };
  const code = { ' ': 'Space', '-': 'Minus', _: 'Minus', ':': 'Semicolon', '.': 'Period', '/': 'Slash' }[character];
  return code === undefined ? {} : { code };
}
