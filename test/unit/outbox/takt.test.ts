import { expect, test } from 'vitest';
import { Takt } from '../../../src-main/outbox/takt.ts';
import { openOutboxBench } from './outbox-bench.ts';

const PACE = { proveWithinMs: 60_000, proveAtMostMs: 300_000 };

/** What is waited after requests at these times, in seconds. */
function waitAfter(...seconds: readonly number[]): number {
  const takt = new Takt();
  for (const second of seconds) takt.asked(second * 1000);
  return takt.proveWithinMs(PACE) / 1000;
}

test.each([
  ['a first unit waits a minute for company', [0], 60],
  ['a fast line waits no longer', [0, 10, 20, 30], 60],
  ['a line that builds a unit in two minutes waits for the next one', [0, 120, 240], 180],
  ['one quick unit among slow ones changes nothing', [0, 120, 121], 180],
  ['a long pause is no takt: nobody waits longer than five minutes', [0, 1800], 300],
  ['a line that became fast again forgets the pause', [0, 1800, 1810, 1820, 1830, 1840], 60],
])('%s', (_, times, seconds) => {
  expect(waitAfter(...times)).toBe(seconds);
});

test('on a slow line, too, a unit is proven by the request for the next one and not read by itself', async () => {
  await using bench = await openOutboxBench(3, {
    faults: [{ name: 'latency', endpoint: 'import-devices', value: 2_000, count: 1 }],
  });
  await bench.open({ pace: { gatherMs: 200, proveWithinMs: 1, proveAtMostMs: 60_000 } });
  bench.pass(0);
  await bench.idle();
  expect(bench.requests('get-device')).toBe(1);
  const second = bench.pass(1);
  await bench.virtual.requests.next('import-devices');
  bench.pass(2);
  await bench.until(() => bench.standing(second.runId).last.state !== 'built');
  expect(bench.requests('get-device')).toBe(1);
});
