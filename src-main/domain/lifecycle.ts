import { platformByName } from './platform.ts';
import { platformsForAll } from './platform-mix.ts';
import { parseSku, type Sku, type SkuRow, skuAllowsPlatform, skuRow } from './sku.ts';

/**
 * What a supervisor should know of the order numbers a line builds: those no longer made for new designs, those deprecated or not out
 * yet, and what to order instead (cloud-api.md 6, the seed's table). One sentence per SKU that has something to say, in order.
 */
export function lifecycleWarnings(skus: readonly Sku[]): readonly string[] {
  return skus.flatMap((sku) => {
    const row = skuRow(sku);
    const { replacement } = row;
    const stage = STAGES[row.lifecycle];
    if (stage === undefined && replacement === undefined) return [];
    const instead =
      replacement === undefined ? undefined : `order ${replacement} instead${ownProduct(sku, replacement)}`;
    if (stage === undefined) return [`${sku} has a successor: ${instead}.`];
    return [`${sku} is ${stage}${instead === undefined ? '' : `; ${instead}`}.`];
  });
}

const STAGES: Readonly<Record<SkuRow['lifecycle'], string | undefined>> = {
  ga: undefined,
  nrnd: 'not recommended for new designs',
  deprecated: 'deprecated',
  'in-development': 'still in development',
};

/**
 * Whether the replacement of a SKU needs a product of its own, because it is of another platform (R15): "may" where the sheets do not
 * settle which platform it reports (E404X). Nothing where it can go into the same product.
 */
function ownProduct(sku: Sku, replacement: string): string {
  const parsed = parseSku(replacement);
  if (!parsed.ok) return '';
  const platform = skuRow(parsed.value).platforms.find((name) => !skuAllowsPlatform(sku, name));
  if (platform === undefined) return '';
  const needs = platformsForAll([sku, parsed.value]).ok ? 'it may need' : 'it needs';
  return ` (${platformByName(platform).displayName}: ${needs} a product of its own)`;
}
