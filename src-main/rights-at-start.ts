import { cloudRights } from './adapters/cloud/cloud-rights.http.ts';
import { createCloudSender } from './adapters/cloud/cloud-sender.ts';
import type { CloudPolicy } from './domain/cloud-policy.ts';
import { scopesFor } from './domain/cloud-scope.ts';
import { type Failure, failure, failureOf } from './domain/failure.ts';
import type { JsonObject } from './domain/json.ts';
import type { CloudLink } from './open-cloud-link.ts';
import { CLOCK_TOLERANCE_MS } from './ports/cloud-contact.ts';

/** What was found out, for the record; `failure` when the token certainly lacks a right that the recipes need. */
export type RightsAtStart = { readonly failure?: Failure; readonly note: JsonObject };

/** A cloud that does not answer must not keep a line from starting, nor hold it up. In ms. */
const START_MS = 8_000;

/**
 * Tries the station's token at start, once, for every product its recipes build. A right that is missing will be missing for every unit,
 * so it is told before the first one, with a sentence for each. Anything else, also a cloud that cannot be reached, is only noted: a
 * line whose recipes allow it goes on without the cloud.
 */
export async function rightsAtStart(
  { settings }: CloudLink,
  recipes: readonly { readonly productId: number; readonly cloud: CloudPolicy }[],
): Promise<RightsAtStart> {
  const rights = cloudRights(createCloudSender({ ...settings, pace: { ...settings.pace, tries: 1 } }));
  const options = { signal: AbortSignal.timeout(2 * START_MS), timeoutMs: START_MS };
  const products = [...new Set(recipes.map(({ productId }) => productId))];
  const found = await Promise.all(
    products.map(async (productId) => {
      const policies = recipes.filter((recipe) => recipe.productId === productId).map(({ cloud }) => cloud);
      try {
        const { rights: all, warnings } = await rights.check(productId, scopesFor(policies), options);
        const lacking = all.filter(({ state }) => state === 'missing').map(({ sentence }) => sentence);
        const unknown = all.filter(({ state }) => state === 'unknown').map(({ sentence }) => sentence);
        return { productId, lacking, unknown, warnings };
      } catch (thrown) {
        const { code, detail } = failureOf(thrown);
        return { productId, lacking: [], unknown: [`${detail} [${code}]`], warnings: [] };
      }
    }),
  );
  const offsetMs = settings.contact.clockOffsetMs();
  const note = {
    products: found,
    ...(offsetMs === undefined ? {} : { clockOffsetMs: Math.round(offsetMs) }),
    isClockWrong: offsetMs !== undefined && Math.abs(offsetMs) > CLOCK_TOLERANCE_MS,
  };
  const lacking = found.flatMap((one) => one.lacking.map((sentence) => `Product ${one.productId}: ${sentence}`));
  return lacking.length === 0 ? { note } : { note, failure: failure('cloud/rights-missing', lacking.join(' ')) };
}
