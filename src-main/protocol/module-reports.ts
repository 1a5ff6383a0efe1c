import {
  MODULE_FUNCTIONS,
  type ModuleDependency,
  type ModuleFault,
  type ModuleFunction,
  type ModuleReport,
} from '../domain/module-report.ts';
import type { getModuleInfoReply } from './control-messages.ts';
import type { Decoded } from './protobuf-message.ts';

/** Check bits of a module, in requests and in the console's JSON alike (device-usb.md 4.5, firmware-modules.md 7.1). */
export const MODULE_CHECK = { integrity: 2, dependencies: 4, range: 8, platform: 16 } as const;

/** What the old reply's `type` counts (device-usb.md 5.4); the new one counts as the module prefix does. */
export const DEPRECATED_MODULE_FUNCTIONS: readonly ModuleFunction[] = [
  'none',
  'bootloader',
  'system-part',
  'user-part',
  'monolithic',
  'ncp',
  'radio-stack',
];

/** Stores by their number in the reply. */
export const MODULE_STORES: readonly ModuleReport['store'][] = ['main', 'factory', 'backup', 'scratch'];

/** Modules whose integrity every firmware checks; one that was not checked counts as faulty. */
const ALWAYS_CHECKED: readonly ModuleFunction[] = ['bootloader', 'monolithic', 'system-part', 'user-part'];

/**
 * The modules of a request 90 reply in the station's shape. A reply of firmware since 5.6.0 fills `modules`, an older one only
 * the deprecated list, which knows the main store alone (device-usb.md 5.4).
 */
export function readModuleInfo(reply: Decoded<typeof getModuleInfoReply>): readonly ModuleReport[] {
  if (reply.modules.length > 0) return reply.modules.map(fromModern);
  return reply.modulesDeprecated.map(fromDeprecated);
}

/**
 * The checks a module did not pass: made and failed, plus an integrity check that was never made on a part that runs. Anything
 * the table of bits does not know is 'other'.
 */
export function moduleFaults(
  which: { readonly function: ModuleFunction; readonly store: ModuleReport['store'] },
  checked: number,
  passed: number,
): readonly ModuleFault[] {
  const failed = (checked ^ passed) >>> 0;
  const faults: ModuleFault[] = [];
  let known = 0;
  for (const [name, bit] of Object.entries(MODULE_CHECK) as [keyof typeof MODULE_CHECK, number][]) {
    known |= bit;
    if ((failed & bit) !== 0) faults.push(name);
  }
  const uncheckedPart =
    which.store === 'main' && ALWAYS_CHECKED.includes(which.function) && (checked & MODULE_CHECK.integrity) === 0;
  if ((failed & ~known) !== 0 || (uncheckedPart && faults.length === 0)) faults.push('other');
  return faults;
}

type ModernModule = Decoded<typeof getModuleInfoReply>['modules'][number];
type DeprecatedModule = Decoded<typeof getModuleInfoReply>['modulesDeprecated'][number];

function fromModern(module: ModernModule): ModuleReport {
  const which = { function: MODULE_FUNCTIONS[module.type] ?? 'none', store: MODULE_STORES[module.store] ?? 'scratch' };
  return {
    ...which,
    index: module.index,
    version: module.version,
    faults: moduleFaults(which, module.checkedFlags, module.passedFlags),
    dependencies: module.dependencies.map((dependency) => readDependency(dependency, MODULE_FUNCTIONS)),
    ...(module.size > 0 ? { sizeBytes: module.size } : {}),
    ...(module.hash !== undefined && module.hash.length === 32 ? { sha256: hex(module.hash) } : {}),
  };
}

function fromDeprecated(module: DeprecatedModule): ModuleReport {
  const faults: ModuleFault[] = [];
  if ((module.validity & 1) !== 0) faults.push('integrity');
  if ((module.validity & 2) !== 0) faults.push('dependencies');
  if ((module.validity & ~3) !== 0) faults.push('other');
  return {
    function: DEPRECATED_MODULE_FUNCTIONS[module.type] ?? 'none',
    store: 'main',
    index: module.index,
    version: module.version,
    faults,
    dependencies: module.dependencies.map((dependency) => readDependency(dependency, DEPRECATED_MODULE_FUNCTIONS)),
    ...(module.size > 0 ? { sizeBytes: module.size } : {}),
  };
}

function readDependency(
  dependency: { readonly type: number; readonly index: number; readonly version: number },
  functions: readonly ModuleFunction[],
): ModuleDependency {
  return {
    function: functions[dependency.type] ?? 'none',
    index: dependency.index,
    version: dependency.version,
  };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
