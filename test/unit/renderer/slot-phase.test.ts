import { expect, test } from 'vitest';
import { slotGrid, slotPhase, stepCount } from '../../../src-renderer/operator/slot-phase.ts';
import { ended, flashing, JUDGED, running, slot, UNIT } from '../../e2e/scenes.ts';

test('a slot without a run asks for a label, and says whether a unit is in', () => {
  expect(slotPhase(slot('1'))).toEqual({ kind: 'idle', unitIn: false });
  expect(slotPhase(slot('1', { unit: UNIT }))).toEqual({ kind: 'idle', unitIn: true });
});

test('a run that waits for its unit asks for it; once the unit is in it is working', () => {
  const run = running('wait-for-unit');
  expect(slotPhase(slot('1', { run })).kind).toBe('awaiting-unit');
  expect(slotPhase(slot('1', { run, unit: UNIT })).kind).toBe('working');
});

test('a unit that is away in the middle of a run (it restarts) does not change the screen', () => {
  expect(slotPhase(slot('1', { run: flashing() })).kind).toBe('working');
});

test('a verdict stays after its unit has left, and steps back as soon as a unit is in that it is not about', () => {
  const run = ended('PASS');
  expect(slotPhase(slot('1', { run, unit: JUDGED }))).toMatchObject({
    kind: 'verdict',
    unitIn: true,
    nextUnitIn: false,
  });
  expect(slotPhase(slot('1', { run }))).toMatchObject({ kind: 'verdict', unitIn: false, nextUnitIn: false });
  expect(slotPhase(slot('1', { run, unit: UNIT }))).toMatchObject({ kind: 'verdict', unitIn: false, nextUnitIn: true });
});

test('steps are counted once each, however often one was tried', () => {
  const run = flashing();
  const [first, ...rest] = run.steps;
  if (first === undefined) throw new Error('The scene has no steps.');
  expect(stepCount({ ...run, steps: [first, { ...first, attempt: 2 }, ...rest] })).toEqual({ step: 8, steps: 14 });
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
