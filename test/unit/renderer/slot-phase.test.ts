import { expect, test } from 'vitest';
import { nextTakenOut } from '../../../src-renderer/connect/station-store.ts';
import { slotGrid, slotPhase, stepCount } from '../../../src-renderer/operator/slot-phase.ts';
import { ended, flashing, line, running, slot, UNIT } from '../../e2e/scenes.ts';

const NONE: ReadonlySet<string> = new Set();

test('a slot without a run asks for a label, and says whether a unit is in', () => {
  expect(slotPhase(slot('1'), NONE)).toEqual({ kind: 'idle', unitIn: false });
  expect(slotPhase(slot('1', { unit: UNIT }), NONE)).toEqual({ kind: 'idle', unitIn: true });
});

test('a run that waits for its unit asks for it; once the unit is in it is working', () => {
  const run = running('wait-for-unit');
  expect(slotPhase(slot('1', { run }), NONE).kind).toBe('awaiting-unit');
  expect(slotPhase(slot('1', { run, unit: UNIT }), NONE).kind).toBe('working');
});

test('a unit that is away in the middle of a run (it restarts) does not change the screen', () => {
  expect(slotPhase(slot('1', { run: flashing() }), NONE).kind).toBe('working');
});

test('a verdict stays after its unit has left, and steps back only when the next unit is in', () => {
  const run = ended('PASS');
  const verdict = (unitIn: boolean, takenOut: ReadonlySet<string>) =>
    slotPhase(slot('1', { run, ...(unitIn ? { unit: UNIT } : {}) }), takenOut);
  expect(verdict(true, NONE)).toMatchObject({ kind: 'verdict', unitIn: true, nextUnitIn: false });
  expect(verdict(false, new Set([run.runId]))).toMatchObject({ kind: 'verdict', unitIn: false, nextUnitIn: false });
  expect(verdict(true, new Set([run.runId]))).toMatchObject({ kind: 'verdict', unitIn: false, nextUnitIn: true });
});

test('a unit counts as taken out from the moment its slot was empty after the verdict, until the next run', () => {
  const run = ended('FAIL', 'sim/none');
  const still = nextTakenOut(NONE, line([slot('1', { run, unit: UNIT })]));
  const away = nextTakenOut(still, line([slot('1', { run })]));
  const another = nextTakenOut(away, line([slot('1', { run, unit: UNIT })]));
  const next = nextTakenOut(another, line([slot('1', { run: { ...flashing(), runId: 'next' }, unit: UNIT })]));
  expect([still, away, another, next].map((set) => [...set])).toEqual([[], [run.runId], [run.runId], []]);
});

test('steps are counted once each, however often one was tried', () => {
  const run = flashing();
  const [first, ...rest] = run.steps;
  if (first === undefined) throw new Error('The scene has no steps.');
  expect(stepCount({ ...run, steps: [first, { ...first, attempt: 2 }, ...rest] })).toEqual({ step: 7, steps: 12 });
});

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [3, 3, 1],
  [4, 2, 2],
  [8, 4, 2],
])('%i slots stand in %i columns and %i rows', (slots, columns, rows) => {
  expect(slotGrid(slots)).toEqual({ columns, rows });
});
