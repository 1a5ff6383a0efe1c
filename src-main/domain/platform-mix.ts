import { ok, type Result, refuse } from './failure.ts';
import { PLATFORMS, type PlatformName, platformByName } from './platform.ts';
import { type Sku, skuAllowsPlatform, skuRow } from './sku.ts';

/**
 * The platforms a product for all these SKUs could have: one as a rule, more where a SKU may be of several (E404X), all of them for
 * bare carriers. Refuses with `cloud/wrong-product`, naming SKUs that cannot be in one product (cloud-api.md R15).
 */
export function platformsForAll(skus: readonly Sku[]): Result<readonly PlatformName[]> {
  let common: readonly PlatformName[] = PLATFORMS.map(({ name }) => name);
  const bound = skus.filter((sku) => skuRow(sku).platforms.length > 0);
  for (const sku of bound) {
    const { platforms } = skuRow(sku);
    const left = common.filter((name) => platforms.includes(name));
    if (left.length === 0) {
      const other = bound.find((before) => !platforms.some((name) => skuAllowsPlatform(before, name))) ?? sku;
      const detail = `A product has one platform: ${namePlatforms(other)} and ${namePlatforms(sku)} need a product each.`;
      return refuse('cloud/wrong-product', detail);
    }
    common = left;
  }
  return ok(common);
}

/** What is allowed in one product and yet not advisable, one sentence each (R15). */
export function mixWarnings(skus: readonly Sku[]): readonly string[] {
  const trackers = skus.filter((sku) => skuRow(sku).platforms.includes('tracker'));
  const monitor = trackers.find(isMonitor);
  const tracker = trackers.find((sku) => !isMonitor(sku));
  if (monitor === undefined || tracker === undefined) return [];
  return [`${tracker} and ${monitor} are of one platform, but Tracker Edge and Monitor Edge are different firmware.`];
}

function namePlatforms(sku: Sku): string {
  const names = skuRow(sku).platforms.map((name) => platformByName(name).displayName);
  return `${sku} (${names.join(' or ')})`;
}

function isMonitor(sku: Sku): boolean {
  return sku.startsWith('MON');
}
