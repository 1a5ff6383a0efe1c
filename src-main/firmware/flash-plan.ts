import { type Failure, failure, ok, type Result, refuse } from '../domain/failure.ts';
import type { ModuleReport } from '../domain/module-report.ts';
import type { Platform } from '../domain/platform.ts';
import { nameModuleVersion } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { FORMER_USER_PAGE } from './memory-map.ts';
import type { Recipe } from './recipe.ts';
import { guardWrite } from './write-guard.ts';

/** What is known of the unit when the plan is made; all but the first two are undefined where it could not be asked. */
export type UnitState = {
  readonly platform: Platform;
  /** A unit in DFU mode answers no control requests: what needs them comes after the restart. */
  readonly mode: 'normal' | 'dfu';
  readonly modules: readonly ModuleReport[] | undefined;
  readonly assets?: readonly { readonly name: string; readonly sha256: string }[] | undefined;
  readonly isSetupDone?: boolean | undefined;
};

/** What the plan was asked for besides the recipe. */
export type PlanOptions = {
  /** QA: write everything, whatever the unit holds. */
  readonly full?: boolean;
};

type Planned = {
  readonly what: string;
  readonly reason: string;
  /** By the chip's own figures (device-usb.md 6.7); nothing of the station in it. */
  readonly expectedMs: number;
};

/** One DFU write, with the reason it is there. */
export type PlannedWrite = Planned & {
  readonly transport: 'dfu';
  readonly alt: number;
  readonly address: number;
  /** Exactly what goes over the wire: the file, without its 24-byte prefix where the module drops it. */
  readonly bytes: Uint8Array;
  /** Undefined for the blanking of the former 128 KB user slot. */
  readonly module: FirmwareModule | undefined;
  /** Look at what the flash holds first and write only the erase units that differ; false: write all of it unseen. */
  readonly compare: boolean;
};

/** One module or asset sent over control requests in normal mode; the unit restarts by itself afterwards. */
export type PlannedUpdate = Planned & {
  readonly transport: 'control-request';
  /** The whole file as it is sent: never without its prefix (firmware-modules.md 4.3). */
  readonly bytes: Uint8Array;
  /** The file; an asset is wrapped in a module of its own. */
  readonly module: FirmwareModule;
};

/** The set-up mark of Gen 3 below Device OS 4.0 (firmware-modules.md 6.3). */
export type PlannedMark = Planned & { readonly transport: 'control-request'; readonly mark: 'setup-done' };

/** Everything that is done to one unit's firmware, in order. Nothing at all when it already holds everything, hash for hash. */
export type FlashPlan = {
  /** In normal mode, before DFU: what the new system part needs and DFU must not write (bootloader, co-processor). */
  readonly before: readonly PlannedUpdate[];
  /** One visit to DFU mode. */
  readonly writes: readonly PlannedWrite[];
  /** In normal or safe mode, after the restart. For a unit found in DFU mode this is made anew once it can be asked. */
  readonly after: readonly (PlannedUpdate | PlannedMark)[];
  readonly skipped: readonly { readonly what: string; readonly reason: string }[];
  /** True by the rules and yet worth a word: an application built for a much older Device OS. */
  readonly remarks: readonly string[];
  /** Of the writes. */
  readonly totalBytes: number;
  /** Of everything, restarts included. */
  readonly expectedMs: number;
};

/**
 * Decides what one DFU visit writes, in the order of firmware-modules.md 4.4: radio stack where the unit has an older one, the
 * former user slot blanked when the application lives in the 256 KB slot (3.6), system parts by index, application. A module
 * that the unit holds with the same version and the same hash is skipped; without a reported hash it is written (6.4).
 *
 * Refuses with `plan/bootloader-too-old` when the system part needs a newer bootloader than the unit has and will not bring
 * it along, with `plan/refused` when something else the firmware needs is not on the unit, with `plan/range-refused` when a
 * write would touch anything but the place of a module.
 */
export function planFlash(unit: UnitState, recipe: Recipe, _options: PlanOptions = {}): Result<FlashPlan> {
  if (unit.platform.id !== recipe.platform.id) {
    const detail = `The unit is a ${unit.platform.displayName}, the recipe is for ${recipe.platform.displayName}.`;
    return refuse('plan/refused', detail);
  }
  const unmet = firstUnmetNeed(unit, recipe);
  if (unmet !== undefined) return { ok: false, failure: unmet };

  const writes: PlannedWrite[] = [];
  const skipped: { what: string; reason: string }[] = [];
  for (const module of [...recipe.system, recipe.application]) {
    const what = nameOf(module, recipe);
    const decision = decide(module, unit);
    if ('skip' in decision) skipped.push({ what, reason: decision.skip });
    else writes.push(plannedWrite(module, what, decision.write));
  }
  const blanking = blankFormerUserSlot(recipe, writes);
  if (blanking !== undefined) {
    const afterRadioStack = writes[0]?.module?.function === 'radio-stack' ? 1 : 0;
    writes.splice(afterRadioStack, 0, blanking);
  }
  for (const write of writes) {
    const guarded = guardWrite(unit.platform, write.alt, write.address, write.bytes.length);
    if (!guarded.ok) return guarded;
  }
  const totalBytes = writes.reduce((sum, write) => sum + write.bytes.length, 0);
  return ok({ before: [], writes, after: [], skipped, remarks: recipe.warnings, totalBytes, expectedMs: 0 });
}

/** Every module a station writes over DFU lies in internal flash, which is alternate setting 0 on every family. */
const INTERNAL_FLASH = 0;

function plannedWrite(module: FirmwareModule, what: string, reason: string): PlannedWrite {
  const bytes = module.flags.dropHeader ? module.bytes.subarray(module.prefixSize) : module.bytes;
  return {
    transport: 'dfu',
    what,
    reason,
    expectedMs: 0,
    alt: INTERNAL_FLASH,
    address: module.startAddress,
    bytes,
    module,
    compare: true,
  };
}

function nameOf(module: FirmwareModule, recipe: Recipe): string {
  if (module.function === 'user-part') return `application, version ${recipe.productVersion}`;
  if (module.function === 'radio-stack') return `radio stack ${module.version}`;
  const parts = recipe.system.filter((other) => other.function === 'system-part').length;
  return `Device OS ${recipe.deviceOs}${parts > 1 ? `, part ${module.index} of ${parts}` : ''}`;
}

/**
 * What the recipe's modules need from the unit and do not bring along. A unit found in DFU mode cannot be asked; it is
 * flashed all the same, since DFU is also the way to rescue one, and proves after the restart what it holds.
 */
function firstUnmetNeed(unit: UnitState, recipe: Recipe): Failure | undefined {
  if (unit.modules === undefined) return undefined;
  const brought = [...recipe.system, recipe.application];
  for (const module of brought) {
    for (const need of module.dependencies) {
      if (brought.some((other) => other.function === need.function && other.index === need.index)) continue;
      const installed = installedModule(unit, need);
      if (installed !== undefined && installed.version >= need.version) continue;
      const wanted = `${module.fileName} needs ${need.function} ${need.index} at version ${need.version} or later`;
      const found = installed === undefined ? 'the unit reports none' : `the unit has ${installed.version}`;
      const evidence = { needs: need.version, installed: installed?.version ?? null };
      if (need.function !== 'bootloader') return failure('plan/refused', `${wanted}; ${found}.`, evidence);
      if (bringsItsBootloader(recipe)) continue;
      return failure('plan/bootloader-too-old', `${wanted}; ${found}.`, evidence);
    }
  }
  return undefined;
}

/**
 * Electron's system parts carry the bootloader since 0.6.1 and install it at their first start, with one restart more
 * (device-usb.md 6.8). No other family does.
 */
function bringsItsBootloader(recipe: Recipe): boolean {
  return recipe.platform.name === 'electron' && recipe.deviceOsModuleVersion >= 105;
}

function decide(module: FirmwareModule, unit: UnitState): { readonly write: string } | { readonly skip: string } {
  if (unit.modules === undefined) return { write: 'The unit was found in DFU mode and cannot say what it holds.' };
  const installed = installedModule(unit, module);
  if (installed === undefined) return { write: 'The unit does not report this module.' };
  // A missing dependency says nothing against the module itself, and is what a unit in safe mode reports.
  const faults = installed.faults.filter((fault) => fault !== 'dependencies');
  if (faults.length > 0) return { write: `The unit finds its own copy faulty (${faults.join(', ')}).` };
  if (module.function === 'radio-stack') {
    // Its reported hash is not that of the file (firmware-modules.md 7.1), so the version decides; newer is kept.
    if (installed.version >= module.version) return { skip: `The unit has version ${installed.version}.` };
    return { write: `The unit has version ${installed.version} only.` };
  }
  if (module.function === 'system-part' && installed.version !== module.version) {
    return { write: `The unit has Device OS ${nameModuleVersion(installed.version)}.` };
  }
  if (installed.sha256 === undefined) return { write: 'The unit does not report a hash, so its copy may be another.' };
  const sizeDiffers = installed.sizeBytes !== undefined && installed.sizeBytes !== module.bytes.length;
  if (installed.sha256 !== module.sha256 || sizeDiffers || installed.version !== module.version) {
    return { write: 'The unit holds another one, by its hash.' };
  }
  return { skip: 'The unit holds exactly this one, by version and hash.' };
}

function installedModule(unit: UnitState, wanted: Pick<ModuleReport, 'function' | 'index'>): ModuleReport | undefined {
  return unit.modules?.find(
    (module) => module.store === 'main' && module.function === wanted.function && module.index === wanted.index,
  );
}

/**
 * On nRF52 a valid application in the former 128 KB slot wins over the one in the 256 KB slot, so its first page is blanked
 * whenever an application of index 2 is written. Newer bootloaders do that by themselves; older ones do not
 * (firmware-modules.md 3.6).
 */
function blankFormerUserSlot(recipe: Recipe, writes: readonly PlannedWrite[]): PlannedWrite | undefined {
  const { application, platform } = recipe;
  const isWritten = writes.some((write) => write.module === application);
  if (platform.mcu !== 'nrf52840' || application.index !== 2 || !isWritten) return undefined;
  return {
    transport: 'dfu',
    expectedMs: 0,
    compare: true,
    what: 'blanking of the former application slot',
    reason: 'A valid application there would run instead of the new one.',
    alt: INTERNAL_FLASH,
    address: FORMER_USER_PAGE.start,
    bytes: new Uint8Array(FORMER_USER_PAGE.sizeBytes).fill(0xff),
    module: undefined,
  };
}
