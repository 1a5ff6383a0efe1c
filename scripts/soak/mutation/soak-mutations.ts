import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMutations } from './run-mutations.ts';

/** Sizes of the generated modules: the smallest, small ones, and real ones. */
const SCALES = [0, 0.02, 1];

/** A store writes durably, which takes its time: so manieth mutant only. */
const STORE_EVERY = 20;

const DEFAULT_COUNT = 100_000;

/** Where mutants that show a defect are put, for a closer look. */
const FOUND = join(import.meta.dirname, '../../../.cache/soak');

/** Runs the mutations and prints what came of them; true when no defect was found. */
export async function soakMutations(options: {
  readonly seed: number;
  readonly count: number | undefined;
  readonly only: number | undefined;
}): Promise<boolean> {
  const count = options.count ?? DEFAULT_COUNT;
  const report = await runMutations({
    seed: options.seed,
    count,
    scales: SCALES,
    storeEvery: STORE_EVERY,
    ...(options.only === undefined ? {} : { only: options.only }),
    onProgress: (done) => {
      if (done % 10_000 === 0) console.log(`  ${done} of ${count}`);
    },
  });
  console.log(
    `${report.specimens} specimens, ${report.realImages} of them real applications; ${report.count} mutants in ${report.seconds.toFixed(0)} s`,
  );
  console.log(`  accepted, and the unit's own rules accept them too: ${report.accepted}`);
  for (const [gate, times] of report.refused) console.log(`  refused by ${gate}: ${times}`);
  console.log(
    `  offered to a firmware store, all ${report.specimens} specimens among them but assets: ${report.store?.offered}, taken: ${report.store?.taken}`,
  );
  console.log(`  the slowest took ${report.slowestMs.toFixed(0)} ms`);
  console.log(`  defects: ${report.defects.length}`);
  for (const { turn, story, defect, bytes } of report.defects.slice(0, 50)) {
    mkdirSync(FOUND, { recursive: true });
    const file = join(FOUND, `mutant-${report.seed}-${turn}.bin`);
    writeFileSync(file, bytes);
    console.log(
      `  ${turn}: ${defect}\n    ${story}\n    ${file}; again: npm run soak -- mutations --seed ${report.seed} --only ${turn}`,
    );
  }
  return report.defects.length === 0;
}
