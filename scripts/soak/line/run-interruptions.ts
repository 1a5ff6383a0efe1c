import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { randomOf } from '../random.ts';
import { type Interruption, interruptOnce, measureTraffic } from './interrupt.ts';
import { type LineKind, lineKind } from './line-kinds.ts';
import { openSoakLine } from './soak-line.ts';

export type InterruptionsOptions = {
  readonly seed: number;
  readonly platforms: readonly PlatformName[];
  /** On each platform. */
  readonly perPlatform: number;
  readonly kind: LineKind;
  readonly speed: number;
  readonly scale: number;
  /** Share of the station's time budgets. */
  readonly patience: number;
  /** Slots of each line; so many units less one are built at once. */
  readonly slots: number;
  readonly onResult?: (name: PlatformName, turn: number, result: Interruption) => void;
};

export type InterruptionsReport = {
  readonly interrupted: number;
  /** Runs that had passed when the plug was pulled, or whose cut never came: nothing was interrupted. */
  readonly undisturbed: number;
  readonly completed: number;
  /** Cut off while they wrote their own bootloader, which nothing can complete; not among the interrupted. */
  readonly dead: number;
  readonly defects: readonly { readonly name: PlatformName; readonly turn: number; readonly result: Interruption }[];
};

/** Interrupts units of each platform, several at once on a line of their own, until so many were really interrupted. */
export async function runInterruptions(options: InterruptionsOptions): Promise<InterruptionsReport> {
  let [interrupted, undisturbed, completed, dead] = [0, 0, 0, 0];
  const defects: InterruptionsReport['defects'][number][] = [];
  for (const name of options.platforms) {
    for (const { turn, result } of await interruptPlatform(name, options)) {
      const wasInterrupted = result.wasCut && result.first !== 'PASS' && !result.isDead;
      if (result.isDead) dead += 1;
      else if (wasInterrupted) interrupted += 1;
      else undisturbed += 1;
      if (wasInterrupted && result.defect === undefined) completed += 1;
      if (result.defect !== undefined) defects.push({ name, turn, result });
    }
  }
  return { interrupted, undisturbed, completed, dead, defects };
}

async function interruptPlatform(
  name: PlatformName,
  options: InterruptionsOptions,
): Promise<readonly { readonly turn: number; readonly result: Interruption }[]> {
  const { seed, perPlatform, slots, speed, scale, patience } = options;
  const kind = lineKind(options.kind, name, scale);
  const platforms = Array.from({ length: slots }, () => name);
  await using line = await openSoakLine({ platforms, speed, scale, recipeFor: kind.recipeFor, patience });
  const traffic = await measureTraffic(line, '1', name, kind.holds);
  const results: { readonly turn: number; readonly result: Interruption }[] = [];
  let [turn, wanted] = [0, perPlatform];
  // Each worker has a slot of its own and, for plugging in again, one that it shares with nobody.
  const worker = async (own: readonly [string, ...string[]]): Promise<void> => {
    while (wanted > 0) {
      wanted -= 1;
      turn += 1;
      const mine = turn;
      const random = randomOf(seed ^ (kind.number * 0x1_0001), mine);
      const result = await interruptOnce(line, own, line.make(name, kind.holds), { random, traffic, name });
      if (!result.wasCut || result.isDead || result.first === 'PASS') wanted += result.defect === undefined ? 1 : 0;
      results.push({ turn: mine, result });
      options.onResult?.(name, mine, result);
    }
  };
  const pairs = Array.from(
    { length: Math.floor(slots / 2) },
    (_, pair) => [`${2 * pair + 1}`, `${2 * pair + 2}`] as const,
  );
  await Promise.all(pairs.map(worker));
  const verified = line.built.ports.audit.verify();
  if (!verified.intact) throw new Error(`The record of the ${name} line is not intact.`);
  return results;
}
