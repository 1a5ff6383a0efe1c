import type { VmMeasurement } from './in-vm.ts';
import type { Machine } from './machine.ts';
import type { PlainMeasurement } from './plain-program.ts';
import type { StationRun } from './station-runs.ts';
import { median, type VisitFigures } from './visit-figures.ts';

/** Everything one bench measured; this is what `--json` prints. Times in ms. */
export type BenchReport = {
  readonly platform: string;
  readonly deviceOs: string;
  readonly bytes: number;
  readonly writes: readonly string[];
  readonly machine: Machine;
  readonly slots: number;
  readonly station: readonly StationRun[];
  readonly plain?: PlainMeasurement;
  /** Median start of the real dfu-util, where this computer has one. */
  readonly dfuUtilStartMs?: number;
  readonly vm?: VmMeasurement;
};

/** The report as tables for people. */
export function reportText(report: BenchReport): string {
  const { platform, deviceOs, bytes, writes, machine, slots } = report;
  const { load, lateMs } = machine;
  return [
    `${platform}, Device OS ${deviceOs} and application: ${bytes} bytes in ${writes.length} writes (${writes.join('; ')}).`,
    `Virtual line, modelled chips at real speed, ${slots === 1 ? 'one unit at a time' : `${slots} units at once`}.`,
    `${machine.at.slice(0, 16)}Z, ${machine.processors}, ${machine.system}, Node ${machine.node}; load ${load.before.toFixed(1)} before,`,
    `${load.after.toFixed(1)} after; this process was late by ${lateMs.mean.toFixed(1)} ms on average, ${lateMs.p99.toFixed(1)} ms at the 99th percentile.`,
    '',
    'At the unit, seconds (wall: first to last transfer of the DFU visit; busy: erase + program + wire)',
    ...visitTable(report),
    '',
    'Whole run, seconds per step',
    ...stepTable(report.station),
    '',
    ...programLines(report),
  ].join('\n');
}

function visitTable({ station, plain, slots }: BenchReport): string[] {
  const head = ['', 'wall', 'erase', 'program', 'wire', 'busy', 'wall/busy', 'scan to verdict'];
  const rows = station.map((run, index) => {
    const name = slots === 1 ? `run ${index + 1}` : `run ${Math.floor(index / slots) + 1}, slot ${run.slot}`;
    return [name, ...visitCells(run.visit), seconds(run.wholeMs)];
  });
  const visits = station.map(({ visit }) => visit);
  const middle = (pick: (run: StationRun) => number): string => seconds(median(station.map(pick)));
  const medians = [
    'median',
    ...(['wallMs', 'eraseMs', 'programMs', 'wireMs', 'busyMs'] as const).map((key) =>
      middle(({ visit }) => visit[key]),
    ),
    median(visits.map(({ ratio }) => ratio)).toFixed(3),
    middle(({ wholeMs }) => wholeMs),
  ];
  const peer = plain === undefined ? [] : [['flash program alone', ...visitCells(plain.visit), '-']];
  return table([head, ...rows, medians, ...peer]);
}

function visitCells(visit: VisitFigures): string[] {
  const { wallMs, eraseMs, programMs, wireMs, busyMs, ratio } = visit;
  return [...[wallMs, eraseMs, programMs, wireMs, busyMs].map(seconds), ratio.toFixed(3)];
}

/** One row per step in the order they ran, all attempts of a step together; one column per run, and the median. */
function stepTable(station: readonly StationRun[]): string[] {
  const names = [...new Set(station.flatMap(({ steps }) => steps.map(({ step }) => step)))];
  const timeOf = (run: StationRun, name: string): number =>
    run.steps.filter(({ step }) => step === name).reduce((sum, { durationMs }) => sum + durationMs, 0);
  const rows = names.map((name) => {
    const times = station.map((run) => timeOf(run, name));
    return [name, ...times.map(seconds), seconds(median(times))];
  });
  const wholes = station.map(({ wholeMs }) => wholeMs);
  return table([
    ['', ...station.map((_, index) => `run ${index + 1}`), 'median'],
    ...rows,
    ['scan to verdict', ...wholes.map(seconds), seconds(median(wholes))],
  ]);
}

function programLines({ station, plain, dfuUtilStartMs }: BenchReport): string[] {
  const starts = station[0]?.programMs.length ?? 0;
  const waits = median(station.map(({ visit }) => visit.wallMs - visit.busyMs));
  const lines = [
    `The unit waited ${seconds(waits)} s in the median visit; the flash program was started ${starts} times.`,
  ];
  if (plain !== undefined) {
    const alone = plain.visit.wallMs - plain.visit.busyMs;
    lines.push(
      `Of that, ${seconds(alone)} s are the program's own (it alone let a unit wait so long), ${seconds(waits - alone)} s the station's.`,
      `Starting the virtual line's program takes ${plain.startMs.toFixed(0)} ms here: it is a Node script.`,
    );
  }
  if (dfuUtilStartMs !== undefined) {
    lines.push(
      `Starting the real dfu-util takes ${dfuUtilStartMs.toFixed(0)} ms here: on hardware those waits all but vanish.`,
    );
  }
  return lines;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** First column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
