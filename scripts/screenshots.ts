/**
 * Shoots every screen in every language and size into .cache/screenshots, to be looked at. Run: node scripts/screenshots.ts [pattern of names]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createBuilder } from 'vite';
import type { CloudState } from '../src-main/domain/cloud-work.ts';
import type { RunRecord } from '../src-main/domain/run-record.ts';
import type { Snapshot } from '../src-main/domain/snapshot.ts';
import { serveLoopback } from '../src-main/server/serve-loopback.ts';
import { CUT_TEXT } from '../test/e2e/cut-text.ts';
import { openBrowser } from '../test/e2e/open-browser.ts';
import { answerFromRecords, RECORDS } from '../test/e2e/records.ts';
import {
  backlog,
  HELD,
  judgedSlots,
  learning,
  line,
  mixedSlots,
  ONE_SLOT,
  PORT_TAKEN,
  passedSlots,
  rejectedInSlot,
  rejectedLater,
  withCarton,
} from '../test/e2e/scenes.ts';
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
const runOf = (isIt: (run: RunRecord) => boolean): string => RECORDS.find(isIt)?.begun.runId ?? '';
const first = runOf(({ ended }) => ended?.outcome === 'FAIL');
const inState = (state: CloudState): string => runOf(({ cloud }) => cloud?.last.state === state);
const openPanel = (page: Page): Promise<void> => page.locator('[popovertarget="cloud-panel"]').click();
const pulled = [rejectedLater('r1', 'P046AB7654321CD', 'C-0017'), rejectedLater('r2', 'P046AB7654399CD')];

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
    snapshot: withCarton(line(mixedSlots(2)), 'C-0017'),
    act: (page) => page.locator('search + div button').nth(3).click(),
  },
  {
    name: 'languages',
    address: '#/',
    snapshot: line(mixedSlots(2)),
    act: (page) => page.locator('[popovertarget="language-menu"]').click(),
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
  {
    name: 'carton-code',
    address: '#/codes',
    snapshot: line(mixedSlots(4)),
    act: (page) => page.locator('input').fill('2026-11-21/C-0017'),
  },
  { name: 'cloud-open', address: '#/', snapshot: line(mixedSlots(4), { cloud: backlog() }) },
  {
    name: 'cloud-held',
    address: '#/',
    snapshot: withCarton(line(mixedSlots(8), { virtual: false, cloud: backlog(HELD.offline) }), 'C-0017'),
  },
  {
    name: 'cloud-panel-held',
    address: '#/',
    snapshot: withCarton(line(mixedSlots(2), { cloud: backlog(HELD['no-right']) }), 'C-0017'),
    act: openPanel,
  },
  {
    name: 'cloud-panel-open',
    address: '#/runs',
    snapshot: line(mixedSlots(2), { cloud: backlog(undefined, { awaitedOnline: 340, onlineProblems: 3 }) }),
    act: openPanel,
  },
  {
    name: 'cloud-rejected',
    address: '#/',
    snapshot: line(mixedSlots(4), { virtual: false, troubles: pulled, cloud: rejectedInSlot().cloud }),
  },
  {
    name: 'cloud-pull-8',
    address: '#/',
    snapshot: withCarton(
      line(mixedSlots(8), { troubles: [...pulled, trouble], cloud: backlog(HELD.offline) }),
      'C-0018',
    ),
  },
  { name: 'rejected-in-slot', address: '#/', snapshot: rejectedInSlot() },
  { name: 'passed-8', address: '#/', snapshot: withCarton(line(passedSlots(8, 'C-0017')), 'C-0017') },
  { name: 'passed-3', address: '#/', snapshot: withCarton(line(passedSlots(3, 'C-0017')), 'C-0017') },
  { name: 'run-rejected', address: `#/runs/${inState('rejected')}`, snapshot: line(mixedSlots(2)) },
  { name: 'run-overdue', address: `#/runs/${inState('sim-pending')}`, snapshot: line(mixedSlots(2)) },
  { name: 'run-online', address: `#/runs/${inState('sim-active')}`, snapshot: line(mixedSlots(2)) },
  {
    name: 'ask-again',
    address: `#/runs/${inState('rejected')}`,
    snapshot: line(mixedSlots(2)),
    act: (page) => page.locator('section[aria-labelledby="run-cloud"] > button').click(),
  },
];

const builder = await createBuilder({ logLevel: 'warn' });
const client = builder.environments.client;
if (client !== undefined) await builder.build(client);
const wanted = new RegExp(process.argv[2] ?? '');
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
    if (!wanted.test(file)) continue;
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
