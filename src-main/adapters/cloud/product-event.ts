import * as z from 'zod';
import type { ProductEvent } from '../../ports/product-events.ts';
import { boundedText, isoTime } from './checked-answer.ts';

/** One event as the SDK hands it on (cloud-api.md 2.11): the JSON of the block, with the name of its `event:` line added. */
const eventAnswer = z.looseObject({
  name: boundedText(200).refine((name) => name.trim() !== ''),
  data: boundedText(4_000).nullish(),
  coreid: z.string().regex(/^[\w-]{1,64}$/),
  published_at: isoTime,
  version: z.number().nullish(),
  productID: z.number().nullish(),
});

/** Undefined for what is no event, or one of another product: whatever firmware is on a unit can put anything into its events. */
export function productEventOf(productId: number, event: unknown): ProductEvent | undefined {
  const parsed = eventAnswer.safeParse(event);
  if (!parsed.success) return undefined;
  const { name, data, coreid, published_at: at, version, productID } = parsed.data;
  if (typeof productID === 'number' && productID !== productId) return undefined;
  return {
    name: name.trim(),
    data: (data ?? '').trim(),
    deviceId: coreid.toLowerCase(),
    version: version ?? undefined,
    at,
  };
}
