import { wrapAsset } from './asset-module.ts';
import { needsSetupDone, shippedBootloaderOf } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { MARK_MS, updateMs } from './flash-times.ts';
import { nameOf } from './plan-name.ts';
import type { PlannedMark, PlannedUpdate, Skipped } from './planned-steps.ts';
import type { Recipe } from './recipe.ts';
import { installedDeviceOs, installedModule, ownFaults, takesUpdates, type UnitState } from './unit-state.ts';

/**
 * What goes over control requests because DFU must not or cannot write it (firmware-modules.md 4.3), in order: prebootloader part 1
 * before the bootloader that needs it, then the co-processor; the set-up mark and the assets at the very end, when the application
 * runs. Modules go before the DFU visit where the firmware on the unit takes them, else after it. For a unit that does not tell its
 * modules nothing is decided: the plan is made again when it does. Pure.
 */
export function plannedUpdates(
  unit: UnitState,
  recipe: Recipe,
  full: boolean,
): {
  readonly before: readonly PlannedUpdate[];
  readonly after: readonly (PlannedUpdate | PlannedMark)[];
  readonly skipped: readonly Skipped[];
} {
  if (unit.modules === undefined) return { before: [], after: [], skipped: [] };
  const before: PlannedUpdate[] = [];
  const after: (PlannedUpdate | PlannedMark)[] = [];
  const skipped: Skipped[] = [];
  for (const module of broughtByRequest(recipe)) {
    const what = nameOf(module, recipe);
    const decision = decide(module, unit, recipe, full);
    if ('skip' in decision) {
      skipped.push({ what, reason: decision.skip });
      continue;
    }
    const update = plannedUpdate(module, what, decision.update, unit);
    if (isTakenNow(module, unit, before)) before.push(update);
    else after.push(update);
  }
  const mark = setupMark(unit, recipe);
  if (mark !== undefined) after.push(mark);
  for (const asset of recipe.assets) {
    const what = `asset ${asset.name}`;
    const isThere = unit.assets?.some(({ name, sha256 }) => name === asset.name && sha256 === asset.sha256) ?? false;
    if (isThere && !full) skipped.push({ what, reason: 'The unit has this one, by name and hash.' });
    else after.push(plannedUpdate(wrapAsset(asset), what, 'The application asks for it.', unit));
  }
  return { before, after, skipped };
}

/** The recipe's modules that never go over DFU, what others need first. */
export function broughtByRequest({ prebootloader, bootloader, ncp }: Recipe): readonly FirmwareModule[] {
  return [prebootloader, bootloader, ncp].filter((module) => module !== undefined);
}

/**
 * Electron's system parts carry the bootloader since 0.6.1 and install it at their first start, with one restart more
 * (device-usb.md 6.8). No other family does.
 */
export function bringsItsBootloader({ platform, deviceOsModuleVersion }: Recipe): boolean {
  return platform.name === 'electron' && deviceOsModuleVersion >= 105;
}

type Decision = { readonly update: string } | { readonly skip: string };

function decide(module: FirmwareModule, unit: UnitState, recipe: Recipe, full: boolean): Decision {
  const why = whyNotTaken(module, unit, recipe);
  if (why !== undefined) return { skip: why };
  const installed = installedModule(unit, module);
  if (installed === undefined) return { update: 'The unit does not report this module.' };
  const { version, sha256 } = installed;
  // Newer ones suit older systems, since needs are minimums; an older one is never put in their place (firmware-modules.md 6.4).
  if (version > module.version) return { skip: `The unit has version ${version}, which is newer and stays.` };
  if (version < module.version) return { update: `The unit has version ${version} only.` };
  const faults = ownFaults(installed);
  if (faults.length > 0) return { update: `The unit finds its own copy faulty (${faults.join(', ')}).` };
  // One version can be several builds (firmware-modules.md 5.3); that of a co-processor is told by its version alone (7.1).
  const isOther = module.function === 'bootloader' && sha256 !== undefined && sha256 !== module.sha256;
  if (isOther) return { update: `The unit has another build of version ${version}, by its hash.` };
  if (full) return { update: 'Everything is to be written, whatever the unit holds.' };
  return { skip: `The unit has version ${version}.` };
}

/** Why this unit gets no such module by request from us at all; undefined when it does. */
function whyNotTaken(module: FirmwareModule, unit: UnitState, recipe: Recipe): string | undefined {
  const os = installedDeviceOs(unit) ?? 0;
  const leftAlone = whyLeftAlone(module, recipe, os);
  if (leftAlone !== undefined) return leftAlone;
  const isEverTaken = takesUpdates(recipe.platform, os) || takesUpdates(recipe.platform, recipe.deviceOsModuleVersion);
  return isEverTaken ? undefined : 'Neither Device OS takes modules over control requests.';
}

/**
 * Why a module the recipe brings is nevertheless not put on a unit with this Device OS (module version), in a sentence; undefined when
 * it is. The proof asks the same question, so that what was left alone is not held against a unit.
 */
export function whyLeftAlone(module: FirmwareModule, recipe: Recipe, deviceOs: number): string | undefined {
  if (module.function === 'bootloader' && bringsItsBootloader(recipe)) {
    // The start of the new system parts would put back what they carry, or already did.
    const carried = shippedBootloaderOf(recipe.deviceOs);
    if (carried === undefined || carried >= module.version) return 'Device OS brings its bootloader itself.';
  }
  if (module.function !== 'ncp' || recipe.platform.name !== 'tracker') return undefined;
  if (deviceOs < FIRST_WITHOUT_TRACKER_NCP || recipe.deviceOsModuleVersion < FIRST_WITHOUT_TRACKER_NCP)
    return undefined;
  return 'Device OS 5.6.0 and later do not update the co-processor of a Tracker.';
}

/** firmware-modules.md 4.3. */
const FIRST_WITHOUT_TRACKER_NCP = 5600;

/**
 * Whether the firmware that runs now takes the module: it has the channel, and what the module needs is there or comes before it.
 * Gen 2 always gets its system parts first (firmware-modules.md 4.4).
 */
function isTakenNow(module: FirmwareModule, unit: UnitState, before: readonly PlannedUpdate[]): boolean {
  const os = installedDeviceOs(unit);
  const { platform } = unit;
  if (unit.mode === 'dfu' || os === undefined || platform.mcu === 'stm32f2xx' || !takesUpdates(platform, os))
    return false;
  if (module.function === 'ncp' && platform.name === 'tracker' && os >= FIRST_WITHOUT_TRACKER_NCP) return false;
  return module.dependencies.every((need) => {
    const sent = before.find(({ module: one }) => one.function === need.function && one.index === need.index)?.module;
    const there = sent ?? installedModule(unit, need);
    return there !== undefined && there.version >= need.version;
  });
}

function plannedUpdate(module: FirmwareModule, what: string, reason: string, unit: UnitState): PlannedUpdate {
  const expectedMs = updateMs(unit.platform, module);
  return { transport: 'control-request', what, reason, expectedMs, bytes: module.bytes, module };
}

/** An nRF52 unit with a Device OS below 4.0 that lacks the mark stays in listening mode for ever (firmware-modules.md 6.3). */
function setupMark(unit: UnitState, recipe: Recipe): PlannedMark | undefined {
  if (!needsSetupDone(recipe.platform, recipe.deviceOsModuleVersion)) return undefined;
  // Device OS 4.0 and later say yes whatever is there, so only one that needs the mark itself is believed.
  const os = installedDeviceOs(unit);
  const isBelieved = os !== undefined && needsSetupDone(unit.platform, os);
  if (isBelieved && unit.isSetupDone === true) return undefined;
  const reason = 'Without the mark this Device OS stays in listening mode.';
  return { transport: 'control-request', what: 'set-up mark', reason, expectedMs: MARK_MS, mark: 'setup-done' };
}
