import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import {
  createRequestBudget,
  type Priority,
  type RequestBudget,
} from '../../../src-main/adapters/cloud/request-budget.ts';
import { createFakeSteadyClock, type FakeSteadyClock } from './fake-steady-clock.ts';

const WINDOW = 5 * 60_000;
const never = new AbortController().signal;

/** When each of so many requests was granted. */
function grants(
  budget: RequestBudget,
  clock: FakeSteadyClock,
  count: number,
  priority: Priority = 'line',
  endpoint = 'other',
): number[] {
  const at: number[] = [];
  for (let number = 0; number < count; number += 1) {
    void budget.take(endpoint, priority, new AbortController().signal).then(() => at.push(clock.now()));
  }
  return at;
}

describe('the budget', () => {
  test('never gives more than its limit in any five minutes, whenever requests are wanted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 400 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 1, max: 300 })), { maxLength: 8 }),
        async (limit, wants) => {
          const clock = createFakeSteadyClock();
          const budget = createRequestBudget(limit, clock);
          const at: number[][] = [];
          for (const [index, [pauseMs, count]] of wants.entries()) {
            at.push(grants(budget, clock, count, index % 2 === 0 ? 'line' : 'background'));
            await clock.pass(pauseMs);
          }
          const all = at.flat().toSorted((one, other) => one - other);
          for (const [index, begin] of all.entries()) {
            const inWindow = all.slice(index).filter((time) => time < begin + WINDOW).length;
            if (inWindow > limit) throw new Error(`${inWindow} of ${limit} in five minutes`);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('gives nine tenths of its limit in five minutes of steady need', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(1_000, clock);
    const at = grants(budget, clock, 5_000);
    await clock.pass(WINDOW);
    const before = at.length;
    await clock.pass(WINDOW);
    expect(at.length - before).toBeGreaterThanOrEqual(899);
  });

  test('is first come, first served', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(10, clock);
    const order: number[] = [];
    for (let number = 0; number < 5; number += 1) {
      void budget.take('other', 'line', never).then(() => order.push(number));
    }
    await clock.pass(WINDOW);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test('keeps half of its burst for the line, and serves the line before what nobody waits for', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(1_000, clock);
    const background = grants(budget, clock, 500, 'background');
    await clock.pass(0);
    expect(background).toHaveLength(50);
    const line = grants(budget, clock, 60);
    await clock.pass(0);
    expect(line).toHaveLength(50);
    await clock.pass(10_000); // 30 flow in
    expect([background.length, line.length]).toEqual([50, 60]);
  });

  test('a wait ends with the signal, with its reason, and takes nothing', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(10, clock);
    await budget.take('other', 'line', never);
    const stop = new AbortController();
    const waiting = budget.take('other', 'line', stop.signal);
    const next = grants(budget, clock, 1);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await clock.pass(34_000); // one flows in every 33.3 s
    expect(next).toHaveLength(1);
    expect(budget.figures()).toMatchObject({ sent: 2, waiting: 0 });
  });

  test('what is aborted before it is asked for is never given', async () => {
    await expect(createRequestBudget(10).take('other', 'line', AbortSignal.abort('no'))).rejects.toBe('no');
  });

  test('says how long a request would have to wait, with those before it', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(1_000, clock);
    expect(budget.leastWaitMs('other', 'line')).toBe(0);
    grants(budget, clock, 100);
    expect(budget.leastWaitMs('other', 'line')).toBeCloseTo(WINDOW / 900);
    grants(budget, clock, 9);
    expect(budget.leastWaitMs('other', 'line')).toBeCloseTo((10 * WINDOW) / 900);
    expect(budget.leastWaitMs('other', 'background')).toBeGreaterThan(budget.leastWaitMs('other', 'line'));
  });
});

describe('a pause', () => {
  test('silences everything until it is over, and then lets it come slowly', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(1_000, clock);
    budget.pause('import-devices', 60_000);
    const at = grants(budget, clock, 200);
    await clock.pass(59_999);
    expect(at).toEqual([]);
    expect(budget.figures()).toMatchObject({ rateLimited: 1, pausedMs: 1, waiting: 200 });
    await clock.pass(1_010);
    expect(at).toHaveLength(3);
  });

  test('of serial look-ups silences nothing else', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(1_000, clock);
    budget.pause('serial-look-up', 3_600_000);
    const lookUps = grants(budget, clock, 2, 'line', 'serial-look-up');
    const imports = grants(budget, clock, 20, 'line', 'import-devices');
    await clock.pass(3_599_999);
    expect([lookUps.length, imports.length]).toEqual([0, 20]);
    await clock.pass(2);
    expect(lookUps).toHaveLength(2);
  });

  test('is never longer than an hour, and a shorter one does not end it', async () => {
    const clock = createFakeSteadyClock();
    const budget = createRequestBudget(1_000, clock);
    budget.pause('other', 1e12);
    budget.pause('other', 1_000);
    const at = grants(budget, clock, 1);
    await clock.pass(3_599_999);
    expect(at).toEqual([]);
    await clock.pass(1_000);
    expect(at).toHaveLength(1);
  });
});

describe("the cloud's time", () => {
  const START = Date.UTC(2026, 10, 28, 12);

  test('is unknown before the first answer', () => {
    const contact = createCloudContact();
    expect([contact.cloudTime(), contact.clockOffsetMs()]).toEqual([undefined, undefined]);
  });

  test('goes on by itself when the clock of the computer is set', async () => {
    const clock = createFakeSteadyClock();
    let wall = START;
    const contact = createCloudContact({ clock, wallClock: () => wall });
    contact.noteDate('Sat, 28 Nov 2026 12:00:00 GMT');
    await clock.pass(60_000);
    wall = START + 3_600_000;
    expect(contact.cloudTime()?.getTime()).toBe(START + 60_500);
    expect(contact.clockOffsetMs()).toBe(3_600_000 - 60_500);
  });

  test.each([null, '', 'yesterday', '2026-11-28T12:00:00Z', 'Sat, 28 Nov 1926 12:00:00 GMT', 'Xxx, 99 Foo 2026'])(
    'is not taken from %j',
    (date) => {
      const contact = createCloudContact();
      contact.noteDate(date);
      expect(contact.cloudTime()).toBeUndefined();
    },
  );
});
