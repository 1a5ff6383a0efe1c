import { MODULE_FUNCTIONS, type ModuleDependency, type ModuleFunction } from '../../domain/module-report.ts';
import { getModuleInfoReply } from '../../protocol/control-messages.ts';
import { DEPRECATED_MODULE_FUNCTIONS, MODULE_STORES } from '../../protocol/module-reports.ts';
import type { ReadFlash } from './flash-module.ts';
import type { InstalledModule } from './installed-modules.ts';
import { ALL_CHECKS, passedChecks, reportedModules } from './module-json.ts';
import { requiredAssets } from './required-assets.ts';
import type { UnitHardware } from './unit-hardware.ts';

/** The reply to request 90: the whole list since Device OS 5.6.0, the shorter deprecated one before (device-usb.md 5.4). */
export function moduleInfoReply(
  { flash }: Pick<UnitHardware, 'flash'>,
  modules: readonly InstalledModule[],
  form: 'deprecated' | 'modern',
): Uint8Array {
  const reported = reportedModules(modules);
  const read: ReadFlash = (address, length) => flash.read(address, length);
  if (form === 'modern') return getModuleInfoReply.encode({ modules: reported.map((module) => modern(module, read)) });
  const main = reported.filter((module) => module.slot.store === 'main');
  return getModuleInfoReply.encode({ modulesDeprecated: main.map(deprecated) });
}

function modern(module: InstalledModule, read: ReadFlash) {
  return {
    type: MODULE_FUNCTIONS.indexOf(module.function),
    index: module.index,
    version: module.version,
    store: MODULE_STORES.indexOf(module.slot.store),
    maxSize: module.maxSizeBytes,
    checkedFlags: ALL_CHECKS,
    passedFlags: passedChecks(module),
    hash: module.hash,
    dependencies: module.dependencies.map((dependency) => dependencyEntry(dependency, MODULE_FUNCTIONS)),
    assetDependencies: requiredAssets(read, module).map(({ name, sha256 }) => ({
      hash: Buffer.from(sha256, 'hex'),
      name,
    })),
    size: module.sizeBytes,
  };
}

function deprecated(module: InstalledModule) {
  return {
    type: DEPRECATED_MODULE_FUNCTIONS.indexOf(module.function),
    index: module.index,
    version: module.version,
    size: module.sizeBytes,
    validity: (module.isIntact ? 0 : INTEGRITY_FAILED) | (module.hasDependencies ? 0 : DEPENDENCY_FAILED),
    dependencies: module.dependencies.map((dependency) => dependencyEntry(dependency, DEPRECATED_MODULE_FUNCTIONS)),
  };
}

const INTEGRITY_FAILED = 1;
const DEPENDENCY_FAILED = 2;

function dependencyEntry(dependency: ModuleDependency, functions: readonly ModuleFunction[]) {
  return {
    type: functions.indexOf(dependency.function),
    index: dependency.index,
    version: dependency.version,
  };
}
