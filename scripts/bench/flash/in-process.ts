import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildVirtualStation } from '../../../src-main/build-virtual-station.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { writeBenchRelease } from './bench-release.ts';
import type { Hear } from './in-vm.ts';
import { jobsByStation } from './station-jobs.ts';

export type InProcessJob = {
  readonly platform: PlatformName;
  readonly together: number;
  readonly scale: number;
  /** Four units share the wire of one hub; else each has its own. */
  readonly isBehindHubs?: boolean;
};

/**
 * So many fresh units at once, and then the same ones current, on the line of `npm start`: station, units and flash program in this
 * process, chips at real speed. The station is built anew each time.
 */
export async function measureInProcess(
  { platform, together, scale, isBehindHubs = false }: InProcessJob,
  hear: Hear,
): Promise<void> {
  const where = isBehindHubs ? 'in-process, hubs' : 'in-process';
  const data = await mkdtemp(path.join(tmpdir(), 'linewright-bench-'));
  try {
    const { recipe } = await writeBenchRelease(platform, { data, scale });
    const platforms = Array<PlatformName>(together).fill(platform);
    const built = await buildVirtualStation({
      ...{ platforms, data, scale, speed: 1 },
      ...(isBehindHubs ? { hubPorts: 4 } : {}),
      recipeFor: async () => ({ ok: true, value: recipe }),
    });
    if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
    const { bench, line, station, close } = built.value;
    try {
      const units = bench.units().map(({ slot }) => {
        const unit = bench.unit(slot);
        return { slot, unit, plug: () => line.plug(slot, unit), pull: () => void line.unplug(slot) };
      });
      for (const { job, provenMs, steps } of await jobsByStation(built.value, units)) {
        hear({ where, doer: 'station', platform, task: 'fresh', together, job, toolMs: provenMs, steps });
      }
      await station.call('openBatch', { name: 'again' });
      for (const { job, provenMs, plug, steps } of await jobsByStation(built.value, units, { isPluggedLast: true })) {
        hear({
          ...{
            where,
            doer: 'station',
            platform,
            task: 'current',
            together,
            job,
            toolMs: provenMs,
            steps,
          },
          ...(plug === undefined ? {} : { plug }),
        });
      }
    } finally {
      await close();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
