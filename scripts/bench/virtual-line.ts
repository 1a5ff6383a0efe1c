import { buildVirtualStation } from '../../src-main/build-virtual-station.ts';
import { demoRecipe } from '../../src-main/demo-recipe.ts';
import { type PlatformName, platformByName } from '../../src-main/domain/platform.ts';
import { createVirtualLine } from '../../src-main/virtual/line/virtual-line.ts';
import { createFactoryUnit } from '../../src-main/virtual/unit/factory-unit.ts';
import { flashByProgram, type PlainRun, programStart } from './plain-program.ts';
import { buildByStation, type StationRun } from './station-run.ts';

/**
 * Builds factory-fresh virtual units at the speed of real chips, through the station as `npm start` builds it: `slots` at once,
 * `rounds` times. Yields after each round.
 */
export async function* stationRounds(options: {
  readonly platform: PlatformName;
  readonly rounds: number;
  readonly slots: number;
  readonly data: string;
}): AsyncGenerator<readonly StationRun[]> {
  const { platform, rounds, slots, data } = options;
  const built = await buildVirtualStation({ platforms: Array<PlatformName>(slots).fill(platform), data, speed: 1 });
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
  const { bench, close } = built.value;
  try {
    const names = bench.units().map(({ slot }) => slot);
    for (let round = 1; round <= rounds; round += 1) {
      for (const slot of names) {
        if (round > 1) await bench.fresh(slot);
        await bench.plug(slot, undefined);
      }
      const units = names.map((slot) => ({ slot, unit: bench.unit(slot) }));
      yield await buildByStation(built.value, units);
    }
  } finally {
    await close();
  }
}

/** The peer on the same kind of line, without a station; and what its program takes to start, which is paid once per file. */
export async function plainRunOnVirtualLine(
  platformName: PlatformName,
  data: string,
): Promise<PlainRun & { readonly startMs: number }> {
  const platform = platformByName(platformName);
  const recipe = await demoRecipe(platform, { data, scale: 1 });
  if (!recipe.ok) throw new Error(recipe.failure.detail);
  const portPath = '1-1';
  const line = await createVirtualLine({ slots: [{ slot: '1', portPath }] });
  try {
    const startMs = await programStart(line.dfuUtil);
    const unit = createFactoryUnit(platformName, { number: 999 });
    line.plug('1', unit);
    return {
      startMs,
      ...(await flashByProgram({ unit, bus: line.bus, portPath, program: line.dfuUtil, recipe: recipe.value })),
    };
  } finally {
    await line.close();
  }
}
