import type { ModuleDependency, ModuleFunction } from '../../domain/module-report.ts';
import { MODULE_CHECK } from '../../protocol/module-reports.ts';
import type { SystemEra } from './device-os-era.ts';
import { type InstalledModule, isValid } from './installed-modules.ts';
import type { ModuleSlot, UnitPlatform } from './unit-platforms.ts';

/** All checks a unit makes on a module. */
export const ALL_CHECKS =
  MODULE_CHECK.integrity | MODULE_CHECK.dependencies | MODULE_CHECK.range | MODULE_CHECK.platform;

/** The check bits a module passed. */
export function passedChecks(module: InstalledModule): number {
  return (
    (module.isIntact ? MODULE_CHECK.integrity : 0) |
    (module.hasDependencies ? MODULE_CHECK.dependencies : 0) |
    (module.isInRange ? MODULE_CHECK.range : 0) |
    (module.isRightPlatform ? MODULE_CHECK.platform : 0)
  );
}

/** The modules a unit tells of: a factory copy or an application only when it is good (device-usb.md 4.5). */
export function reportedModules(modules: readonly InstalledModule[]): readonly InstalledModule[] {
  return modules.filter((module) => module.function !== 'user-part' || isValid(module));
}

/** The `m` array of the console's `s`, in the member order of device-usb.md 4.5. */
export function moduleJson(
  platform: UnitPlatform,
  modules: readonly InstalledModule[],
  era: SystemEra,
): readonly object[] {
  const reported = reportedModules(modules);
  if (!era.oldModuleJson) return reported.map((module) => moduleEntry(module, era));
  return platform.slots.map((slot) => {
    const module = reported.find((one) => one.slot === slot);
    return module === undefined ? emptyEntry(slot) : moduleEntry(module, era);
  });
}

function moduleEntry(module: InstalledModule, era: SystemEra): object {
  return {
    s: module.maxSizeBytes,
    l: storeLetter(module.slot),
    vc: ALL_CHECKS,
    vv: passedChecks(module),
    ...(module.function === 'user-part' ? { u: Buffer.from(module.hash).toString('hex').toUpperCase() } : {}),
    f: LETTER[module.function],
    n: String(module.index),
    v: module.version,
    d: module.dependencies.map((dependency) => dependencyEntry(dependency, era)),
  };
}

/** Old firmware lists a slot without an image too, without naming what is not there; its check bits are UNVERIFIED. */
function emptyEntry(slot: ModuleSlot): object {
  return { s: slot.sizeBytes, l: storeLetter(slot), vc: ALL_CHECKS, vv: 0, d: [] };
}

function storeLetter(slot: ModuleSlot): string {
  return slot.store === 'main' ? 'm' : 'f';
}

function dependencyEntry(dependency: ModuleDependency, era: SystemEra): object {
  const members = { f: LETTER[dependency.function], n: String(dependency.index), v: dependency.version };
  return era.oldModuleJson ? { ...members, _: '' } : members;
}

const LETTER: Readonly<Record<ModuleFunction, string>> = {
  none: 'n',
  resource: 'r',
  bootloader: 'b',
  monolithic: 'm',
  'system-part': 's',
  'user-part': 'u',
  settings: '_',
  ncp: 'c',
  'radio-stack': 'a',
  asset: '_',
};
