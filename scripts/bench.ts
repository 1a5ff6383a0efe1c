/**
 * `npm run bench`: builds virtual units at the speed of real chips and prints how long a unit waits for its station.
 * docs/performance.md says what the figures mean.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { PlatformName } from '../src-main/domain/platform.ts';
import { UNIT_PLATFORMS } from '../src-main/virtual/unit/unit-platforms.ts';
import { flashBench } from './bench/flash/flash-bench.ts';
import { FLASH_USAGE, readFlashOptions } from './bench/flash/flash-options.ts';
import { flashReportText } from './bench/flash/flash-report.ts';
import { measureInVm } from './bench/in-vm.ts';
import { watchMachine } from './bench/machine.ts';
import { programStart } from './bench/plain-program.ts';
import { type BenchReport, reportText } from './bench/report.ts';
import type { StationRun } from './bench/station-run.ts';
import { plainRunOnVirtualLine, stationRounds } from './bench/virtual-line.ts';

const USAGE = `Usage: npm run bench -- flash [OPTIONS]     what flashing costs at the unit, and against whom (--help says more)
       npm run bench -- [OPTIONS]           the whole run of a unit, step by step
  --platform NAME   boron (default), electron, b5som, ...; several with commas
  --runs N          units built one after the other (default 3)
  --slots N         units built at once, each in a slot of its own (default 1)
  --vm              also with the real dfu-util in the virtual machine of npm run vm (Linux with QEMU)
  --json            one JSON line per platform`;

type Options = {
  readonly platforms: readonly PlatformName[];
  readonly runs: number;
  readonly slots: number;
  readonly vm: boolean;
  readonly json: boolean;
};

const [first, ...rest] = process.argv.slice(2);
const options = first === 'flash' ? 'flash' : readOptions(process.argv.slice(2));
if (options === 'flash') {
  await flash(rest);
} else if (options === 'help') {
  console.log(USAGE);
} else if (typeof options === 'string') {
  console.error(`${options}\n${USAGE}`);
  process.exitCode = 2;
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  try {
    for (const platform of options.platforms) {
      const report = await bench(platform, options);
      console.log(options.json ? JSON.stringify(report) : `${reportText(report)}\n`);
    }
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}

async function flash(args: readonly string[]): Promise<void> {
  const options = readFlashOptions(args);
  if (typeof options === 'string') {
    if (options === 'help') console.log(FLASH_USAGE);
    else console.error(`${options}\n${FLASH_USAGE}`);
    process.exitCode = options === 'help' ? 0 : 2;
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const report = await flashBench(options, (line) => console.error(line), stop.signal);
    console.log(options.json ? JSON.stringify(report) : flashReportText(report));
    if (stop.signal.aborted) process.exit(1); // the virtual machines end with the streams to them
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}

async function bench(platform: PlatformName, { runs, slots, vm, json }: Options): Promise<BenchReport> {
  const say = (text: string): void => {
    if (!json) console.error(text);
  };
  const data = mkdtempSync(path.join(tmpdir(), 'linewright-bench-'));
  const tidyUp = (): void => rmSync(data, { recursive: true, force: true });
  process.once('exit', tidyUp);
  try {
    const watched = watchMachine();
    say(`Building ${runs * slots} x ${platform} on the virtual line at the speed of real chips ...`);
    const station: StationRun[] = [];
    const plain: BenchReport['plain'][number][] = [];
    for await (const round of stationRounds({ platform, rounds: runs, slots, data })) {
      station.push(...round);
      for (const { slot, wholeMs, visit } of round) {
        say(`  slot ${slot}: ${(wholeMs / 1000).toFixed(1)} s, wall/busy ${visit.ratio.toFixed(3)}`);
      }
      // Turn by turn with the station, so that a noisy computer disturbs both alike.
      const alone = await plainRunOnVirtualLine(platform, data);
      say(`  the flash program alone: wall/busy ${alone.visit.ratio.toFixed(3)}`);
      plain.push(alone);
    }
    const machine = watched();
    const dfuUtilStartMs = await programStart({ command: 'dfu-util' }).catch(() => undefined);
    return {
      ...{ platform, machine, slots, station, plain },
      deviceOs: station[0]?.deviceOs ?? '',
      bytes: plain[0]?.bytes ?? 0,
      writes: plain[0]?.writes ?? [],
      ...(dfuUtilStartMs === undefined ? {} : { dfuUtilStartMs }),
      ...(vm ? { vm: await measureInVm({ platform, runs, slots }, say) } : {}),
    };
  } finally {
    process.off('exit', tidyUp);
    tidyUp();
  }
}

/** The options, or `help`, or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        platform: { type: 'string', default: 'boron' },
        runs: { type: 'string', default: '3' },
        slots: { type: 'string', default: '1' },
        vm: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const known = new Map<string, PlatformName>(UNIT_PLATFORMS.map(({ platform: { name } }) => [name, name]));
    const platforms: PlatformName[] = [];
    for (const name of values.platform.split(',')) {
      const platform = known.get(name.trim().toLowerCase());
      if (platform === undefined) return `There is no virtual ${name}: choose from ${[...known.keys()].join(', ')}.`;
      platforms.push(platform);
    }
    const [runs, slots] = [Number(values.runs), Number(values.slots)];
    if (!isCount(runs) || !isCount(slots)) return '--runs and --slots are whole numbers from 1 to 64.';
    return { platforms, runs, slots, vm: values.vm, json: values.json };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 64;
}
