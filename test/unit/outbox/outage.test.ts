import { expect, test } from 'vitest';
import { runOutage } from '../../../scripts/soak/cloud/run-outage.ts';

/** `npm run soak -- outage` queues 10,000; docs/proof.md has the figures. */
test('a day without a cloud drains in the fewest requests that the limits allow, over a restart of the station', async () => {
  const report = await runOutage({ units: 300, hours: 24, speed: 20_000 });
  expect(report.states).toEqual({ 'sim-active': 300 });
  expect(report.triesDuringOutage).toBeGreaterThan(0);
  expect(report.slowDowns).toBe(0);
  expect(report.requests).toBeLessThanOrEqual(report.fewest + 2);
});
