import { expect, test, vi } from 'vitest';
import { runStations } from '../../../scripts/soak/cloud/run-stations.ts';

vi.setConfig({ testTimeout: 240_000 });

/** `npm run soak -- stations` builds 1000; docs/proof.md has the figures. */
test('stations that are killed at random on a cloud that fails at random agree with it about every unit in the end', async () => {
  const report = await runStations({ seed: 20_261_128, units: 32, stations: 4, faults: 0.2, kills: 4 });
  expect(report.defects).toEqual([]);
  expect(report.kills).toBe(4);
  expect(report.faultsMet).toBeGreaterThan(0);
  expect(report.green + report.refused).toBe(report.units);
});
