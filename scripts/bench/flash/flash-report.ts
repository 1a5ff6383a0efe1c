import type { PlatformName } from '../../../src-main/domain/platform.ts';
import type { Machine } from '../machine.ts';
import type { FlashOptions } from './flash-options.ts';
import { derived } from './job-figures.ts';
import { type Doer, type Measured, middle, PLACES, select, type Task } from './measured.ts';
import { targetLines } from './targets.ts';
import { table } from './text-table.ts';

/** Everything one flash bench measured; this is what `--json` prints. Times in ms. */
export type FlashBenchReport = {
  /** While the jobs in this process were done, which come first. */
  readonly machine: Machine;
  readonly loadAtEnd: number;
  /** Whether the bench went before other programs of the computer. */
  readonly goesFirst: boolean;
  readonly options: FlashOptions;
  readonly kernel?: string;
  readonly missing: readonly string[];
  readonly measured: readonly Measured[];
};

/** The report as tables for people. */
export function flashReportText({
  machine,
  loadAtEnd,
  goesFirst,
  options,
  kernel,
  missing,
  measured,
}: FlashBenchReport): string {
  const { load, lateMs } = machine;
  return [
    `${machine.at.slice(0, 16)}Z on ${machine.processors}, ${machine.system}, Node ${machine.node}; load ${load.before.toFixed(1)} at first, ${load.after.toFixed(1)} after the jobs in this process, ${loadAtEnd.toFixed(1)} at the end${goesFirst ? ', before which the bench goes' : ''}.`,
    ...(kernel === undefined
      ? []
      : [
          `Virtual machine: Linux ${kernel}, one processor, time counted in instructions; units, tools and station inside.`,
        ]),
    ...missing,
    ...(options.scale === 1 ? [] : [`QUICK: modules at ${options.scale} of their size. Not figures to publish.`]),
    '',
    'At the unit, in seconds, medians. wall: first to last transfer in DFU mode; busy: erase + program + wire + restarts between;',
    'read: time under uploads, of wall; floor: busy without what reading took on the wire; tool: its own time, start to end.',
    ...jobTable(measured.filter(({ together, where }) => together === 1 && where === 'vm')),
    ...togetherLines(measured, machine),
    '',
    `In this process the chips were late by ${lateMs.mean.toFixed(1)} ms on average, ${lateMs.p99.toFixed(0)} ms at the 99th percentile.`,
    '',
    ...targetLines(measured),
  ].join('\n');
}

const DOERS: readonly Doer[] = ['station', 'dfu-util', 'particle-cli', 'particle-cli, application file'];
const TASKS: readonly Task[] = ['fresh', 'application', 'current'];

function jobTable(measured: readonly Measured[]): string[] {
  const platforms = [...new Set(measured.map(({ platform }) => platform))];
  const rows = TASKS.flatMap((task) =>
    platforms.flatMap((platform) => DOERS.flatMap((doer) => jobRow(measured, { doer, platform, task }))),
  );
  if (rows.length === 0) return [];
  const head = [
    '',
    'runs',
    'wall',
    'erase',
    'program',
    'wire',
    'busy',
    'wall/busy',
    'read',
    'floor',
    'wall/floor',
    'tool',
  ];
  return ['', ...table([head, ...rows])];
}

function jobRow(
  measured: readonly Measured[],
  kind: { readonly doer: Doer; readonly platform: PlatformName; readonly task: Task },
): string[][] {
  const runs = select(measured, kind);
  if (runs.length === 0) return [];
  const at = (of: (one: Measured) => number): string => seconds(middle(runs, of));
  const ratio = (of: (one: Measured) => number | undefined): string => middle(runs, of)?.toFixed(3) ?? '-';
  return [
    [
      `${kind.platform}, ${kind.task}: ${kind.doer}`,
      String(runs.length),
      at(({ job }) => job.wallMs),
      at(({ job }) => job.eraseMs),
      at(({ job }) => job.programMs),
      at(({ job }) => job.wireMs),
      at(({ job }) => derived(job).busyMs),
      ratio(({ job }) => quotient(job.wallMs, derived(job).busyMs)),
      at(({ job }) => derived(job).readMs),
      at(({ job }) => derived(job).writeFloorMs),
      ratio(({ job }) => quotient(job.wallMs, derived(job).writeFloorMs)),
      at(({ toolMs }) => toolMs),
    ],
  ];
}

function togetherLines(measured: readonly Measured[], machine: Machine): string[] {
  const kinds = measured.filter(({ doer, task }) => doer === 'station' && task === 'fresh');
  const keys = [...new Set(kinds.map(({ where, together, platform }) => `${where} ${together} ${platform}`))];
  if (!kinds.some(({ together }) => together > 1)) return [];
  const rows = keys.flatMap((key) => {
    const runs = kinds.filter(({ where, together, platform }) => `${where} ${together} ${platform}` === key);
    const [first] = runs;
    if (first === undefined) return [];
    const walls = runs.map(({ job }) => job.wallMs);
    const processor = middle(runs, (one) => one.processor);
    return [
      [
        `${first.together} x ${first.platform}, ${PLACES[first.where]}`,
        String(runs.length),
        seconds(middle(runs, ({ job }) => job.wallMs)),
        seconds(Math.max(...walls)),
        seconds(middle(runs, ({ job }) => derived(job).busyMs)),
        middle(runs, ({ job }) => job.wallMs / derived(job).busyMs)?.toFixed(3) ?? '-',
        seconds(middle(runs, ({ toolMs }) => toolMs)),
        processor === undefined
          ? `load ${machine.load.after.toFixed(1)}`
          : `${Math.round(100 * processor)} % of its processor`,
      ],
    ];
  });
  const head = ['units together, fresh', 'figures', 'wall', 'longest', 'busy', 'wall/busy', 'scan to proof', 'in use'];
  return ['', ...table([head, ...rows])];
}

function quotient(one: number, other: number): number | undefined {
  return other === 0 ? undefined : one / other;
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : (milliseconds / 1000).toFixed(2);
}
