import { type Failure, failure, ok, type Result } from '../domain/failure.ts';
import { platformById } from '../domain/platform.ts';
import { isReleasedFor, moduleVersionOf, nameModuleVersion } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { firstProblem } from './first-problem.ts';
import { slotOf, systemPartIndexes, userDependencyIndex } from './memory-map.ts';
import type { Recipe } from './recipe.ts';
import type { RecipeFile } from './recipe-file.ts';

export type RecipeModules = {
  readonly system: readonly FirmwareModule[];
  readonly radioStack: FirmwareModule | undefined;
  readonly application: FirmwareModule;
};

type Checked = Pick<Recipe, 'deviceOsModuleVersion' | 'system' | 'warnings'>;

/**
 * Holds the modules of a recipe against the recipe and each other: gates 6 to 13 of firmware-modules.md 6.1, each with its
 * code and a sentence with the file, what was expected and what was found. Pure; the first gate that fails decides.
 */
export function checkRecipe(file: RecipeFile, modules: RecipeModules): Result<Checked> {
  const { system, radioStack, application } = modules;
  const deviceOs = moduleVersionOf(file.deviceOs);
  const problem =
    checkRelease(file, deviceOs) ??
    firstProblem(system, (module) => checkFunction(module, 'system-part')) ??
    (radioStack && checkFunction(radioStack, 'radio-stack')) ??
    checkFunction(application, 'user-part') ??
    firstProblem(all(modules), (module) => checkPlatform(module, file)) ??
    checkSystemSet(system, file, deviceOs ?? 0) ??
    checkBuiltWith(application, file, deviceOs ?? 0) ??
    firstProblem(all(modules), (module) => checkLocation(module, file)) ??
    firstProblem(all(modules), (module) => checkNeeds(module, modules)) ??
    checkProductVersion(application, file) ??
    checkProductId(application, file);
  if (problem !== undefined) return { ok: false, failure: problem };

  const byIndex = [...system].sort((one, other) => one.index - other.index);
  return ok({
    deviceOsModuleVersion: deviceOs ?? 0,
    system: radioStack === undefined ? byIndex : [radioStack, ...byIndex],
    warnings: warnings(application, file, deviceOs ?? 0),
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

function checkFunction(module: FirmwareModule, expected: FirmwareModule['function']): Failure | undefined {
  if (module.function !== expected) {
    return failure(
      'firmware/wrong-function',
      `${module.fileName} is a ${module.function}, a ${expected} was expected.`,
    );
  }
  // In flash the radio stack stands without its 24-byte header, everything else with it; a file that says otherwise would
  // be written askew.
  if (module.flags.dropHeader === (expected === 'radio-stack')) return undefined;
  const says = module.flags.dropHeader ? 'without its header' : 'with its header';
  return failure(
    'firmware/unsupported',
    `${module.fileName} wants to be written ${says}, which a ${expected} never is.`,
  );
}

function checkPlatform(module: FirmwareModule, file: RecipeFile): Failure | undefined {
  if (module.platformId === file.platform.id) return undefined;
  const found = platformById(module.platformId)?.displayName ?? 'another platform';
  const { id, displayName } = file.platform;
  const detail = `${module.fileName} is for ${found} (platform ${module.platformId}), the recipe is for ${displayName} (${id}).`;
  return failure('firmware/wrong-platform', detail, { expected: id, found: module.platformId });
}

/** One complete set of system parts, all of the recipe's release. File names are no help: only the header counts. */
function checkSystemSet(system: readonly FirmwareModule[], file: RecipeFile, deviceOs: number): Failure | undefined {
  const needed = systemPartIndexes(file.platform);
  const stranger = system.find((module) => !needed.includes(module.index));
  if (stranger !== undefined) {
    const detail = `${stranger.fileName} is system part ${stranger.index}, which ${file.platform.displayName} does not have.`;
    return failure('firmware/wrong-location', detail);
  }
  const missing = needed.filter((index) => !system.some((module) => module.index === index));
  if (missing.length > 0) {
    const detail = `The recipe lacks system part ${missing.join(' and ')} of ${needed.length} (counted by module header, not by file name).`;
    return failure('firmware/missing-part', detail, { missing });
  }
  if (system.length > needed.length) {
    return failure('recipe/invalid', 'The recipe names one system part twice.');
  }
  const versions = system.map((module) => `${module.fileName} is ${nameModuleVersion(module.version)}`).join(', ');
  if (system.some((module) => module.version !== system[0]?.version)) {
    return failure('firmware/mixed-versions', `The system parts are of different releases: ${versions}.`);
  }
  if (system[0]?.version === deviceOs) return undefined;
  const detail = `The recipe says Device OS ${nameModuleVersion(deviceOs)}, but ${versions}.`;
  return failure('firmware/wrong-os-version', detail, { expected: deviceOs, found: system[0]?.version ?? null });
}

/** Gate 11: the application says with which Device OS it was built, and the recipe's is not older. */
function checkBuiltWith(application: FirmwareModule, file: RecipeFile, deviceOs: number): Failure | undefined {
  const needed = builtWith(application, file);
  const index = userDependencyIndex(file.platform);
  if (needed === undefined) {
    const detail = `${application.fileName} does not depend on system part ${index}, as every application for ${file.platform.displayName} does.`;
    return failure('firmware/missing-dependency', detail);
  }
  if (needed > deviceOs) {
    const detail = `${application.fileName} was built for Device OS ${nameModuleVersion(needed)}, the recipe brings only ${nameModuleVersion(deviceOs)}.`;
    return failure('firmware/missing-dependency', detail, { expected: needed, found: deviceOs });
  }
  if (application.assets.length === 0) return undefined;
  // A unit stays in safe mode until its assets are there, and they go over control requests only.
  const names = application.assets.map((asset) => asset.name).join(', ');
  return failure(
    'firmware/unsupported',
    `${application.fileName} needs assets (${names}), which this line cannot send.`,
  );
}

/** Module version of the Device OS the application was built with; decides its slot and how its product ID is to be read. */
function builtWith(application: FirmwareModule, file: RecipeFile): number | undefined {
  const index = userDependencyIndex(file.platform);
  return application.dependencies.find((need) => need.function === 'system-part' && need.index === index)?.version;
}

function checkLocation(module: FirmwareModule, file: RecipeFile): Failure | undefined {
  const osVersion = module.function === 'user-part' ? (builtWith(module, file) ?? 0) : module.version;
  const slot = slotOf(file.platform, module, osVersion);
  if (slot === undefined) {
    const detail = `${module.fileName} is ${module.function} ${module.index}; ${file.platform.displayName} with Device OS ${nameModuleVersion(osVersion)} has no such place.`;
    return failure('firmware/wrong-location', detail);
  }
  const end = module.endAddress + 4;
  const misplaced = slot.anchor === 'start' ? module.startAddress !== slot.start : end !== slot.end;
  if (misplaced) {
    const [expected, found] = slot.anchor === 'start' ? [slot.start, module.startAddress] : [slot.end, end];
    const detail = `${module.fileName} ${slot.anchor}s at ${hex(found)}, the ${slot.what} of this unit ${slot.anchor}s at ${hex(expected)}.`;
    return failure('firmware/wrong-location', detail, { expected, found });
  }
  if (module.startAddress < slot.start || end > slot.end) {
    const detail = `${module.fileName} is ${module.bytes.length} bytes, the place of the ${slot.what} has ${slot.end - slot.start}.`;
    return failure('firmware/wrong-location', detail);
  }
  if (module.prefixOffset === slot.prefixOffset) return undefined;
  const detail = `${module.fileName} has its header at ${hex(module.prefixOffset)}, the unit looks for it at ${hex(slot.prefixOffset)}.`;
  return failure('firmware/wrong-location', detail);
}

/**
 * Gate 13, as far as files go: whatever a module needs from another module of the recipe is there in a sufficient version.
 * Cycles (Electron) and a need for itself (Tracker) are fine. What is needed from the unit (bootloader, radio stack where
 * the recipe has none, co-processor) is checked when the plan is made.
 */
function checkNeeds(module: FirmwareModule, modules: RecipeModules): Failure | undefined {
  for (const need of module.dependencies) {
    const found = all(modules).find((one) => one.function === need.function && one.index === need.index);
    if (found === undefined && need.function === 'system-part') {
      const detail = `${module.fileName} needs system part ${need.index}, which the recipe does not have.`;
      return failure('firmware/missing-dependency', detail);
    }
    if (found !== undefined && found.version < need.version) {
      const detail = `${module.fileName} needs ${need.function} ${need.index} at version ${need.version} or later, ${found.fileName} is ${found.version}.`;
      return failure('firmware/missing-dependency', detail, { expected: need.version, found: found.version });
    }
  }
  return undefined;
}

function checkProductVersion(application: FirmwareModule, file: RecipeFile): Failure | undefined {
  if (application.productVersion === file.productVersion) return undefined;
  const found = application.productVersion ?? 'none';
  const detail = `${application.fileName} has product version ${found}, the recipe says ${file.productVersion}.`;
  return failure('firmware/wrong-product-version', detail, { expected: file.productVersion, found });
}

/**
 * Gate 10. Built for 4.0 or later the field holds the platform ID, and any other value is a foreign or hand-made file. Built
 * before, it holds the product ID; the platform ID is a wildcard only where the recipe allows it.
 */
function checkProductId(application: FirmwareModule, file: RecipeFile): Failure | undefined {
  const { platform, productId, allowWildcardProductId } = file;
  const found = application.productId;
  const isSince4 = (builtWith(application, file) ?? 0) >= 4000;
  if (isSince4 ? found === platform.id : found === productId) return undefined;
  if (!isSince4 && allowWildcardProductId && found === platform.id) return undefined;
  const expected = isSince4 ? platform.id : productId;
  const why = isSince4
    ? 'the platform ID, as in every application built for Device OS 4.0 or later'
    : "the recipe's product";
  const detail = `${application.fileName} has product ID ${found ?? 'none'}, expected is ${expected} (${why}).`;
  return failure('firmware/wrong-product-id', detail, { expected, found: found ?? null });
}

/** Gate 12: right by the rules and yet unusual. */
function warnings(application: FirmwareModule, file: RecipeFile, deviceOs: number): readonly string[] {
  const needed = builtWith(application, file);
  if (needed === undefined || Math.floor(deviceOs / 1000) - Math.floor(needed / 1000) < 2) return [];
  return [
    `${application.fileName} was built for Device OS ${nameModuleVersion(needed)} and will run on ${nameModuleVersion(deviceOs)}.`,
  ];
}

function all({ system, radioStack, application }: RecipeModules): readonly FirmwareModule[] {
  return radioStack === undefined ? [...system, application] : [radioStack, ...system, application];
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
