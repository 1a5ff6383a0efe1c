import { nameModuleVersion } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { readMs, writeMs } from './flash-times.ts';
import { FORMER_USER_PAGE, userDependencyIndex } from './memory-map.ts';
import { nameOf } from './plan-name.ts';
import type { PlannedWrite, Skipped } from './planned-steps.ts';
import type { Recipe } from './recipe.ts';
import { installedModule, ownFaults, type UnitState } from './unit-state.ts';

/**
 * What one DFU visit writes, in order: radio stack, the former user slot blanked, system parts by index, application
 * (firmware-modules.md 4.4, 3.6). A module the unit holds by version and hash is skipped; one of which it reports no hash is compared
 * (6.4). With `full` nothing is skipped and nothing compared. Pure.
 */
export function plannedWrites(
  unit: UnitState,
  recipe: Recipe,
  full: boolean,
): { readonly writes: readonly PlannedWrite[]; readonly skipped: readonly Skipped[] } {
  const writes: PlannedWrite[] = [];
  const skipped: Skipped[] = [];
  for (const module of [...recipe.system, recipe.application]) {
    const what = nameOf(module, recipe);
    const decision = full ? decideFull(module, unit) : decideInMode(module, unit);
    if ('skip' in decision) skipped.push({ what, reason: decision.skip });
    else writes.push(plannedWrite(module, what, decision, unit));
  }
  const blanking = blankFormerUserSlot(recipe, writes, full);
  if (blanking !== undefined) {
    const afterRadioStack = writes[0]?.module?.function === 'radio-stack' ? 1 : 0;
    writes.splice(afterRadioStack, 0, blanking);
  }
  return { writes, skipped };
}

/** `compare` undefined: all of it is written unseen; else how much of it is likely to be there already. */
type Decision =
  | { readonly write: string; readonly compare?: 'perhaps-some' | 'probably-all' }
  | { readonly skip: string };

function decideFull(module: FirmwareModule, unit: UnitState): Decision {
  const installed = module.function === 'radio-stack' ? installedModule(unit, module) : undefined;
  // Also in full: what a newer radio stack brought along may need it, and nothing needs the older one.
  if (installed !== undefined && installed.version > module.version) return newerStays(installed.version);
  return { write: 'Everything is to be written, whatever the unit holds.' };
}

/** A unit that waits in DFU mode was perhaps cut off there, so its flash is looked at in any case. */
function decideInMode(module: FirmwareModule, unit: UnitState): Decision {
  const decision = decide(module, unit);
  return 'skip' in decision || unit.mode === 'normal' ? decision : { compare: 'perhaps-some', ...decision };
}

function decide(module: FirmwareModule, unit: UnitState): Decision {
  if (unit.modules === undefined) {
    const why = unit.mode === 'dfu' ? 'The unit was found in DFU mode and cannot' : 'The unit does not';
    return { write: `${why} say what it holds.`, compare: 'perhaps-some' };
  }
  const installed = installedModule(unit, module);
  // Not reported is also what was cut off half-way: what of it is there already need not be written again.
  if (installed === undefined) return { write: 'The unit does not report this module.', compare: 'perhaps-some' };
  const faults = ownFaults(installed);
  if (faults.length > 0) {
    return { write: `The unit finds its own copy faulty (${faults.join(', ')}).`, compare: 'perhaps-some' };
  }
  if (module.function === 'radio-stack') {
    // Its reported hash is not that of the file (firmware-modules.md 7.1), so the version decides.
    if (installed.version > module.version) return newerStays(installed.version);
    if (installed.version === module.version) return { skip: `The unit has version ${installed.version}.` };
    return { write: `The unit has version ${installed.version} only.` };
  }
  if (module.function === 'system-part' && installed.version !== module.version) {
    return { write: `The unit has Device OS ${nameModuleVersion(installed.version)}.` };
  }
  if (installed.sha256 === undefined) {
    const reason = 'The unit does not report a hash, so its copy is read and what differs is written.';
    return { write: reason, compare: module.function === 'system-part' ? 'probably-all' : 'perhaps-some' };
  }
  const sizeDiffers = installed.sizeBytes !== undefined && installed.sizeBytes !== module.bytes.length;
  if (installed.sha256 === module.sha256 && !sizeDiffers && installed.version === module.version) {
    return { skip: 'The unit holds exactly this one, by version and hash.' };
  }
  const reason = 'The unit holds another one, by its hash.';
  // Two builds for one Device OS share much; an application for another one shares next to nothing.
  const index = userDependencyIndex(unit.platform);
  const os = ({ dependencies }: Pick<FirmwareModule, 'dependencies'>): number | undefined =>
    dependencies.find((need) => need.function === 'system-part' && need.index === index)?.version;
  if (module.function === 'user-part' && os(installed) !== os(module)) return { write: reason };
  return { write: reason, compare: 'perhaps-some' };
}

function newerStays(version: number): { readonly skip: string } {
  return { skip: `The unit has version ${version}, which is newer and stays.` };
}

/** Every module a station writes over DFU lies in internal flash, which is alternate setting 0 on every family. */
const INTERNAL_FLASH = 0;

function plannedWrite(
  module: FirmwareModule,
  what: string,
  decision: Extract<Decision, { write: string }>,
  unit: UnitState,
): PlannedWrite {
  const bytes = module.flags.dropHeader ? module.bytes.subarray(module.prefixSize) : module.bytes;
  const address = module.startAddress;
  const { compare } = decision;
  const expectedMs =
    (compare === undefined ? 0 : readMs(bytes.length)) +
    (compare === 'probably-all' ? 0 : writeMs(unit.platform, { address, bytes }));
  return {
    transport: 'dfu',
    what,
    reason: decision.write,
    expectedMs,
    alt: INTERNAL_FLASH,
    address,
    bytes,
    module,
    compare: compare !== undefined,
  };
}

/**
 * On nRF52 a valid application in the former 128 KB slot wins over the one in the 256 KB slot, so its first page is blanked
 * whenever an application of index 2 is written. Newer bootloaders do that by themselves; older ones do not
 * (firmware-modules.md 3.6). An application so large that it covers that page takes its place and needs no blanking.
 */
function blankFormerUserSlot(recipe: Recipe, writes: readonly PlannedWrite[], full: boolean): PlannedWrite | undefined {
  const { application, platform } = recipe;
  const isWritten = writes.some((write) => write.module === application);
  if (platform.mcu !== 'nrf52840' || application.index !== 2 || !isWritten) return undefined;
  if (application.startAddress + application.bytes.length > FORMER_USER_PAGE.start) return undefined;
  const address = FORMER_USER_PAGE.start;
  const bytes = new Uint8Array(FORMER_USER_PAGE.sizeBytes).fill(0xff);
  return {
    transport: 'dfu',
    expectedMs: full ? writeMs(platform, { address, bytes }) : readMs(bytes.length),
    compare: !full,
    what: 'blanking of the former application slot',
    reason: 'A valid application there would run instead of the new one.',
    alt: INTERNAL_FLASH,
    address,
    bytes,
    module: undefined,
  };
}
