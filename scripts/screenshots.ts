/**
 * Shoots every screen in every language and size into .cache/screenshots, to be looked at. Run: node scripts/screenshots.ts [part of a name]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createBuilder } from 'vite';
import type { Snapshot } from '../src-main/domain/snapshot.ts';
import { serveLoopback } from '../src-main/server/serve-loopback.ts';
import { CUT_TEXT } from '../test/e2e/cut-text.ts';
import { openBrowser } from '../test/e2e/open-browser.ts';
import { answerFromRecords, RECORDS } from '../test/e2e/records.ts';
import { judgedSlots, learning, line, mixedSlots, ONE_SLOT, PORT_TAKEN } from '../test/e2e/scenes.ts';
import { createScriptedStation } from '../test/unit/server/scripted-station.ts';

const SIZES = [
  [800, 480],
  [1280, 800],
  [1920, 1080],
] as const;
const LANGUAGES = ['en', 'es', 'vi', 'zh'];
const FOLDER = join(import.meta.dirname, '..', '.cache', 'screenshots');

type Scene = {
  readonly name: string;
  readonly address: string;
  readonly snapshot: Snapshot;
  readonly act?: (page: Page) => Promise<void>;
};

const refused = {
  at: '2026-11-21T08:00:00Z',
  failure: { code: 'label/unreadable', detail: 'The scan is no label.' },
} as const;
const trouble = { code: 'usb/no-permission', detail: 'No rights on /dev/bus/usb/001/004.' } as const;
const first = RECORDS[0]?.begun.runId ?? '';

const scenes: readonly Scene[] = [
  ...Object.entries(ONE_SLOT).map(([name, make]) => ({ name: `one-${name}`, address: '#/', snapshot: line([make()]) })),
  ...[2, 3, 4, 8].map((count) => ({ name: `slots-${count}`, address: '#/', snapshot: line(mixedSlots(count)) })),
  ...[4, 8].map((count) => ({
    name: `real-${count}`,
    address: '#/',
    snapshot: line(mixedSlots(count), { virtual: false }),
  })),
  { name: 'refused', address: '#/', snapshot: line(mixedSlots(2), { lastScan: refused, troubles: [trouble] }) },
  { name: 'runs', address: '#/runs', snapshot: line(mixedSlots(2)) },
  { name: 'run', address: `#/runs/${first}`, snapshot: line(mixedSlots(2)) },
  {
    name: 'rework',
    address: `#/runs/${first}`,
    snapshot: line(mixedSlots(8)),
    act: (page) => page.locator('article header button').click(),
  },
  {
    name: 'batch',
    address: '#/runs',
    snapshot: line(mixedSlots(2)),
    act: (page) => page.locator('search + div button').nth(3).click(),
  },
  {
    name: 'languages',
    address: '#/',
    snapshot: line(mixedSlots(2)),
    act: (page) => page.locator('[popovertarget]').click(),
  },
  ...[3, 8, 16].map((count) => ({ name: `health-${count}`, address: '#/slots', snapshot: line(judgedSlots(count)) })),
  { name: 'bad-8', address: '#/', snapshot: line(judgedSlots(8), { virtual: false }) },
  { name: 'learn-start', address: '#/slots', snapshot: line(judgedSlots(3), { learning: learning(3, 0) }) },
  {
    name: 'learn-refused',
    address: '#/slots',
    snapshot: line(judgedSlots(8), { learning: learning(8, 3, { refused: PORT_TAKEN }) }),
  },
  {
    name: 'learn-real-16',
    address: '#/slots',
    snapshot: line(judgedSlots(16), { virtual: false, learning: learning(16, 12) }),
  },
  { name: 'learn-done', address: '#/slots', snapshot: line(judgedSlots(3), { learning: learning(3, 3) }) },
  { name: 'learn-line', address: '#/', snapshot: line(mixedSlots(3), { learning: learning(3, 1) }) },
  { name: 'codes', address: '#/codes', snapshot: line(mixedSlots(4)) },
];

const builder = await createBuilder({ logLevel: 'warn' });
const client = builder.environments.client;
if (client !== undefined) await builder.build(client);
const wanted = process.argv[2] ?? '';
const scripted = createScriptedStation(answerFromRecords);
const server = await serveLoopback(scripted.station, { webRoot: join(FOLDER, '..', '..', 'dist', 'renderer') });
const browser = await openBrowser();
try {
  for (const [width, height] of SIZES) {
    for (const language of LANGUAGES) await shootAll(width, height, language);
  }
} finally {
  await browser.close();
  await server.close();
}

async function shootAll(width: number, height: number, language: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  page.on('console', (message) => console.log(`console: ${message.text()}`));
  await page.addInitScript(`localStorage.setItem('linewright.language', '${language}')`);
  await page.goto(server.url);
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, address, snapshot, act } of scenes) {
    const file = `${name}-${language}-${width}.png`;
    if (!file.includes(wanted)) continue;
    scripted.show(snapshot);
    await page.evaluate(`location.hash = '${address}'`);
    await act?.(page);
    await page.waitForTimeout(150); // snapshots come at most every 50 ms
    const cut = await page.evaluate<string[]>(CUT_TEXT);
    if (cut.length > 0) console.log(`${file}: ${cut.slice(0, 6).join(', ')}`);
    await page.screenshot({ path: join(FOLDER, file) });
    if (act !== undefined) await page.keyboard.press('Escape'); // closes the dialog or menu it opened
  }
  await context.close();
}
