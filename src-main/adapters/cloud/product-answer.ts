import * as z from 'zod';
import { boundedText } from './checked-answer.ts';

/** What every form of a product tells. */
export const productFacts = z.looseObject({
  id: z.number(),
  name: boundedText(200),
  slug: boundedText(200).nullish(),
  platform_id: z.number(),
});

/** The product of an answer: an object since 2019, before that an array of one (cloud-api.md 2.10). */
export function productOf<Facts extends z.ZodType>(facts: Facts) {
  return z.looseObject({
    product: z.preprocess((one) => (Array.isArray(one) && one.length === 1 ? one[0] : one), facts),
  });
}

export const productAnswer = productOf(productFacts);
