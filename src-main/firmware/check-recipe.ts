import { type Failure, failure, ok, type Result } from '../domain/failure.ts';
import { checkApplication } from './check-application.ts';
import { checkAssets } from './check-assets.ts';
import { checkModuleKinds } from './check-module-kinds.ts';
import { checkLocation, checkNeeds, checkSystemSet } from './check-module-set.ts';
import { checkRecognised } from './check-recognised.ts';
import { checkSkus } from './check-skus.ts';
import { isReleasedFor, moduleVersionOf } from './device-os-releases.ts';
import { firstProblem } from './first-problem.ts';
import type { Recipe } from './recipe.ts';
import type { RecipeFile } from './recipe-file.ts';
import { modulesOf, type RecipeModules } from './recipe-modules.ts';
import { recipeWarnings } from './recipe-warnings.ts';

type Checked = Pick<Recipe, 'deviceOsModuleVersion' | 'system' | 'warnings'>;

/**
 * Holds the modules of a recipe against the recipe and each other: gates 6 to 13 of firmware-modules.md 6.1 and the floors of 6.2,
 * each with its code and a sentence with the file, what was expected and what was found. Pure; the first gate that fails decides.
 */
export function checkRecipe(file: RecipeFile, modules: RecipeModules): Result<Checked> {
  const { system, radioStack, application } = modules;
  const known = moduleVersionOf(file.deviceOs);
  const deviceOs = known ?? 0;
  const all = modulesOf(modules);
  const problem =
    checkRelease(file, known) ??
    checkSkus(file, deviceOs) ??
    checkModuleKinds(file, modules) ??
    checkSystemSet(system, file, deviceOs) ??
    checkApplication(application, file, deviceOs) ??
    firstProblem(all, (module) => checkLocation(module, file)) ??
    firstProblem(all, (module) => checkRecognised(module, file.platform)) ??
    firstProblem(all, (module) => checkNeeds(module, all)) ??
    checkAssets(file, modules);
  if (problem !== undefined) return { ok: false, failure: problem };

  const byIndex = [...system].sort((one, other) => one.index - other.index);
  return ok({
    deviceOsModuleVersion: deviceOs,
    system: radioStack === undefined ? byIndex : [radioStack, ...byIndex],
    warnings: recipeWarnings(application, file, deviceOs),
  });
}

function checkRelease(file: RecipeFile, deviceOs: number | undefined): Failure | undefined {
  if (deviceOs === undefined) {
    return failure('firmware/no-such-release', `Device OS ${file.deviceOs} is not a release this station knows.`);
  }
  if (isReleasedFor(file.platform, deviceOs)) return undefined;
  const { displayName, minDeviceOs = 'the beginning', maxDeviceOs = 'today' } = file.platform;
  const detail = `There is no Device OS ${file.deviceOs} for ${displayName}: it has releases from ${minDeviceOs} to ${maxDeviceOs}.`;
  return failure('firmware/no-such-release', detail);
}
