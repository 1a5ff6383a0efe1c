import type { GeneratedRelease } from '../../../firmware/generate-release.ts';
import type { ModuleReport } from '../../../src-main/domain/module-report.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import { type FlashPlan, type PlanOptions, planFlash } from '../../../src-main/firmware/flash-plan.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import type { UnitState } from '../../../src-main/firmware/unit-state.ts';

/** Modules of a release as a plan's input: every file parsed. */
export function modulesIn(release: GeneratedRelease): readonly FirmwareModule[] {
  return release.files.map(({ bytes, name }) => {
    const parsed = parseModule(bytes, name);
    if (!parsed.ok) throw new Error(parsed.failure.detail);
    return parsed.value;
  });
}

/** What a unit that holds this module reports of it. Device OS below 5.6.0 reports neither hash nor size. */
export function reportOf(module: FirmwareModule, options: { readonly hash?: boolean } = {}): ModuleReport {
  const { function: kind, index, version, dependencies, sha256, bytes } = module;
  return {
    function: kind,
    index,
    version,
    store: 'main',
    faults: [],
    dependencies,
    ...(options.hash === false ? {} : { sizeBytes: bytes.length, sha256 }),
  };
}

/** A running unit that holds these modules; of two of one kind and index the later one. */
export function unitHolding(
  recipe: Recipe,
  modules: readonly FirmwareModule[],
  more: Partial<UnitState> & { readonly hash?: boolean } = {},
): UnitState {
  const { hash = true, ...state } = more;
  const held = new Map(modules.map((module) => [`${module.function} ${module.index}`, module]));
  const reports = [...held.values()].map((module) => reportOf(module, { hash }));
  return { platform: recipe.platform, mode: 'normal', modules: reports, ...state };
}

/** Everything a unit holds that equals the recipe; what the recipe leaves out comes from `rest`. */
export function equalTo(recipe: Recipe, rest: readonly FirmwareModule[]): readonly FirmwareModule[] {
  const { system, application, bootloader, prebootloader, ncp } = recipe;
  const own = [prebootloader, bootloader, ncp, ...system, application].filter((module) => module !== undefined);
  // An application in the former slot hides the one in the new slot, so a unit never reports both.
  return [...rest.filter((module) => module.function !== 'user-part'), ...own];
}

/** The plan, or the test fails with the engineer's sentence. */
export function planned(unit: UnitState, recipe: Recipe, options: PlanOptions = {}): FlashPlan {
  const plan = planFlash(unit, recipe, options);
  if (!plan.ok) throw new Error(`${plan.failure.code}: ${plan.failure.detail}`);
  return plan.value;
}

/** A plan in three short lists: `bootloader 3100`, `0x28000`, …; a write that is compared first ends with `?`. */
export function inShort(plan: FlashPlan): { before: string; writes: string; after: string } {
  return {
    before: plan.before.map(({ what }) => what).join(', '),
    writes: plan.writes.map(({ address, compare }) => `0x${address.toString(16)}${compare ? '?' : ''}`).join(' '),
    after: plan.after.map(({ what }) => what).join(', '),
  };
}

/** The code a plan is refused with, or `planned`. */
export function codeOf(unit: UnitState, recipe: Recipe): string {
  const plan = planFlash(unit, recipe);
  return plan.ok ? 'planned' : plan.failure.code;
}
