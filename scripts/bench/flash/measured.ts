import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { median } from '../visit-figures.ts';
import type { JobFigures } from './job-figures.ts';

/** What was done: everything anew, nothing because all is there, or the application because only that differs. */
export type Task = 'fresh' | 'current' | 'application';

/** Who did it. `particle-cli, application file` is told to leave Device OS alone, which the other ones find out. */
export type Doer = 'station' | 'dfu-util' | 'particle-cli' | 'particle-cli, application file';

/** One job on one unit. Times in ms. */
export type Measured = {
  readonly where: Place;
  readonly doer: Doer;
  readonly platform: PlatformName;
  readonly task: Task;
  /** Units flashed at the same time, this one included. */
  readonly together: number;
  readonly job: JobFigures;
  /** The tool's own time from its start to its end; of the station from the scan to proven firmware. */
  readonly toolMs: number;
  /** From power to proven firmware, its boot, and until the bus has told the station of it; where that was measured. */
  readonly plug?: { readonly provenMs: number; readonly bootMs: number; readonly seenMs: number };
  /** The station's record of the run: what each step took. */
  readonly steps?: readonly { readonly step: string; readonly durationMs: number }[];
  /** Share of the guest's processor in use meanwhile. */
  readonly processor?: number;
};

/** In the virtual machine; in the bench's process, each unit on a wire of its own, or four of them behind a hub that has one wire. */
export type Place = 'vm' | 'in-process' | 'in-process, hubs';

/** Places as people say them. */
export const PLACES: Readonly<Record<Place, string>> = {
  vm: 'virtual machine',
  'in-process': 'in this process',
  'in-process, hubs': 'in this process, behind hubs of 4',
};

/** Which of the measurements. */
export type Wanted = Pick<Measured, 'doer' | 'platform' | 'task'> & Partial<Pick<Measured, 'where' | 'together'>>;

/** Those of this kind; by default single ones in the virtual machine. */
export function select(all: readonly Measured[], wanted: Wanted): readonly Measured[] {
  const { where = 'vm', together = 1, doer, platform, task } = wanted;
  return all.filter(
    (one) =>
      one.where === where &&
      one.together === together &&
      one.doer === doer &&
      one.platform === platform &&
      one.task === task,
  );
}

/** Median of something over measurements; undefined where there is none. */
export function middle(measured: readonly Measured[], of: (one: Measured) => number | undefined): number | undefined {
  const values = measured.map(of).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}
