import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src-renderer/i18n/language.ts';
import { createScriptedStation } from '../unit/server/scripted-station.ts';
import { CUT_TEXT } from './cut-text.ts';
import { type OpenScreen, openScreen } from './open-screen.ts';
import { answerFromRecords } from './records.ts';
import { judgedSlots, learning, line, mixedSlots, ONE_SLOT, PORT_TAKEN } from './scenes.ts';

const SIZES = [
  { width: 800, height: 480 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

const refused = { at: '2026-11-21T08:00:00Z', failure: { code: 'label/unreadable', detail: 'No label.' } } as const;

/** Every state of the line, each shown by the number of its batch so that the page can be seen to show it. */
const SCENES = [
  ...Object.values(ONE_SLOT).map((make) => line([make()])),
  ...[2, 3, 4, 8].map((count) => line(mixedSlots(count))),
  ...[2, 3, 4, 8].map((count) => line(mixedSlots(count), { virtual: false })),
  line(judgedSlots(8), { virtual: false }),
  line(mixedSlots(3), { learning: learning(3, 1) }),
  line(mixedSlots(2), { lastScan: refused }),
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
