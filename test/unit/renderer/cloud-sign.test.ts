import { expect, test } from 'vitest';
import { ageOf, ageText } from '../../../src-renderer/cloud/age.ts';
import { cloudSign, passesByItself } from '../../../src-renderer/cloud/cloud-sign.ts';
import { backlog, HELD, NO_BACKLOG } from '../../e2e/scenes.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');

test.each([
  ['2026-11-21T11:59:01.000Z', 0, 'minute'],
  ['2026-11-21T11:00:01.000Z', 59, 'minute'],
  ['2026-11-21T11:00:00.000Z', 1, 'hour'],
  ['2026-11-19T12:00:01.000Z', 47, 'hour'],
  ['2026-11-19T12:00:00.000Z', 2, 'day'],
  ['2026-11-11T13:00:00.000Z', 9, 'day'],
])('a unit that passed at %s is %i %s old at noon of the 21st', (since, value, unit) => {
  expect(ageOf(since, NOW)).toEqual({ value, unit });
});

test('a unit from before the clock was set back is as old as nothing, never younger', () => {
  expect(ageOf('2026-11-21T13:00:00.000Z', NOW)).toEqual({ value: 0, unit: 'minute' });
});

test('the age is said in the language of the screen', () => {
  const said = ['en-GB', 'es', 'vi', 'zh-CN'].map((locale) => ageText('2026-11-19T12:00:00.000Z', NOW, locale));
  expect(said).toEqual(['2 days', '2 d', '2 ngày', '2天']);
  expect(ageText('2026-11-21T11:59:59.000Z', NOW, 'en-GB')).toBe('< 1 min');
});

test('what keeps the cloud work from going on is said before how much there is, and that before what was rejected', () => {
  const rejected = { ...NO_BACKLOG, batch: { ...NO_BACKLOG.batch, rejected: 2 } };
  expect([backlog(HELD.offline), backlog(), rejected, NO_BACKLOG].map(cloudSign)).toEqual([
    { kind: 'held', units: 128 },
    { kind: 'open', units: 128 },
    { kind: 'rejected', units: 2 },
    { kind: 'up-to-date', units: 0 },
  ]);
});

test('a network that is away asks nothing of anybody, a missing right does', () => {
  expect(passesByItself('cloud/unreachable')).toBe(true);
  expect(passesByItself('cloud/permission')).toBe(false);
});
