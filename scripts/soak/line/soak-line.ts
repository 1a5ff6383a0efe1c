import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BuiltVirtualStation,
  buildVirtualStation,
  type VirtualStationOptions,
} from '../../../src-main/build-virtual-station.ts';
import { demoRecipe } from '../../../src-main/demo-recipe.ts';
import { type Platform, type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { createUnitClock } from '../../../src-main/virtual/unit/unit-clock.ts';
import type { UnitClock } from '../../../src-main/virtual/unit/usb-function.ts';
import { factoryRecord } from '../../../src-main/virtual-bench.ts';
import { type TappedUnit, tapUnit } from './tapped-unit.ts';
import { type Held, makeUnit } from './units.ts';

export type SoakLineOptions = {
  /** One slot each. */
  readonly platforms: readonly PlatformName[];
  /** How many times faster than real chips. */
  readonly speed: number;
  /** Share of the real module sizes. */
  readonly scale: number;
  readonly recipeFor?: (platform: Platform, data: string) => Promise<Recipe>;
} & Pick<VirtualStationOptions, 'patience' | 'hubPorts'>;

/** A whole virtual station in a folder of its own, with units that are made, cut off and looked into by hand. */
export type SoakLine = AsyncDisposable & {
  readonly built: BuiltVirtualStation;
  readonly clock: UnitClock;
  readonly options: SoakLineOptions;
  recipe(name: PlatformName): Recipe;
  /** Makes a unit that the cloud knows. Unit numbers count up, so that no two of a line are alike. */
  make(name: PlatformName, held?: Held): TappedUnit;
  /** Puts the unit into the slot, unless it is there, scans its label there, and resolves with the record when the run has ended. */
  build(slot: string, unit: TappedUnit, how?: BuildOptions): Promise<RunRecord>;
  pull(slot: string): void;
};

export type BuildOptions = {
  /** What the scanner reads; the device ID unless told otherwise: it can be compared with a unit in DFU mode too. */
  readonly label?: string;
  /** Longer than this, in real ms, and the run hangs: rejects. */
  readonly hangMs?: number;
};

const HANG_MS = 120_000;

/** Opens a line; closing it removes its folder. Rejects when the station refuses to be built. */
export async function openSoakLine(options: SoakLineOptions): Promise<SoakLine> {
  const data = await mkdtemp(join(tmpdir(), 'linewright-soak-'));
  const { speed, scale, platforms } = options;
  const recipes = new Map<string, Recipe>();
  for (const name of new Set(platforms)) {
    const platform = platformByName(name);
    recipes.set(name, await (options.recipeFor ?? plainRecipe(scale))(platform, data));
  }
  const recipe = (name: PlatformName): Recipe => {
    const known = recipes.get(name);
    if (known === undefined) throw new RangeError(`This line does not build any ${name}.`);
    return known;
  };
  const built = await buildVirtualStation({
    platforms,
    data,
    speed,
    scale: 0.001,
    recipeFor: async (platform) => ({ ok: true, value: recipe(platform.name) }),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    ...(options.hubPorts === undefined ? {} : { hubPorts: options.hubPorts }),
  });
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
  const clock = createUnitClock({ speed });
  let made = 1000;
  return {
    built: built.value,
    clock,
    options,
    recipe,
    make: (name, held = {}) => {
      made += 1;
      const unit = makeUnit(name, { number: made, clock, scale, ...held });
      built.value.cloud.registerUnit(factoryRecord(unit, platformByName(name)));
      return tapUnit(unit, clock);
    },
    build: async (slot, unit, how = {}) => {
      if (built.value.line.unitIn(slot) !== unit) built.value.line.replace(slot, unit);
      const text = how.label ?? unit.unit.identity.deviceId;
      const answer = await built.value.station.call('scan', { text, slot });
      if (!answer.ok) throw new Error(`scan refused: ${answer.failure.code}: ${answer.failure.detail}`);
      return endOf(built.value, answer.value.runId ?? '', how.hangMs ?? HANG_MS);
    },
    pull: (slot) => void built.value.line.unplug(slot),
    [Symbol.asyncDispose]: async () => {
      await built.value.close();
      await rm(data, { recursive: true });
    },
  };
}

const plainRecipe =
  (scale: number) =>
  async (platform: Platform, data: string): Promise<Recipe> => {
    const made = await demoRecipe(platform, { data, scale });
    if (!made.ok) throw new Error(`${made.failure.code}: ${made.failure.detail}`);
    return made.value;
  };

/** The record of a run once it has its verdict; rejects when that takes too long, naming the step it hangs in. */
function endOf({ station, ports }: BuiltVirtualStation, runId: string, hangMs: number): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    let running = '';
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      setImmediate(() => unsubscribe());
      end();
    };
    const timer = setTimeout(() => settle(() => reject(new Error(`run ${runId} hangs in ${running}`))), hangMs);
    let isDone = false;
    const unsubscribe = station.subscribe(({ slots }) => {
      const run = slots.find((slot) => slot.run?.runId === runId)?.run;
      running = run?.steps.find(({ state }) => state === 'running')?.step ?? running;
      if (run?.ended === undefined || isDone) return;
      isDone = true;
      const record = ports.audit.readRun(runId);
      settle(() =>
        record?.ended === undefined ? reject(new Error(`run ${runId} is not on record`)) : resolve(record),
      );
    });
  });
}
