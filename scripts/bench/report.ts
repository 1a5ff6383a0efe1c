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
    ...visitTable(station, plain, slots),
    '',
    'Whole run, seconds per step',
    ...stepTable(station),
    '',
    ...waitLines(report),
    ...(vm === undefined ? [] : ['', ...vmLines(vm)]),
  ].join('\n');
}

const LEGEND = 'At the unit, in seconds. wall: first to last transfer of the DFU visit; busy: erase + program + wire.';

function waitLines({ station, plain, dfuUtilStartMs }: BenchReport): string[] {
  const starts = station[0]?.programMs.length ?? 0;
  const [ours, alone] = [idleOf(station), idleOf(plain)];
  const programStart = median(plain.map(({ startMs }) => startMs));
  return [
    `Of its visit the unit spent ${ours.toFixed(2)} s not busy; under the flash program alone ${alone.toFixed(2)} s: the station adds ${(ours - alone).toFixed(2)} s.`,
    `The flash program was started ${starts} times; the virtual line's takes ${programStart.toFixed(0)} ms to start here${dfuUtilStartMs === undefined ? '' : `, the real dfu-util ${dfuUtilStartMs.toFixed(0)} ms`}.`,
  ];
}

function vmLines(vm: VmMeasurement): string[] {
  if ('unavailable' in vm) return [vm.unavailable];
  const { kernel, station, plain } = vm;
  return [
    `Virtual machine in deterministic time, Linux ${kernel}: kernel, libusb, serialport and dfu-util are the real ones.`,
    LEGEND,
    ...visitTable(station, [plain], 1),
    '',
    'Whole run, seconds per step',
    ...stepTable(station),
    '',
    `Of its visit the unit spent ${idleOf(station).toFixed(2)} s not busy; under dfu-util alone ${idleOf([plain]).toFixed(2)} s.`,
  ];
}

/** Median time a unit in DFU mode was waiting, in seconds. */
function idleOf(runs: readonly { readonly visit: VisitFigures }[]): number {
  return median(runs.map(({ visit }) => visit.wallMs - visit.busyMs)) / 1000;
}
