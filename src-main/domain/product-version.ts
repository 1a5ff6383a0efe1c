import type { Brand } from './brand.ts';
import { ok, type Result, refuse } from './failure.ts';

/** PRODUCT_VERSION of a product binary: integer 1 to 65535 (seed: Product firmware). */
export type ProductVersion = Brand<number, 'ProductVersion'>;

/**
 * Takes a number, or its plain decimal text, as a product version: an integer from 1 to 65535. 65535 is allowed although
 * the cloud's view of it is UNVERIFIED (firmware-modules.md 10). Else `request/invalid`.
 */
export function parseProductVersion(given: number | string): Result<ProductVersion> {
  const value = typeof given === 'number' ? given : /^[1-9]\d{0,4}$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    const said = typeof given === 'number' ? String(given) : `a text of ${given.length} characters`;
    return refuse('request/invalid', `A product version is a whole number from 1 to 65535; this was ${said}.`);
  }
  return ok(value as ProductVersion);
}
