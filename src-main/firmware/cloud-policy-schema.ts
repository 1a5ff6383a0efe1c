import { z } from 'zod';
import type { CloudPolicy } from '../domain/cloud-policy.ts';
import { isGroupName } from '../domain/group-name.ts';

/** The member `cloud` of a recipe (docs/recipe.md). Strict like all of the recipe, so that a misspelt wish is noticed. */
export const CLOUD_POLICY_SCHEMA: z.ZodType<CloudPolicy> = z.strictObject({
  waitMs: z.int().min(0).max(120_000),
  finishLater: z.boolean(),
  claimUser: z.email('a user is named by an e-mail address').max(254).exactOptional(),
  name: z.literal('serial-number', 'a unit can be named by its serial-number only').exactOptional(),
  groups: z
    .array(
      z
        .string()
        .max(64)
        // With a batch in its place every pattern must be a legal name; a batch is folded into one.
        .refine(
          (text) => isGroupName(text.replaceAll('{batch}', 'b')),
          'a group name has a-z, 0-9, - and _, and {batch} for the batch',
        ),
    )
    .min(1)
    .max(10)
    .exactOptional(),
  online: z.strictObject({ withinHours: z.int().min(1).max(720) }).exactOptional(),
});
