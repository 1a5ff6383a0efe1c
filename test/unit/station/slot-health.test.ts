import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import { type RunTrace, traceOf } from '../../../src-main/station/run-trace.ts';
import { judgeSlots } from '../../../src-main/station/slot-health.ts';
import { SlotHealthBook } from '../../../src-main/station/slot-health-book.ts';

const GOOD: RunTrace = {
  platform: 'boron',
  flash: { bytes: 600_000, writeMs: 10_500, expectedMs: 10_000 },
  enterDfuMs: 2000,
  restartMs: 4000,
  stalls: 0,
  retries: 0,
  isSuspect: false,
};

/** Slot 1 with these runs, beside three slots of twenty good runs each. */
function judgedBeside(runs: readonly RunTrace[], others: RunTrace = GOOD) {
  const good = new Array<RunTrace>(20).fill(others);
  return judgeSlots(new Map([['1', runs], ...['2', '3', '4'].map((slot) => [slot, good] as const)])).get('1');
}

/** So many runs, of which the last ones are different. */
function runs(count: number, last: number, different: Partial<RunTrace>): readonly RunTrace[] {
  return Array.from({ length: count }, (_, index) => (index < count - last ? GOOD : { ...GOOD, ...different }));
}

const paced = (pace: number): Partial<RunTrace> => ({
  flash: { bytes: 600_000, writeMs: 10_500 * pace, expectedMs: 10_000 },
});

describe('the verdict on a slot', () => {
  test.each([
    ['good like the others', runs(20, 0, {}), 'good', []],
    ['a little slower', runs(20, 20, paced(1.25)), 'good', []],
    ['slower by a third', runs(20, 20, paced(1.4)), 'watch', [{ kind: 'slow', times: 1.4 }]],
    ['more than twice as slow', runs(20, 20, paced(2.2)), 'bad', [{ kind: 'slow', times: 2.2 }]],
    ['slow once only', runs(20, 1, paced(8)), 'good', []],
    ['late in update mode', runs(20, 20, { enterDfuMs: 3400 }), 'watch', [{ kind: 'slow-switch', times: 1.7 }]],
    ['late to restart', runs(20, 20, { restartMs: 14_000 }), 'bad', [{ kind: 'slow-switch', times: 3.5 }]],
    ['one stall', runs(20, 1, { stalls: 1 }), 'good', []],
    ['two stalls', runs(20, 2, { stalls: 1 }), 'watch', [{ kind: 'stalls', count: 2 }]],
    ['five stalls', runs(20, 1, { stalls: 5 }), 'bad', [{ kind: 'stalls', count: 5 }]],
    ['two lost connections', runs(20, 2, { isSuspect: true }), 'watch', [{ kind: 'failures', count: 2 }]],
    ['four lost connections', runs(20, 4, { isSuspect: true }), 'bad', [{ kind: 'failures', count: 4 }]],
  ])('%s', (_what, traces, verdict, reasons) => {
    expect(judgedBeside(traces)).toMatchObject({ verdict, reasons });
  });

  test('two reasons at once are bad, each of them only worth watching, and both are in the sentence', () => {
    const judged = judgedBeside(runs(20, 20, { ...paced(1.5), stalls: 0, enterDfuMs: 3200 }));
    expect(judged).toMatchObject({ verdict: 'bad', reasons: [{ kind: 'slow' }, { kind: 'slow-switch' }] });
    expect(judged?.why).toMatch(/flashing takes 1\.5 times .* changing the mode takes 1\.6 times/);
  });

  test('failures and stalls that every slot has are the units, not the slot', () => {
    const sick = { ...GOOD, stalls: 1, isSuspect: true };
    expect(judgedBeside(new Array<RunTrace>(20).fill(sick), sick)).toMatchObject({ verdict: 'good', stalls: 20 });
  });

  test('what was repaired twenty runs ago is forgotten, and no run older than fifty counts', () => {
    const repaired = [...runs(4, 4, { isSuspect: true, stalls: 3 }), ...runs(20, 0, {})];
    expect(judgedBeside(repaired)).toMatchObject({ verdict: 'good', suspectFailures: 4, stalls: 12, runs: 24 });
    expect(judgedBeside([...repaired, ...runs(40, 0, {})])).toMatchObject({ suspectFailures: 0, runs: 50 });
  });

  test('few runs say nothing, but for connections that are lost again and again', () => {
    expect(judgedBeside(runs(4, 4, paced(3)))).toMatchObject({ verdict: 'unknown', runs: 4 });
    expect(judgedBeside([])).toMatchObject({ verdict: 'unknown', runs: 0 });
    expect(judgedBeside(runs(4, 4, { isSuspect: true }))).toMatchObject({ verdict: 'bad' });
  });

  test('a slot alone is not called slow, for there is nothing to compare it with', () => {
    expect(judgeSlots(new Map([['1', runs(20, 20, paced(5))]])).get('1')).toMatchObject({
      verdict: 'good',
      pace: 5.25,
    });
  });

  test('a slot is not called slow by fewer flashes than say anything, however many of its runs wrote nothing', () => {
    const { flash: _none, enterDfuMs: _no, ...wroteNothing } = GOOD;
    const idle = new Array<RunTrace>(20).fill(wroteNothing);
    const slow: RunTrace = { ...GOOD, ...paced(8), enterDfuMs: 9000 };
    expect(judgedBeside([...idle, slow, slow])).toMatchObject({ verdict: 'good', reasons: [] });
    expect(judgedBeside([...idle, ...new Array<RunTrace>(5).fill(slow)])).toMatchObject({ verdict: 'bad' });
  });

  test('switch times are compared among slots of one platform only', () => {
    expect(judgedBeside(runs(20, 20, { platform: 'electron', enterDfuMs: 9000 }))).toMatchObject({ verdict: 'good' });
  });
});

const BEGUN: RunRecord['begun'] = {
  runId: 'r',
  at: '2026-11-21T08:00:00.000Z',
  station: 'line',
  virtual: false,
  slot: '1',
  batch: 'b',
  label: { kind: 'serial-number', value: 'P046AB1234567CD' },
  recipe: {
    name: 'x',
    sha256: 'a',
    productId: 1,
    productVersion: 1,
    platform: 'boron',
    deviceOs: '6.3.2',
    applicationSha256: 'b',
  },
  procedure: { id: 'build-unit', version: 2 },
  appVersion: '0',
};

const step = (name: string, attempt: number, figures?: object): RunRecord['steps'][number] => ({
  step: name,
  attempt,
  startedAt: BEGUN.at,
  durationMs: 1,
  verdict: 'PASS',
  ...(figures === undefined ? {} : { evidence: { figures: { ...figures } } }),
});

function run(steps: RunRecord['steps'], code?: FailureCode, begun: Partial<RunRecord['begun']> = {}): RunRecord {
  const failure = code === undefined ? {} : { failure: { code, detail: '' } };
  const ended = { runId: begun.runId ?? 'r', at: BEGUN.at, durationMs: 1, unit: {}, ...failure };
  return { begun: { ...BEGUN, ...begun }, steps, ended: { ...ended, outcome: code === undefined ? 'PASS' : 'FAIL' } };
}

describe('what a run shows of its slot', () => {
  test('is summed over the attempts and visits of its steps', () => {
    const visit = { bytesWritten: 1000, bytesRead: 0, writeMs: 200, readMs: 0, expectedMs: 100, stalls: 1, retries: 2 };
    expect(
      traceOf(
        run([
          step('enter-dfu', 1, { switchMs: 900, tries: 2 }),
          step('flash', 1, visit),
          step('flash', 2, visit),
          step('restart', 1, { switchMs: 4000, tries: 1 }),
          {
            ...step('complete-update', 1),
            evidence: { visit: { writes: [], figures: { ...visit, stalls: 0, retries: 0 } } },
          },
        ]),
      ),
    ).toEqual({
      platform: 'boron',
      flash: { bytes: 3000, writeMs: 600, expectedMs: 300 },
      enterDfuMs: 900,
      restartMs: 4000,
      stalls: 2,
      retries: 6,
      isSuspect: false,
    });
  });

  test('is nothing where the record has no figures, or such that make no sense', () => {
    const nothing = { platform: 'boron', stalls: 0, retries: 0, isSuspect: false };
    expect(traceOf(run([step('flash', 1)]))).toEqual(nothing);
    const senseless = { bytesWritten: '9', writeMs: -4, stalls: null, retries: Number.NaN };
    expect(traceOf(run([step('flash', 1, senseless)]))).toEqual(nothing);
  });

  test.each<[FailureCode, boolean]>([
    ['usb/transfer-failed', true],
    ['flash/unit-not-found', true],
    ['sim/none', false],
    ['cloud/timeout', false],
    ['flash/verify-mismatch', false],
  ])('a failure %s is held against the slot: %s', (code, isSuspect) => {
    expect(traceOf(run([], code)).isSuspect).toBe(isSuspect);
  });
});

test('the book of a station that starts again knows its slots from the record, each by its own runs, virtual ones apart', () => {
  const data = mkdtempSync(join(tmpdir(), 'linewright-health-'));
  const audit = openAuditLog(data);
  try {
    const put = (slot: string, index: number, code?: FailureCode, virtual = false): void => {
      const { begun, ended } = run([], code, { slot, runId: `${slot}-${index}-${virtual}`, virtual });
      audit.beginRun(begun);
      if (ended !== undefined) audit.endRun(ended);
    };
    for (let index = 0; index < 4; index += 1) {
      put('1', index, 'usb/transfer-failed');
      put('2', index);
      put('2', index, 'usb/transfer-failed', true);
    }
    audit.beginRun({ ...BEGUN, runId: 'open' });
    const idsOf = (isVirtual: boolean) => audit.recentRuns('2', 2, isVirtual).map(({ begun }) => begun.runId);
    expect([idsOf(false), idsOf(true)]).toEqual([
      ['2-3-false', '2-2-false'],
      ['2-3-true', '2-2-true'],
    ]);
    for (let index = 0; index < 60; index += 1) put('1', index, undefined, true);
    const book = new SlotHealthBook(['1', '2', '3'], audit, false);
    expect(book.of('1')).toMatchObject({ runs: 4, suspectFailures: 4, verdict: 'bad' });
    expect(book.of('2')).toMatchObject({ runs: 4, suspectFailures: 0, verdict: 'unknown' });
    expect(book.of('3')).toMatchObject({ runs: 0, verdict: 'unknown' });
    book.add(run([], undefined, { slot: '3' }));
    expect(book.of('3')).toMatchObject({ runs: 1 });
  } finally {
    audit.close();
    rmSync(data, { recursive: true });
  }
});
