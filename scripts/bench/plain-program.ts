import type { Recipe } from '../../src-main/firmware/recipe.ts';
import { type PeerUnit, writePlainly } from './plain-writes.ts';
import { runTool, type Tool } from './tool-run.ts';
import { figuresOf, median, type VisitFigures } from './visit-figures.ts';

/** What the program wrote, and how long the unit had to wait for it. */
export type PlainRun = {
  readonly bytes: number;
  readonly writes: readonly string[];
  /** What each run of the program took, its start-up included. */
  readonly programMs: readonly number[];
  readonly visit: VisitFigures;
};

/**
 * The peer: what the station would write to this unit, written by the flash program alone, one file after the other as fast as a
 * shell script would. What the station takes longer than this is the station's own. The unit must be plugged in, in normal mode.
 */
export async function flashByProgram(
  peer: PeerUnit & { readonly program: Tool; readonly recipe: Recipe },
): Promise<PlainRun> {
  const { writes, toolMs } = await writePlainly(peer, peer.recipe, peer.program);
  const [visit] = peer.unit.visits();
  if (visit === undefined) throw new Error('The program did not talk to the unit.');
  return {
    bytes: writes.reduce((sum, { bytes }) => sum + bytes.length, 0),
    writes: writes.map(({ what }) => what),
    programMs: toolMs,
    visit: figuresOf(visit),
  };
}

/** Median time from start to end of `--version`, in ms; throws when there is no such program. */
export async function programStart(program: Tool): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < STARTS; time += 1) times.push(await runTool(program, ['--version']));
  return median(times);
}

const STARTS = 5;
