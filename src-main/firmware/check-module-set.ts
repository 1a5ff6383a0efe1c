import { type Failure, failure } from '../domain/failure.ts';
import { builtWith } from './check-application.ts';
import { nameModuleVersion } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { slotOf, systemPartIndexes } from './memory-map.ts';
import type { RecipeFile } from './recipe-file.ts';

/** One complete set of system parts, all of the recipe's release. File names are no help: only the header counts. */
export function checkSystemSet(
  system: readonly FirmwareModule[],
  file: RecipeFile,
  deviceOs: number,
): Failure | undefined {
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

/** Gate 8: the module lies where this platform and release have it. A co-processor's firmware has no place in this flash. */
export function checkLocation(module: FirmwareModule, file: RecipeFile): Failure | undefined {
  if (module.function === 'ncp') return undefined;
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
 * Gate 13, as far as files go: whatever a module needs from another module of the recipe is there in a sufficient version: the
 * bootloader for the system part, part 1 for the bootloader. Cycles (Electron) and a need for itself (Tracker) are fine. What is
 * needed from the unit (whatever the recipe does not bring) is checked when the plan is made.
 */
export function checkNeeds(module: FirmwareModule, all: readonly FirmwareModule[]): Failure | undefined {
  for (const need of module.dependencies) {
    const found = all.find((one) => one.function === need.function && one.index === need.index);
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

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
