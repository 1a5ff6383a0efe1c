import { type Failure, failure } from '../domain/failure.ts';
import { parseSku, skuAllowsPlatform, skuRow } from '../domain/sku.ts';
import { moduleVersionOf, nameModuleVersion } from './device-os-releases.ts';
import type { RecipeFile } from './recipe-file.ts';

/**
 * Holds the products a recipe is meant for against its platform and Device OS: each must be an order number of the table and of this
 * platform, and none may be put below the release under which it must never go (firmware-modules.md 6.2). A unit tells its platform
 * alone, so without products in the recipe only the platform's own floor counts. Pure.
 *
 * Refuses with `recipe/invalid` and `plan/below-floor`.
 */
export function checkSkus(file: Pick<RecipeFile, 'skus' | 'platform'>, deviceOs: number): Failure | undefined {
  for (const text of file.skus) {
    const sku = parseSku(text);
    if (!sku.ok)
      return failure('recipe/invalid', `The recipe's skus has ${text}, which is no order number this station knows.`);
    if (!skuAllowsPlatform(sku.value, file.platform.name)) {
      const detail = `The recipe is for ${file.platform.displayName}, but ${sku.value} is not one.`;
      return failure('recipe/invalid', detail);
    }
    const below = belowFloor(skuRow(sku.value), deviceOs);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** The refusal of a Device OS below the floor of one product; undefined where it has none or keeps it. Module versions. */
export function belowFloor(row: ReturnType<typeof skuRow>, deviceOs: number): Failure | undefined {
  const floor = row.minDeviceOs === undefined ? undefined : moduleVersionOf(row.minDeviceOs);
  if (floor === undefined || deviceOs >= floor) return undefined;
  const detail = `${row.sku} must never run a Device OS below ${nameModuleVersion(floor)}; this is ${nameModuleVersion(deviceOs)}.`;
  return failure('plan/below-floor', detail, { floor, deviceOs, sku: row.sku });
}
