import type { PlatformName } from '../../../src-main/domain/platform.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import { labelTextOf } from '../../../src-main/virtual-bench.ts';
import type { Random } from '../random.ts';
import { wrongInFlash } from './flash-truth.ts';
import type { SoakLine } from './soak-line.ts';
import type { Cut, TappedUnit } from './tapped-unit.ts';
import { type Held, internalFlash } from './units.ts';

/** The part of a unit's traffic in which its firmware is changed: from the first step that writes to the restart, both included. */
export type Traffic = {
  readonly from: { readonly bytes: number; readonly transfers: number };
  readonly to: { readonly bytes: number; readonly transfers: number };
};

export type Interruption = {
  /** What was done, and what came of it, in one line each. */
  readonly story: string;
  /** Whether the plug was really pulled before the run had ended. */
  readonly wasCut: boolean;
  /**
   * Power failed while the unit was writing its own bootloader, which on Gen 2 has no second copy: nothing over USB brings it back, and
   * nothing to be completed is left.
   */
  readonly isDead: boolean;
  /** How the cut-off run ended. */
  readonly first: string;
  /** Undefined when everything is as it must be. */
  readonly defect: string | undefined;
};

/** Builds one unit undisturbed, to learn which part of its traffic changes firmware. Rejects when that does not pass. */
export async function measureTraffic(line: SoakLine, slot: string, name: PlatformName, held: Held): Promise<Traffic> {
  const unit = line.make(name, held);
  const marks: Traffic['from'][] = [];
  let last = '';
  const stop = line.built.station.subscribe(({ slots }) => {
    const running =
      slots.find((one) => one.slot === slot)?.run?.steps.find(({ state }) => state === 'running')?.step ?? '';
    if (running === last) return;
    if (CHANGING.has(running) || CHANGING.has(last)) marks.push({ ...unit.traffic });
    last = running;
  });
  const run = await line.build(slot, unit);
  stop();
  line.pull(slot);
  const [from, to] = [marks[0], marks.at(-1)];
  if (run.ended?.outcome === 'PASS' && from !== undefined && to !== undefined) return { from, to };
  throw new Error(`An undisturbed ${name} does not pass: ${endText(run)}`);
}

const CHANGING: ReadonlySet<string> = new Set([
  'update-by-request',
  'enter-dfu',
  'flash',
  'restart',
  'complete-update',
]);

/**
 * Cuts a unit off at a random place of its traffic, plugs it into one of these slots again, and scans it again: it must pass then, at the
 * first try, and hold the recipe byte for byte. The first slot is that of the cut-off run.
 */
export async function interruptOnce(
  line: SoakLine,
  slots: readonly [string, ...string[]],
  unit: TappedUnit,
  options: { readonly random: Random; readonly traffic: Traffic; readonly name: PlatformName },
): Promise<Interruption> {
  const { random, traffic, name } = options;
  const [slot] = slots;
  const again = random.pick(slots);
  const { identity } = unit.unit;
  const label = random.chance(0.5) ? identity.deviceId : labelTextOf(unit.unit);
  const cut = randomCut(random, traffic);
  const before = internalFlash(unit.unit);
  const told = `${name} ${identity.deviceId}, ${cutText(cut)}, label ${label === identity.deviceId ? 'device ID' : 'data matrix'}, slot ${slot} then ${again}`;
  unit.cutAt(cut, () => line.pull(slot));
  const ended = (first: RunRecord | undefined, defect: string | undefined): Interruption => ({
    story: told,
    wasCut: unit.wasCut,
    isDead: isDead(unit),
    first: first === undefined ? 'none' : endText(first),
    defect,
  });
  let first: RunRecord | undefined;
  try {
    first = await line.build(slot, unit, { label });
    const isWrong = first.ended?.outcome === 'PASS' ? wrongInFlash(unit.unit, line.recipe(name), before) : [];
    if (isWrong.length > 0) return ended(first, `false PASS: ${isWrong.join('; ')}`);
    // A cut behind the last write of a run that passes all the same leaves nothing to complete.
    if (first.ended?.outcome === 'PASS') return ended(first, undefined);
    if (!unit.wasCut) return ended(first, `an undisturbed run ends as ${endText(first)}`);
    line.pull(slot);
    if (isDead(unit)) return ended(first, undefined);
    const second = await line.build(again, unit, { label });
    if (second.ended?.outcome !== 'PASS')
      return ended(first, `not completed by plugging it in again: ${endText(second)}`);
    const wrong = wrongInFlash(unit.unit, line.recipe(name), before);
    return ended(first, wrong.length === 0 ? undefined : `PASS with a wrong flash: ${wrong.join('; ')}`);
  } catch (thrown) {
    return ended(first, thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    line.pull(slot);
    line.pull(again);
  }
}

function isDead({ unit, wasCut }: TappedUnit): boolean {
  return wasCut && !unit.modules().some((one) => one.function === 'bootloader' && one.isIntact);
}

/** Evenly over the bytes, evenly over the transfers, or some time after one: an erase takes long and few bytes. */
function randomCut(random: Random, { from, to }: Traffic): Cut {
  const when = random.pick(['before', 'during', 'during', { laterMs: random.between(1, 1000) }] as const);
  const at = random.chance(0.5)
    ? { byte: random.between(from.bytes, to.bytes) }
    : { transfer: random.between(from.transfers, to.transfers) };
  return { at, when };
}

function cutText({ at, when }: Cut): string {
  const place = 'byte' in at ? `byte ${at.byte}` : `transfer ${at.transfer}`;
  return `cut ${typeof when === 'string' ? when : `${when.laterMs} ms after`} ${place}`;
}

function endText({ ended, steps }: RunRecord): string {
  if (ended === undefined) return 'no end';
  if (ended.failure === undefined) return ended.outcome;
  return `${ended.outcome} ${ended.failure.code} in ${steps.findLast(({ verdict }) => verdict !== 'PASS')?.step}: ${ended.failure.detail}`;
}
