import { runOutage } from './run-outage.ts';

/** `npm run soak -- outage`: prints what came of it; resolves with whether all drained in about the fewest requests. */
export async function soakOutage({ count }: { readonly count: number | undefined }): Promise<boolean> {
  const units = count ?? 10_000;
  const report = await runOutage({ units, hours: 24, speed: 720 });
  const { requests, fewest, byEndpoint, slowDowns, drainMs, states, triesDuringOutage } = report;
  console.log(`${units} units built in 24 simulated hours without a cloud; ${triesDuringOutage} tries meanwhile`);
  console.log(
    `drained in ${requests} requests, the fewest the limits allow are ${fewest}: ratio ${(requests / fewest).toFixed(3)}; ` +
      `${(drainMs / 1000).toFixed(1)} s; answers that said to slow down: ${slowDowns}`,
  );
  console.log(`by endpoint ${JSON.stringify(byEndpoint)}; states ${JSON.stringify(states)}`);
  return states['sim-active'] === units && slowDowns === 0 && requests / fewest <= 1.1;
}
