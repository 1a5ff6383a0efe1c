import { type Failure, failure } from '../domain/failure.ts';
import { type Platform, platformById } from '../domain/platform.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { firstProblem } from './first-problem.ts';
import { EXTENSION } from './module-extensions.ts';
import type { RecipeFile } from './recipe-file.ts';
import { modulesOf, type RecipeModules } from './recipe-modules.ts';

/**
 * Gates 6 and 7 of firmware-modules.md 6.1: every file is of the kind the recipe says, for the recipe's platform, and of a kind this
 * platform has. Pure.
 */
export function checkModuleKinds(file: RecipeFile, modules: RecipeModules): Failure | undefined {
  const { system, radioStack, bootloader, prebootloader, ncp, application } = modules;
  return (
    firstProblem(system, (module) => checkFunction(module, 'system-part')) ??
    (radioStack && checkFunction(radioStack, 'radio-stack')) ??
    (bootloader && checkBootloader(bootloader, 0)) ??
    (prebootloader && checkBootloader(prebootloader, PART1_INDEX)) ??
    (ncp && checkFunction(ncp, 'ncp')) ??
    checkFunction(application, 'user-part') ??
    checkOffered(file.platform, modules) ??
    firstProblem(modulesOf(modules), (module) => checkPlatform(module, file.platform))
  );
}

/** Index of prebootloader-part1. Index 1 is the boot record, which is encrypted per unit and never sent (firmware-modules.md 3.4). */
const PART1_INDEX = 2;

/** Gate 6 for one file: its function, and that its header is written or dropped as that function's always is. */
export function checkFunction(module: FirmwareModule, expected: FirmwareModule['function']): Failure | undefined {
  if (module.function !== expected) {
    return failure(
      'firmware/wrong-function',
      `${module.fileName} is a ${module.function}, a ${expected} was expected.`,
    );
  }
  // In flash the radio stack stands without its 24-byte header, everything else with it; a file that says otherwise would
  // be written askew. A co-processor's firmware is not in this flash at all.
  if (expected === 'ncp' || module.flags.dropHeader === (expected === 'radio-stack')) return undefined;
  const says = module.flags.dropHeader ? 'without its header' : 'with its header';
  return failure(
    'firmware/unsupported',
    `${module.fileName} wants to be written ${says}, which a ${expected} never is.`,
  );
}

/** The same for a bootloader, with its index: 0, or 2 for prebootloader part 1. A protected one is refused. */
export function checkBootloader(module: FirmwareModule, index: number): Failure | undefined {
  const wrong = checkFunction(module, 'bootloader');
  if (wrong !== undefined) return wrong;
  if (module.index !== index) {
    const detail = `${module.fileName} is bootloader ${module.index}, bootloader ${index} was expected.`;
    return failure('firmware/wrong-function', detail, { expected: index, found: module.index });
  }
  // Such a bootloader turns Device Protection on (firmware-modules.md 1.8, 4.5), which no line here can undo.
  if (!module.extensionTypes.includes(EXTENSION.securityMode)) return undefined;
  return failure('firmware/unsupported', `${module.fileName} is a protected bootloader, which would lock the unit.`);
}

/** Whether the platform has such modules at all (firmware-modules.md 3.1). */
function checkOffered(platform: Platform, modules: RecipeModules): Failure | undefined {
  const refuse = (module: FirmwareModule | undefined, what: string, has: boolean): Failure | undefined =>
    module === undefined || has
      ? undefined
      : failure(
          'firmware/wrong-location',
          `${module.fileName} is a ${what}, which ${platform.displayName} does not have.`,
        );
  return (
    refuse(modules.radioStack, 'radio stack', platform.mcu === 'nrf52840') ??
    refuse(modules.prebootloader, 'prebootloader', platform.mcu === 'rtl872x') ??
    refuse(modules.ncp, 'co-processor firmware', platform.name === 'argon' || platform.name === 'tracker')
  );
}

function checkPlatform(module: FirmwareModule, platform: Platform): Failure | undefined {
  if (module.platformId === platform.id) return undefined;
  const found = platformById(module.platformId)?.displayName ?? 'another platform';
  const { id, displayName } = platform;
  const detail = `${module.fileName} is for ${found} (platform ${module.platformId}), the recipe is for ${displayName} (${id}).`;
  return failure('firmware/wrong-platform', detail, { expected: id, found: module.platformId });
}
