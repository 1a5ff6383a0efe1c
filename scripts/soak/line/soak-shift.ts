import { runShift } from './run-shift.ts';
import { platformsOf } from './soak-interruptions.ts';

const SLOTS = 16;
const DEFAULT_MINUTES = 10;

/** A line of 16 slots behind four hubs at which everything that can be done to it is done at once; prints what came of it. */
export async function soakShift(options: {
  readonly seed: number;
  readonly minutes: number | undefined;
  readonly platform: string | undefined;
}): Promise<boolean> {
  const minutes = options.minutes ?? DEFAULT_MINUTES;
  const names = platformsOf(options.platform);
  const platforms = Array.from({ length: SLOTS }, (_, place) => names[place % names.length] ?? 'boron');
  const { runs, outcomes, defects, auditEntries } = await runShift({
    seed: options.seed,
    platforms,
    milliseconds: minutes * 60_000,
    speed: 20,
    scale: 0.05,
    patience: 0.3,
    onDefect: (text) => console.log(`  DEFECT ${text}`),
  });
  console.log(
    `${runs} runs in ${SLOTS} slots at once, in ${minutes} min; ${auditEntries} entries on record, chain intact`,
  );
  for (const [outcome, times] of Object.entries(outcomes)) console.log(`  ${outcome}: ${times}`);
  console.log(
    `  false PASS, hangs, lost records, or good units that nobody touched and that did not pass: ${defects.length}`,
  );
  return defects.length === 0;
}
