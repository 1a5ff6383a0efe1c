import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { arrival, MODE_MS, type PeerUnit, writePlainly } from '../plain-writes.ts';
import { runTool, type Tool } from '../tool-run.ts';
import { type JobFigures, watchJob } from './job-figures.ts';

/** A job done by a tool that is not the station. */
export type PeerJob = {
  readonly job: JobFigures;
  /** What the tool itself took, from its start to its end; of several runs the sum. */
  readonly toolMs: number;
};

/**
 * The same bytes the station writes to this unit, by plain dfu-util, one file after the other as fast as a shell script would. What
 * is to be written, and the way into DFU mode, are the station's; they are not in the tool's time. `applicationAlone`: only that file.
 */
export async function jobByDfuUtil(
  peer: PeerUnit,
  recipe: Recipe,
  { dfuUtil, applicationAlone }: { readonly dfuUtil: Tool; readonly applicationAlone: boolean },
): Promise<PeerJob> {
  const watch = watchJob(peer.unit);
  const isWanted = ({ module }: { readonly module: unknown }): boolean =>
    !applicationAlone || module === recipe.application;
  const { toolMs } = await writePlainly(peer, recipe, dfuUtil, isWanted);
  return { job: watch.end(), toolMs: toolMs.reduce((sum, one) => sum + one, 0) };
}

/** `particle flash --local` of a folder, or of one file, onto this unit. */
export async function jobByParticleCli(peer: PeerUnit, what: string, particle: Tool): Promise<PeerJob> {
  const { unit } = peer;
  await arrival(peer, 'normal');
  const watch = watchJob(unit);
  const toolMs = await runTool(particle, ['flash', '--local', unit.identity.deviceId, what]);
  await unit.whenMode('normal', { timeoutMs: MODE_MS });
  return { job: watch.end(), toolMs };
}
