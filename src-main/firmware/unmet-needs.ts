import { type Failure, failure } from '../domain/failure.ts';
import type { ModuleDependency } from '../domain/module-report.ts';
import type { FirmwareModule } from './firmware-module.ts';
import type { PlannedMark, PlannedUpdate } from './planned-steps.ts';
import { bringsItsBootloader } from './planned-updates.ts';
import type { Recipe } from './recipe.ts';
import { installedModule, type UnitState } from './unit-state.ts';

/**
 * The first thing the unit's new firmware needs and neither has nor gets: by the recipe's own modules, and by the modules that go by
 * request. A unit that does not tell its modules is flashed all the same, since DFU is also the way to rescue one, and proves after
 * the restart what it holds. Pure.
 *
 * `plan/bootloader-too-old` where it is a bootloader, `plan/refused` where it is anything else.
 */
export function firstUnmetNeed(
  unit: UnitState,
  recipe: Recipe,
  updates: readonly (PlannedUpdate | PlannedMark)[],
): Failure | undefined {
  if (unit.modules === undefined) return undefined;
  const sent = updates.flatMap((update) => ('module' in update ? [update.module] : []));
  const coming = [...recipe.system, recipe.application, ...sent];
  for (const module of coming) {
    for (const need of module.dependencies) {
      const unmet = unmetNeed(unit, recipe, module, need, coming);
      if (unmet !== undefined) return unmet;
    }
  }
  return undefined;
}

function unmetNeed(
  unit: UnitState,
  recipe: Recipe,
  module: FirmwareModule,
  need: ModuleDependency,
  coming: readonly FirmwareModule[],
): Failure | undefined {
  const isSame = (one: Pick<FirmwareModule, 'function' | 'index'>): boolean =>
    one.function === need.function && one.index === need.index;
  if (coming.some((one) => isSame(one) && one.version >= need.version)) return undefined;
  const installed = installedModule(unit, need);
  if (installed !== undefined && installed.version >= need.version) return undefined;
  if (need.function === 'bootloader' && need.index === 0 && bringsItsBootloader(recipe)) return undefined;
  const wanted = `${module.fileName} needs ${need.function} ${need.index} at version ${need.version} or later`;
  const found = installed === undefined ? 'the unit reports none' : `the unit has ${installed.version}`;
  const code = need.function === 'bootloader' ? 'plan/bootloader-too-old' : 'plan/refused';
  return failure(code, `${wanted}; ${found}.`, { needs: need.version, installed: installed?.version ?? null });
}
