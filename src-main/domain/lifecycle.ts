import { type PlatformName, platformByName } from './platform.ts';
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
    const instead = replacement === undefined ? undefined : `order ${replacement} instead${ownProduct(sku)}`;
    if (stage === undefined) return [`${sku} has a successor: ${instead}.`];
    return [`${sku} is ${stage}${instead === undefined ? '' : `; ${instead}`}.`];
  });
}

/**
 * Whether the replacement of a SKU needs a product of its own, because it is of another platform (R15): `maybe` where the sheets do not
 * settle which platform it reports (E404X). Undefined where it can go into the same product, or there is none.
 */
export function replacementPlatform(
  sku: Sku,
): { readonly platform: PlatformName; readonly isSure: boolean } | undefined {
  const replacement = parseSku(skuRow(sku).replacement ?? '');
  if (!replacement.ok) return undefined;
  const others = skuRow(replacement.value).platforms.filter((name) => !skuAllowsPlatform(sku, name));
  const [platform] = others;
  if (platform === undefined) return undefined;
  return { platform, isSure: !platformsForAll([sku, replacement.value]).ok };
}

const STAGES: Readonly<Record<SkuRow['lifecycle'], string | undefined>> = {
  ga: undefined,
  nrnd: 'not recommended for new designs',
  deprecated: 'deprecated',
  'in-development': 'still in development',
};

function ownProduct(sku: Sku): string {
  const other = replacementPlatform(sku);
  if (other === undefined) return '';
  const needs = other.isSure ? 'it needs' : 'it may need';
  return ` (${platformByName(other.platform).displayName}: ${needs} a product of its own)`;
}
