import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src-renderer/i18n/language.ts';
import { createScriptedStation } from '../unit/server/scripted-station.ts';
import { CUT_TEXT } from './cut-text.ts';
import { type OpenScreen, openScreen } from './open-screen.ts';
import { answerFromRecords, RECORDS } from './records.ts';
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
} from './scenes.ts';

const SIZES = [
  { width: 800, height: 480 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

const refused = { at: '2026-11-21T08:00:00Z', failure: { code: 'label/unreadable', detail: 'No label.' } } as const;

const PULLED = [rejectedLater('r1', 'P046AB7654321CD', 'C-0017'), rejectedLater('r2', 'P046AB7654399CD')];
const LONG_NAME = 'pallet-12/carton-0000017/second-half-A';

/** Every state of the line, each shown by the number of its batch so that the page can be seen to show it. */
const SCENES = [
  ...Object.values(ONE_SLOT).map((make) => line([make()])),
  ...[2, 3, 4, 8].map((count) => line(mixedSlots(count))),
  ...[2, 3, 4, 8].map((count) => line(mixedSlots(count), { virtual: false })),
  line(judgedSlots(8), { virtual: false }),
  line(mixedSlots(3), { learning: learning(3, 1) }),
  line(mixedSlots(2), { lastScan: refused }),
  line(mixedSlots(8), { cloud: backlog() }),
  withCarton(line(mixedSlots(8), { cloud: backlog(HELD.offline) }), 'C-0017'),
  withCarton(line(mixedSlots(4), { virtual: false, cloud: backlog(HELD['no-right'], { open: 10_000 }) }), LONG_NAME),
  line(mixedSlots(4), { troubles: PULLED, cloud: backlog() }),
  line(mixedSlots(8), { troubles: PULLED, cloud: backlog(HELD.offline) }),
  rejectedInSlot(),
  ...[1, 2, 3, 4, 8].map((count) => withCarton(line(passedSlots(count, 'C-0017')), 'C-0017')),
].map((snapshot, index) => ({ ...snapshot, station: { ...snapshot.station, batch: `scene-${index}` } }));

/** The supervisor's screen of the slots, and the teaching in every stage. */
const SLOT_SCENES = [
  ...[3, 8, 16].map((count) => line(judgedSlots(count))),
  line(judgedSlots(3), { learning: learning(3, 0) }),
  line(judgedSlots(3), { learning: learning(3, 3) }),
  line(judgedSlots(8), { learning: learning(8, 3, { refused: PORT_TAKEN }) }),
  line(judgedSlots(16), { virtual: false, learning: learning(16, 12) }),
].map((snapshot, index) => ({ ...snapshot, station: { ...snapshot.station, batch: `slots-${index}` } }));

const scripted = createScriptedStation(answerFromRecords);

describe.each(LANGUAGES)('in %s', (language) => {
  let screen: OpenScreen;

  beforeAll(async () => {
    screen = await openScreen(scripted.station, { language });
  });

  afterAll(async () => {
    await screen.close();
  });

  test.each([
    ...SIZES.map((size) => ({ ...size, what: 'line', address: '#/', scenes: SCENES })),
    ...SIZES.map((size) => ({ ...size, what: 'slots', address: '#/slots', scenes: SLOT_SCENES })),
  ])('no text of the $what is cut at $width x $height', async ({ address, scenes, ...size }) => {
    await screen.page.setViewportSize(size);
    await screen.page.evaluate(`location.hash = '${address}'`);
    const cut: string[] = [];
    for (const snapshot of scenes) {
      scripted.show(snapshot);
      await screen.page.getByText(snapshot.station.batch, { exact: true }).waitFor();
      cut.push(...(await screen.page.evaluate<string[]>(CUT_TEXT)));
    }
    expect(cut).toEqual([]);
  });

  test.each(SIZES)(
    'no text of the records, the cloud panel and the dialogs is cut at $width x $height',
    async (size) => {
      const { page } = screen;
      const cut: string[] = [];
      const look = async (): Promise<void> => {
        cut.push(...(await page.evaluate<string[]>(CUT_TEXT)));
      };
      await page.setViewportSize(size);
      scripted.show(withCarton(line(mixedSlots(2), { cloud: backlog(HELD['no-right']) }), 'C-0017'));
      await page.evaluate(`location.hash = '#/runs'`);
      await page.locator('[data-cloud-state="rejected"]').waitFor();
      await look();
      await page.locator('[popovertarget="cloud-panel"]').click();
      await page.locator('#cloud-panel [data-cloud-count="built"]').waitFor();
      await look();
      await page.keyboard.press('Escape');
      await page.locator('search + div button').nth(3).click();
      await page.locator('dialog').waitFor();
      await look();
      await page.keyboard.press('Escape');
      for (const { begun, cloud } of RECORDS.filter((run) => run.cloud !== undefined)) {
        await page.evaluate(`location.hash = '#/runs/${begun.runId}'`);
        await page.locator('article').getByText(begun.runId).waitFor();
        await look();
        if (cloud?.last.state !== 'rejected') continue;
        await page.locator('section[aria-labelledby="run-cloud"] > button').click();
        await page.locator('dialog').waitFor();
        await look();
        await page.keyboard.press('Escape');
      }
      await page.evaluate(`location.hash = '#/codes'`);
      await page.locator('input').fill('2026-11-21/C-0017');
      await page.getByText('LW:CARTON:2026-11-21/C-0017').last().waitFor();
      await look();
      expect(cut).toEqual([]);
    },
  );
});

test('the letters of a verdict are at least 12 mm high on one slot and on four at 1920 x 1080', async () => {
  const screen = await openScreen(scripted.station, { width: 1920, height: 1080 });
  try {
    for (const snapshot of [
      line(mixedSlots(4)),
      line([ONE_SLOT.pass?.() ?? mixedSlots(1)[0]].filter((slot) => slot !== undefined)),
    ]) {
      scripted.show(snapshot);
      await screen.page.locator(`section:nth-child(${snapshot.slots.length})`).waitFor();
      const sizes = await screen.page.evaluate<number[]>(
        `[...document.querySelectorAll('section [data-outcome] > p:first-child')].map((word) => parseFloat(getComputedStyle(word).fontSize))`,
      );
      // A capital is 0.72 of the font size; 96 px are an inch of 25.4 mm.
      expect(Math.min(...sizes) * 0.72 * (25.4 / 96)).toBeGreaterThanOrEqual(12);
    }
  } finally {
    await screen.close();
  }
});
