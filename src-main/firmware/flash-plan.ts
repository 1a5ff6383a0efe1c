import { ok, type Result, refuse } from '../domain/failure.ts';
import { checkDowngrade, downgradeRemarks } from './downgrade-rules.ts';
import { dfuVisitMs } from './flash-times.ts';
import type { FlashPlan } from './planned-steps.ts';
import { plannedUpdates } from './planned-updates.ts';
import { plannedWrites } from './planned-writes.ts';
import type { Recipe } from './recipe.ts';
import type { UnitState } from './unit-state.ts';
import { firstUnmetNeed } from './unmet-needs.ts';
import { guardWrite } from './write-guard.ts';

export type { FlashPlan, PlannedMark, PlannedUpdate, PlannedWrite } from './planned-steps.ts';
export type { UnitState } from './unit-state.ts';

/** What the plan was asked for besides the recipe. */
export type PlanOptions = {
  /** QA: write everything, whatever the unit holds. What is newer than the recipe's and never put back, stays. */
  readonly full?: boolean;
};

/**
 * Decides what is done to one unit, from what it reports: the order of firmware-modules.md 4.4, the skip rules of 6.4, the
 * migration of 3.6, the floors of 6.2, the set-up mark of 6.3. What the unit holds by version and hash is skipped, so that a unit
 * which equals the recipe gets an empty plan. For a unit that cannot be asked (found in DFU mode) only the DFU visit is planned; made
 * again after the restart, by what the unit then reports, the same function gives the rest. Pure.
 *
 * Refuses with `plan/below-floor`, `plan/bootloader-too-old` when the unit's bootloader is too old and the recipe brings none,
 * `plan/refused` for another platform, a forbidden downgrade or anything else the unit lacks, and `plan/range-refused` when a write
 * would touch anything but the place of a module.
 */
export function planFlash(unit: UnitState, recipe: Recipe, options: PlanOptions = {}): Result<FlashPlan> {
  if (unit.platform.id !== recipe.platform.id) {
    const detail = `The unit is a ${unit.platform.displayName}, the recipe is for ${recipe.platform.displayName}.`;
    return refuse('plan/refused', detail);
  }
  const forbidden = checkDowngrade(unit, recipe);
  if (forbidden !== undefined) return { ok: false, failure: forbidden };
  const { full = false } = options;
  const updates = plannedUpdates(unit, recipe, full);
  const unmet = firstUnmetNeed(unit, recipe, [...updates.before, ...updates.after]);
  if (unmet !== undefined) return { ok: false, failure: unmet };

  const visit = plannedWrites(unit, recipe, full);
  for (const write of visit.writes) {
    const guarded = guardWrite(unit.platform, write.alt, write.address, write.bytes.length);
    if (!guarded.ok) return guarded;
  }
  const { before, after } = updates;
  const steps = [...before, ...visit.writes, ...after];
  return ok({
    before,
    writes: visit.writes,
    after,
    skipped: [...updates.skipped, ...visit.skipped],
    remarks: [...recipe.warnings, ...downgradeRemarks(unit, recipe), ...openRemarks(unit, recipe)],
    totalBytes: visit.writes.reduce((sum, write) => sum + write.bytes.length, 0),
    expectedMs: Math.round(
      steps.reduce((sum, step) => sum + step.expectedMs, visit.writes.length === 0 ? 0 : dfuVisitMs(unit.platform)),
    ),
  });
}

/** What is left open because the unit could not be asked. */
function openRemarks(unit: UnitState, recipe: Recipe): readonly string[] {
  const { bootloader, prebootloader, ncp, assets } = recipe;
  const hasMore = assets.length > 0 || [bootloader, prebootloader, ncp].some((module) => module !== undefined);
  if (unit.modules !== undefined || !hasMore) return [];
  return ['What goes over control requests is planned when the unit has started again and can be asked.'];
}
