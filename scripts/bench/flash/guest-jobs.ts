import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createNodeUsbBus } from '../../../src-main/adapters/usb/usb-bus.node-usb.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { createRehearsalBench } from '../../../src-main/virtual/line/rehearsal-bench.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { createUnitClock } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { withKernelStation } from '../kernel-station.ts';
import type { PeerUnit } from '../plain-writes.ts';
import type { Tool } from '../tool-run.ts';
import { type BenchRelease, writeBenchRelease } from './bench-release.ts';
import { jobByDfuUtil, jobByParticleCli, type PeerJob } from './peers.ts';
import { processorShare } from './processor-share.ts';
import { type JobUnit, jobsByStation, type StationJob } from './station-jobs.ts';

// Runs inside the guest's agent (test/vm/lab/guest-agent.ts): the virtual units live there, next to the kernel that sees them as
// USB devices, so that unit, kernel, tools and station share one deterministic clock (usb-lab.md 5).

/** What a unit holds before the job: an older release, or the recipe's Device OS with another application. */
export type Condition = 'fresh' | 'other-application';

export type GuestInput = {
  readonly platform: PlatformName;
  readonly condition: Condition;
  readonly scale: number;
  readonly units: number;
};

/** The station on fresh units at once, and then once more on the same ones, which are current now. */
export async function stationJobs(input: GuestInput): Promise<{
  readonly jobs: readonly StationJob[];
  readonly again: readonly StationJob[];
  /** Share of the guest's processor that was in use while the units were being built. */
  readonly processor: number;
}> {
  return onKernel(input, (kernel) =>
    withKernelStation({ ...kernel, units: kernel.units.map(({ unit }) => unit) }, async (built) => {
      const share = processorShare();
      const jobs = await jobsByStation(built, kernel.units);
      const processor = share();
      // In a batch of its own: a unit that passed is not built twice in one.
      await built.station.call('openBatch', { name: 'again' });
      const again = await jobsByStation(built, kernel.units, { isPluggedLast: true });
      return { jobs, again, processor };
    }),
  );
}

/** Plain dfu-util, the same bytes. */
export async function dfuUtilJob(input: GuestInput & { readonly applicationAlone: boolean }): Promise<PeerJob> {
  const { applicationAlone } = input;
  return onPeerUnit(input, (peer, { recipe }) =>
    jobByDfuUtil(peer, recipe, { dfuUtil: { command: 'dfu-util' }, applicationAlone }),
  );
}

/** The vendor's command line, the same modules; and then once more on the same unit, which is current now. */
export async function particleCliJobs(
  input: GuestInput & { readonly particle: Tool; readonly again: boolean; readonly applicationAlone: boolean },
): Promise<{ readonly job: PeerJob; readonly again?: PeerJob; readonly applicationAlone?: PeerJob }> {
  const particle = { ...input.particle, command: process.execPath };
  return onPeerUnit(input, async (peer, { folder, applicationFile }) => {
    const job = await jobByParticleCli(peer, folder, particle);
    return {
      job,
      ...(input.again ? { again: await jobByParticleCli(peer, folder, particle) } : {}),
      ...(input.applicationAlone ? { applicationAlone: await jobByParticleCli(peer, applicationFile, particle) } : {}),
    };
  });
}

type OnKernel = BenchRelease & {
  readonly units: readonly JobUnit[];
  readonly portPaths: readonly string[];
  readonly data: string;
};

async function onKernel<Value>(input: GuestInput, work: (bench: OnKernel) => Promise<Value>): Promise<Value> {
  const data = await mkdtemp(path.join(tmpdir(), 'linewright-bench-'));
  try {
    const release = await writeBenchRelease(input.platform, { data, scale: input.scale });
    const clock = createUnitClock();
    const bench = await createRehearsalBench({ units: [], ports: input.units });
    const units = bench.portPaths.map((portPath, index): JobUnit => {
      const deviceOs = input.condition === 'fresh' ? {} : { deviceOs: release.recipe.deviceOs };
      const unit = createFactoryUnit(input.platform, { number: index + 1, clock, scale: input.scale, ...deviceOs });
      const socket = bench.socket(portPath);
      return {
        slot: String(index + 1),
        unit,
        plug: () => unit.plugInto(socket),
        pull: () => unit.unplug(),
      };
    });
    try {
      return await work({ ...release, units, portPaths: bench.portPaths, data });
    } finally {
      for (const { pull } of units) pull();
      await bench.close();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function onPeerUnit<Value>(
  input: GuestInput,
  work: (peer: PeerUnit, release: BenchRelease) => Promise<Value>,
): Promise<Value> {
  return onKernel({ ...input, units: 1 }, async ({ units, portPaths, ...release }) => {
    const [jobUnit, portPath] = [units[0], portPaths[0]];
    if (jobUnit === undefined || portPath === undefined) throw new RangeError('There is no unit.');
    const bus = createNodeUsbBus();
    jobUnit.plug();
    try {
      return await work({ unit: jobUnit.unit, bus, portPath }, release);
    } finally {
      await bus.close();
    }
  });
}
