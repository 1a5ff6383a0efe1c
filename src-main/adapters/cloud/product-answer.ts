import * as z from 'zod';
import { boundedText } from './checked-answer.ts';

/** What every form of a product tells. */
export const productFacts = z.looseObject({
  id: z.number(),
  name: boundedText(200),
  slug: boundedText(200).nullish(),
  platform_id: z.number(),
});

/** An object since 2019, before that an array of one (cloud-api.md 2.10). */
export const productAnswer = z.looseObject({ product: z.union([productFacts, z.tuple([productFacts])]) });

/** The one product of the answer. */
export function productFactsOf({ product }: z.infer<typeof productAnswer>): z.infer<typeof productFacts> {
  return Array.isArray(product) ? product[0] : product;
}
