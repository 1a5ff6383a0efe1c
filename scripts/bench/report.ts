import type { VmMeasurement } from './in-vm.ts';
import type { Machine } from './machine.ts';
import type { PlainRun } from './plain-program.ts';
import type { StationRun } from './station-run.ts';
import { stepTable, visitTable } from './tables.ts';
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
  /** The flash program without the station, as often. */
  readonly plain: readonly (PlainRun & { readonly startMs: number })[];
  /** Median start of the real dfu-util, where this computer has one. */
  readonly dfuUtilStartMs?: number;
  readonly vm?: VmMeasurement;
};

/** The report as tables for people. */
export function reportText(report: BenchReport): string {
  const { platform, deviceOs, bytes, writes, machine, slots, station, plain, vm } = report;
  const { load, lateMs } = machine;
  return [
    `${platform}, Device OS ${deviceOs} and application: ${bytes} bytes in ${writes.length} writes (${writes.join('; ')}).`,
    `Virtual line in this process, modelled chips at real speed, ${slots === 1 ? 'one unit at a time' : `${slots} units at once`}.`,
    `${machine.at.slice(0, 16)}Z on ${machine.processors}, ${machine.system}, Node ${machine.node}.`,
    `Load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after; this process, chips included, was late by ${lateMs.mean.toFixed(1)} ms on average, ${lateMs.p99.toFixed(0)} ms at the 99th percentile.`,
    '',
    LEGEND,
    ...visitTable(station, plain),
    '',
    'Whole run, seconds per step',
    ...stepTable(station),
    '',
    ...waitLines(report),
    ...(vm === undefined ? [] : ['', ...vmLines(vm, slots)]),
  ].join('\n');
}

const LEGEND = 'At the unit, in seconds. wall: first to last transfer of the DFU visit; busy: erase + program + wire.';

function waitLines({ station, plain, slots, dfuUtilStartMs }: BenchReport): string[] {
  const starts = station[0]?.programMs.length ?? 0;
  const programStart = median(plain.map(({ startMs }) => startMs));
  const real = dfuUtilStartMs === undefined ? '' : `, the real dfu-util ${dfuUtilStartMs.toFixed(0)} ms`;
  return [
    idleLine(station, plain, slots),
    `The flash program was started ${starts} times; the virtual line's takes ${programStart.toFixed(0)} ms to start here${real}.`,
  ];
}

function vmLines(vm: VmMeasurement, slots: number): string[] {
  if ('unavailable' in vm) return [vm.unavailable];
  const { kernel, station, plain } = vm;
  return [
    `Virtual machine in deterministic time, Linux ${kernel}: kernel, libusb, serialport and dfu-util are the real ones.`,
    LEGEND,
    ...visitTable(station, plain),
    '',
    'Whole run, seconds per step',
    ...stepTable(station),
    '',
    idleLine(station, plain, slots),
  ];
}

type Visited = { readonly visit: VisitFigures };

/** Medians; the peer always flashes one unit, so the difference is the station's own only when the station did so, too. */
function idleLine(station: readonly Visited[], plain: readonly Visited[], slots: number): string {
  const [ours, alone] = [idleOf(station), idleOf(plain)];
  const difference = slots === 1 ? `: the station adds ${(ours - alone).toFixed(2)} s` : ', which had one unit only';
  return `Of its visit the unit spent ${ours.toFixed(2)} s not busy; under the flash program alone ${alone.toFixed(2)} s${difference}.`;
}

/** Median time a unit in DFU mode was waiting, in seconds. */
function idleOf(runs: readonly Visited[]): number {
  return median(runs.map(({ visit }) => visit.wallMs - visit.busyMs)) / 1000;
}
