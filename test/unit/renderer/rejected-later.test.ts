import { expect, test } from 'vitest';
import { standingVerdict } from '../../../src-main/domain/standing-verdict.ts';
import { unitsToPull } from '../../../src-renderer/frame/units-to-pull.ts';
import { DICTIONARIES } from '../../../src-renderer/i18n/dictionaries.ts';
import { verdictNow } from '../../../src-renderer/operator/verdict-now.ts';
import { cloudFacts } from '../../../src-renderer/runs/cloud-facts.ts';
import { whyNotGood } from '../../../src-renderer/runs/why-not-good.ts';
import { RECORDS } from '../../e2e/records.ts';
import { ended, intoCarton, rejectedLater } from '../../e2e/scenes.ts';

const { words } = DICTIONARIES.en;

function recordIn(state: string) {
  const run = RECORDS.find(({ cloud }) => cloud?.last.state === state);
  if (run?.cloud === undefined) throw new Error(`No record is ${state}.`);
  return { ...run, cloud: run.cloud };
}

test('a verdict in a slot turns into a reject when the cloud rejects that very run, and no other', () => {
  const run = intoCarton(ended('PASS'), 'C-17');
  const about = rejectedLater(run.runId, 'P046AB1234567CD', 'C-17');
  expect(verdictNow(run, [])?.outcome).toBe('PASS');
  expect(verdictNow(run, [rejectedLater('another', 'P1', 'C-17')])?.outcome).toBe('PASS');
  expect(verdictNow(run, [about])).toMatchObject({
    outcome: 'FAIL',
    carton: 'C-17',
    failure: { code: 'cloud/rejected-later' },
  });
});

test('a verdict that was no pass stays what it was', () => {
  const run = ended('ABORTED', 'run/aborted', 'flash');
  expect(verdictNow(run, [rejectedLater(run.runId, 'P1')])?.outcome).toBe('ABORTED');
});

test('the units to pull are read from the evidence of a trouble, also where several lie in one carton', () => {
  expect(unitsToPull(rejectedLater('r1', 'P1', 'C-17'))).toEqual({
    runIds: ['r1'],
    unit: 'P1',
    batch: '2026-11-21/A',
    carton: 'C-17',
  });
  const late = {
    code: 'online/late',
    detail: 'Two units.',
    evidence: { runIds: ['a', 'b'], batch: 'B', carton: null },
  } as const;
  expect(unitsToPull(late)).toEqual({ runIds: ['a', 'b'], batch: 'B' });
  expect(unitsToPull({ code: 'usb/no-permission', detail: 'No rights.' })).toBeUndefined();
});

test('a record of a unit rejected later is a reject with the reason; one whose SIM is overdue is still a pass', () => {
  expect(standingVerdict(recordIn('rejected'))).toMatchObject({ outcome: 'FAIL' });
  expect(whyNotGood(recordIn('rejected'))).toEqual(['cloud/rejected-later', 'cloud/device-rejected']);
  expect(standingVerdict(recordIn('sim-pending'))).toEqual({ outcome: 'PASS' });
  expect(whyNotGood(recordIn('sim-pending'))).toEqual(['sim/overdue']);
  expect(whyNotGood(recordIn('sim-active'))).toEqual(['online/wrong-version']);
});

test('the first time online is told with its version and the one that was wanted, and that it is awaited before that', () => {
  const told = (state: string) =>
    new Map(cloudFacts(recordIn(state).cloud, words, (iso) => iso)).get(words.firstOnline);
  expect(told('sim-active')).toBe('2026-11-22T06:15:00.000Z · v6 · wanted: v7 · With another firmware');
  expect(told('built')).toBe('Not yet. Expected within 24 hours.');
});

test('where nobody asked for it, nothing is said of the first time online', () => {
  const { online: _none, ...work } = recordIn('built').cloud.work;
  const facts = new Map(cloudFacts({ ...recordIn('built').cloud, work }, words, (iso) => iso));
  expect(facts.get(words.firstOnline)).toBeUndefined();
  expect(facts.get(words.carton)).toBe('C-0017');
});
