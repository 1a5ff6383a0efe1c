/**
 * `npm run soak -- WHAT`: the proofs that take longer than a test may, with the seed of their randomness printed first. docs/proof.md
 * says what was run and what came of it.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { soakOutage } from './soak/cloud/soak-outage.ts';
import { soakStations } from './soak/cloud/soak-stations.ts';
import { soakInterruptions } from './soak/line/soak-interruptions.ts';
import { soakShift } from './soak/line/soak-shift.ts';
import { soakTable } from './soak/line/soak-table.ts';
import { soakMutations } from './soak/mutation/soak-mutations.ts';

const USAGE = `Usage: npm run soak -- WHAT [OPTIONS]
  mutations          mutated module files, each accepted one held against the rules of the unit's own firmware
    --count N        how many (default 100000)
    --only N         that one mutant of the seed alone
  interruptions      units cut off at random places while their firmware is changed, then plugged in again
    --count N        how many, over all platforms and kinds (default 520)
    --platform NAME  these alone, with commas
    --kind NAME      plain or whole recipes alone
    --scale PERCENT  module sizes in percent of real ones (default 10)
  line               16 slots at once with random units, faults, hands and hubs
    --minutes N      how long (default 10)
    --platform NAME  these alone
  stations           four stations, each a process with a record of its own, on one cloud that fails in a fifth of all requests; killed at
                     random; in the end cloud and records must agree on every unit
    --count N        how many units (default 1000)
  outage             a day without a cloud: what queued up must drain in the fewest requests
    --count N        how many units (default 10000)
  table              every condition a unit may come in, on every platform
    --platform NAME, --scale PERCENT (default 100)
  --seed N           where the randomness begins (default: from the clock)`;

type Options = {
  readonly seed: number;
  readonly count: number | undefined;
  readonly only: number | undefined;
  readonly platform: string | undefined;
  readonly kind: string | undefined;
  readonly scale: number | undefined;
  readonly minutes: number | undefined;
};

const WHAT: Readonly<Record<string, (options: Options) => Promise<boolean>>> = {
  mutations: soakMutations,
  interruptions: soakInterruptions,
  line: soakShift,
  stations: soakStations,
  outage: soakOutage,
  table: soakTable,
};

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(options);
  process.exitCode = 2;
} else {
  const { what, ...rest } = options;
  console.log(`${what}, seed ${rest.seed}`);
  const isProven = await WHAT[what]?.(rest);
  process.exitCode = isProven === true ? 0 : 1;
}

function readOptions(argv: readonly string[]): (Options & { readonly what: string }) | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        count: { type: 'string' },
        only: { type: 'string' },
        platform: { type: 'string' },
        kind: { type: 'string' },
        scale: { type: 'string' },
        minutes: { type: 'string' },
      },
    });
    const [what = '', ...more] = positionals;
    if (!Object.hasOwn(WHAT, what) || more.length > 0) return USAGE;
    const percent = wholeNumber(values.scale);
    return {
      what,
      seed: wholeNumber(values.seed) ?? Date.now() % 0x1_0000_0000,
      count: wholeNumber(values.count),
      only: wholeNumber(values.only),
      platform: values.platform,
      kind: values.kind,
      minutes: wholeNumber(values.minutes),
      scale: percent === undefined ? undefined : percent / 100,
    };
  } catch (thrown) {
    return `${thrown instanceof Error ? thrown.message : thrown}\n${USAGE}`;
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new RangeError(`${text} is not a whole number.`);
}
