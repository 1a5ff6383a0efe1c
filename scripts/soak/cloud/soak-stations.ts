import { runStations } from './run-stations.ts';

/** `npm run soak -- stations`: prints what came of it; resolves with whether nothing was wrong. */
export async function soakStations({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number | undefined;
}): Promise<boolean> {
  const units = count ?? 1_000;
  const started = performance.now();
  const kills = Math.max(4, Math.round(units / 25));
  const report = await runStations({ seed, units, stations: 4, faults: 0.2, kills, say: console.log });
  const { passed, green, refused, otherwise, requests, faultsMet, defects } = report;
  console.log(
    `${report.units} units on 4 stations, ${report.kills} kills, ${requests} requests, ${faultsMet} of them with a fault ` +
      `(${((100 * faultsMet) / requests).toFixed(1)} %), ${((performance.now() - started) / 60_000).toFixed(1)} min`,
  );
  console.log(
    `passed at the slot ${passed}, green in the end ${green}; of another's product ${refused}; last word of units that did not pass: ${JSON.stringify(otherwise)}`,
  );
  for (const { deviceId, what } of defects) console.log(`WRONG ${deviceId}: ${what}`);
  const isWhole = green + refused === report.units && defects.length === 0;
  console.log(isWhole ? 'cloud and all records agree on every unit' : 'NOT PROVEN');
  return isWhole;
}
