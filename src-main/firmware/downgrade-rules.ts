import { type Failure, failure } from '../domain/failure.ts';
import { skuRow } from '../domain/sku.ts';
import { belowFloor, checkSkus } from './check-skus.ts';
import { nameModuleVersion } from './device-os-releases.ts';
import type { Recipe } from './recipe.ts';
import { installedDeviceOs, type UnitState } from './unit-state.ts';

/**
 * Refuses a recipe this unit may not go down to: below the floor of its product, across 0.7.0, or from 2.0.0 or later to 1.5.1 or
 * earlier where the modem would be left in a mode the old firmware does not know. `plan/below-floor` or `plan/refused`. Pure.
 */
export function checkDowngrade(unit: UnitState, recipe: Recipe): Failure | undefined {
  return checkSkus(recipe, recipe.deviceOsModuleVersion) ?? unitBelowFloor(unit, recipe) ?? checkWayDown(unit, recipe);
}

/** What is allowed and yet worth a word about the step from the unit's Device OS to the recipe's. */
export function downgradeRemarks(unit: UnitState, recipe: Recipe): readonly string[] {
  const from = installedDeviceOs(unit);
  const to = recipe.deviceOsModuleVersion;
  if (from === undefined || from <= to) return [];
  const remarks = [`The unit goes down from Device OS ${nameModuleVersion(from)} to ${nameModuleVersion(to)}.`];
  if (unit.platform.mcu === 'nrf52840' && from >= FIRST_LOW_SYSTEM && to < FIRST_LOW_SYSTEM) {
    // firmware-modules.md 4.4, 10.5: from source only.
    remarks.push('That the older system part starts in place of the newer one is known from source, not from a unit.');
  }
  return remarks;
}

/** Module versions: 6.2.0, 0.7.0-rc.1, 2.0.0-alpha.1, 1.5.1. */
const FIRST_LOW_SYSTEM = 6200;
const FIRST_0_7 = 200;
const FIRST_2_0 = 2000;
const LAST_1_5_1 = 1511;

/** A serial number's prefix may stand for several order numbers; only what all of them forbid is sure to be forbidden. */
function unitBelowFloor(unit: UnitState, recipe: Recipe): Failure | undefined {
  const refusals = (unit.skus ?? []).map((sku) => belowFloor(skuRow(sku), recipe.deviceOsModuleVersion));
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

function checkWayDown(unit: UnitState, recipe: Recipe): Failure | undefined {
  const from = installedDeviceOs(unit);
  const to = recipe.deviceOsModuleVersion;
  if (from === undefined || from <= to) return undefined;
  const step = `from Device OS ${nameModuleVersion(from)} to ${nameModuleVersion(to)}`;
  if (unit.platform.mcu === 'stm32f2xx' && from >= FIRST_0_7 && to < FIRST_0_7) {
    // device-usb.md 9, row 25.
    return failure('plan/refused', `A unit cannot go ${step}: below 0.7.0 it would start again and again.`, {
      from,
      to,
    });
  }
  if (from >= FIRST_2_0 && to <= LAST_1_5_1 && mayBe402(unit, recipe)) {
    const detail = `A B402 or BRN402 cannot go ${step} at once: it must run 1.5.2 and connect to cellular first, to reset the modem's power saving. If no unit of this recipe is one, name its order numbers under skus.`;
    return failure('plan/refused', detail, { from, to });
  }
  return undefined;
}

/** Boron and B-SoM with the R410 modem (firmware-modules.md 6.2); unless order numbers say otherwise, any of them may be one. */
function mayBe402(unit: UnitState, recipe: Recipe): boolean {
  if (unit.platform.name !== 'boron' && unit.platform.name !== 'bsom') return false;
  const known = [...recipe.skus, ...(unit.skus ?? [])];
  return known.length === 0 || known.some((sku) => /^(BRN402|B402)/i.test(sku.trim()));
}
