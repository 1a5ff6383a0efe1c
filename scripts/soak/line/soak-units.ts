import { type Platform, type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { FAULT_NAMES, FAULTS, type Fault } from '../../../src-main/virtual/unit/virtual-unit.ts';
import type { Random } from '../random.ts';
import type { SoakLine } from './soak-line.ts';
import { TABLE } from './table-cases.ts';
import type { TappedUnit } from './tapped-unit.ts';
import { internalFlash } from './units.ts';

/** A unit on the shelf beside the line, with what is known of it. */
export type ShelfUnit = {
  readonly tapped: TappedUnit;
  readonly platform: Platform;
  /** The condition it came in, by the table. */
  readonly story: string;
  readonly faults: readonly string[];
  /** In a slot, or in the hands of the one who works at a slot. */
  inUse: boolean;
  hasPassed: boolean;
  /** Plugged into a line and never disturbed: it must pass at its first run. */
  isUntouched: boolean;
  readonly flashAtFirst: Uint8Array;
};

/** Units in every condition of the table, some with a fault; `Shelf.take` gives one that nobody holds. */
export class Shelf {
  readonly #line: SoakLine;
  readonly #units: ShelfUnit[] = [];

  constructor(line: SoakLine) {
    this.#line = line;
  }

  /** A new unit, or in a third of the calls one that was here before, whatever became of it. */
  take(random: Random, name: PlatformName): ShelfUnit {
    const before = this.#units.filter(({ inUse, platform }) => !inUse && platform.name === name);
    const taken = before.length > 0 && random.chance(0.35) ? random.pick(before) : this.#make(random, name);
    taken.inUse = true;
    return taken;
  }

  /** A unit goes back on the shelf; of those that passed a few stay, to be scanned a second time. */
  putBack(random: Random, unit: ShelfUnit): void {
    unit.inUse = false;
    if (unit.hasPassed && random.chance(0.7)) this.#units.splice(this.#units.indexOf(unit), 1);
  }

  #make(random: Random, name: PlatformName): ShelfUnit {
    const platform = platformByName(name);
    const brings = this.#line.recipe(name).bootloader !== undefined;
    // A bootloader that is too old needs a recipe that brings one.
    const row = random.pick(TABLE.filter((one) => one.applies(platform) && (brings || !one.needsBootloader)));
    const tapped = this.#line.make(name, row.holds(platform, this.#line.options.scale));
    const fault = random.chance(0.4) ? randomFault(random) : undefined;
    if (fault !== undefined) tapped.unit.setFault(fault);
    const unit: ShelfUnit = {
      tapped,
      platform,
      story: row.story,
      faults: fault === undefined ? [] : [fault.name],
      inUse: false,
      hasPassed: false,
      isUntouched: fault === undefined,
      flashAtFirst: internalFlash(tapped.unit),
    };
    this.#units.push(unit);
    return unit;
  }
}

function randomFault(random: Random): Fault {
  const name = random.pick(FAULT_NAMES);
  const entry = FAULTS[name];
  return 'number' in entry ? { name, number: random.between(1, 2 * entry.number) } : { name };
}

/** What the virtual cloud must know of a unit that passed; undefined when it does. */
export function wrongInCloud(line: SoakLine, unit: ShelfUnit, recipe: Recipe): string | undefined {
  const { state } = line.built.cloud;
  const { deviceId } = unit.tapped.unit.identity;
  const device = state.devices.get(deviceId);
  if (device?.productId !== recipe.productId) return `the cloud has it in product ${device?.productId ?? 'none'}`;
  if (recipe.sim.form === 'none') return undefined;
  const { sim } = unit.tapped.unit.modem;
  const known = sim === 'none' ? undefined : state.sims.get(sim.iccid);
  const isActive = known?.status === 'active' || known?.change?.to === 'active';
  if (!isActive) return `its SIM is ${known?.status ?? 'not known to the cloud'}`;
  return known.activations <= 1 ? undefined : `its SIM was activated ${known.activations} times`;
}
