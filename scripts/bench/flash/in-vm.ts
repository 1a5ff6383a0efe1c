import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { bootLab, type Guest } from '../../../test/vm/lab/guest.ts';
import { prepareLab } from '../../../test/vm/lab/prepared-lab.ts';
import type { Tool } from '../tool-run.ts';
import type { FlashOptions, Section } from './flash-options.ts';
import type { GuestInput, particleCliJobs, stationJobs } from './guest-jobs.ts';
import type { Doer, Measured, Task } from './measured.ts';
import type { PeerJob } from './peers.ts';
import type { StationJob } from './station-jobs.ts';

/** Hears of every measurement as soon as it is made. */
export type Hear = (measured: Measured) => void;

/** What could not be measured, as a sentence each. */
export type VmOutcome = { readonly kernel?: string; readonly missing: readonly string[] };

/**
 * The jobs of the chosen parts in a virtual machine in deterministic time (usb-lab.md 5). Doers take turns, so that a noisy computer
 * disturbs all alike. Times are the guest's own; the wait on this side is longer.
 */
export async function measureInVm(options: FlashOptions, hear: Hear): Promise<VmOutcome> {
  const { missing, referee } = await prepareLab();
  if (missing !== undefined) return { missing: [`The virtual machine does not run here: ${missing}`] };
  const withoutPeer = typeof referee === 'string' ? referee : undefined;
  const particle: Tool | undefined =
    typeof referee === 'string' ? undefined : { command: '', args: referee.command.slice(1), env: referee.environment };
  const images = typeof referee === 'string' ? {} : { images: referee.images };
  let kernel: string | undefined;
  const onGuest = async (work: (jobs: GuestJobs) => Promise<void>): Promise<void> => {
    const guest = await bootLab({ countInstructions: true, deadlineMs: BENCH_MS, ...images });
    try {
      kernel = guest.kernel;
      await work(guestJobs(guest, options.scale, hear));
    } finally {
      await guest.stop();
    }
  };
  const lanes = LANES.map((platforms) => lanePlan(platforms, options, particle)).filter(({ length }) => length > 0);
  const lane = (rounds: readonly Job[]): Promise<void> =>
    onGuest(async (jobs) => {
      for (let run = 1; run <= options.runs; run += 1) for (const job of rounds) await job(jobs, run);
    });
  if (options.machines === 1) for (const rounds of lanes) await lane(rounds);
  else await Promise.all(lanes.map(lane));
  if (options.sections.includes('many')) {
    await onGuest(async (jobs) => {
      for (let run = 1; run <= Math.min(options.runs, MANY_ROUNDS); run += 1) {
        await jobs.station('boron', 'fresh', options.together.vm);
      }
    });
  }
  return { ...(kernel === undefined ? {} : { kernel }), missing: withoutPeer === undefined ? [] : [withoutPeer] };
}

type GuestJobs = ReturnType<typeof guestJobs>;
type Job = (jobs: GuestJobs, run: number) => Promise<void>;

/** What one round does on these platforms, doers in turns. */
function lanePlan(
  platforms: readonly PlatformName[],
  { sections }: Pick<FlashOptions, 'sections'>,
  particle: Tool | undefined,
): readonly Job[] {
  const wants = (...names: readonly Section[]): boolean => names.some((name) => sections.includes(name));
  return platforms.flatMap((platform) => {
    const isPeer = PEER_PLATFORMS.includes(platform);
    return (['fresh', 'other-application'] as const).flatMap((condition): Job[] => {
      const isWanted = condition === 'fresh' ? wants('fresh', 'current') : wants('app') && isPeer;
      const hasPeers = wants('peers') && isPeer;
      if (!isWanted && !hasPeers) return [];
      const station: Job = (jobs) => jobs.station(platform, condition, 1);
      if (!hasPeers) return [station];
      return [
        station,
        (jobs) => jobs.dfuUtil(platform, condition),
        ...(particle === undefined
          ? []
          : [(jobs: GuestJobs, run: number) => jobs.particleCli(platform, condition, particle, run)]),
      ];
    });
  });
}

/** Each in a virtual machine of its own: most of the time they wait for chips. */
const LANES: readonly (readonly PlatformName[])[] = [['boron'], ['electron', 'b5som']];
const PEER_PLATFORMS: readonly PlatformName[] = ['boron', 'electron'];

/** Each gives as many figures as there are units. */
const MANY_ROUNDS = 2;

const BENCH_MS = 3_600_000;
const CALL_MS = 600_000;

function guestJobs(guest: Guest, scale: number, hear: Hear) {
  const call = <Value>(name: string, input: GuestInput & Readonly<Record<string, unknown>>): Promise<Value> =>
    guest.call<Value>('scripts/bench/flash/guest-jobs.ts', name, input, CALL_MS);
  const taskOf = (condition: GuestInput['condition']): Task => (condition === 'fresh' ? 'fresh' : 'application');
  return {
    async station(platform: PlatformName, condition: GuestInput['condition'], units: number): Promise<void> {
      const input = { platform, condition, scale, units };
      const { jobs, again, processor } = await call<Awaited<ReturnType<typeof stationJobs>>>('stationJobs', input);
      const tell = (task: Task, { job, provenMs, plug, steps }: StationJob): void =>
        hear({
          ...{ where: 'vm', doer: 'station', platform, task, together: units, job, toolMs: provenMs, steps },
          ...(plug === undefined ? {} : { plug }),
          ...(task === 'current' ? {} : { processor }),
        });
      for (const one of jobs) tell(taskOf(condition), one);
      for (const one of again) tell('current', one);
    },
    async dfuUtil(platform: PlatformName, condition: GuestInput['condition']): Promise<void> {
      const input = { platform, condition, scale, units: 1, applicationAlone: condition !== 'fresh' };
      const { job, toolMs } = await call<PeerJob>('dfuUtilJob', input);
      hear({ where: 'vm', doer: 'dfu-util', platform, task: taskOf(condition), together: 1, job, toolMs });
    },
    async particleCli(
      platform: PlatformName,
      condition: GuestInput['condition'],
      particle: Tool,
      run: number,
    ): Promise<void> {
      const input = { platform, condition, scale, units: 1, particle };
      const made = await call<Awaited<ReturnType<typeof particleCliJobs>>>('particleCliJobs', {
        ...input,
        // It writes the same whatever the unit holds; where that takes half a minute, once is enough to see it.
        again: condition === 'fresh' && (platform === 'electron' || run === 1),
        applicationAlone: condition !== 'fresh',
      });
      const tell = (doer: Doer, task: Task, peer: PeerJob | undefined): void => {
        if (peer !== undefined) hear({ where: 'vm', doer, platform, task, together: 1, ...peer });
      };
      tell('particle-cli', taskOf(condition), made.job);
      tell('particle-cli', 'current', made.again);
      tell('particle-cli, application file', 'application', made.applicationAlone);
    },
  };
}
