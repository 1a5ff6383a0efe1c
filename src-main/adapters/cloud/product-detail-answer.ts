import * as z from 'zod';
import type { CloudProductDetail, TeamMember } from '../../ports/cloud-products.ts';
import { boundedText } from './checked-answer.ts';
import { productFacts, productOf } from './product-answer.ts';

/** A product as its own route and the lists give it (cloud-api.md 2.10); org products have `org` instead of `user`. */
export const productDetail = productFacts.extend({
  description: boundedText(2_000).nullish(),
  user: boundedText(200).nullish(),
  org: boundedText(200).nullish(),
  subscription_id: z.number().nullish(),
  groups: z.array(boundedText(64)).nullish(),
  settings: z.looseObject({ quarantine: z.boolean().nullish() }).nullish(),
  device_protection: boundedText(40).nullish(),
});

export const productList = z.looseObject({ products: z.array(productDetail) });

export const productDetailAnswer = productOf(productDetail);

/** The product as the port tells it. */
export function cloudProductDetailOf(product: z.infer<typeof productDetail>): CloudProductDetail {
  return {
    id: product.id,
    name: product.name,
    slug: product.slug ?? undefined,
    platformId: product.platform_id,
    description: product.description ?? undefined,
    owner: product.user ?? product.org ?? undefined,
    groups: product.groups ?? [],
    quarantinesUnknown: product.settings?.quarantine ?? undefined,
    deviceProtection: product.device_protection ?? undefined,
    subscriptionId: product.subscription_id ?? undefined,
  };
}

/** The people and programs of a product. Tokens are not in this list; were they, they would not be kept. */
export const teamList = z.looseObject({
  team: z.array(
    z.object({
      username: boundedText(200),
      role: z.union([boundedText(80), z.looseObject({ title: boundedText(80).nullish() })]).nullish(),
      friendly_name: boundedText(200).nullish(),
      scopes: z.array(boundedText(80)).nullish(),
      is_programmatic: z.boolean().nullish(),
    }),
  ),
});

/** The members as the port tells them. How a person's role is told is UNVERIFIED: as text, or as an object with a title. */
export function teamMembersOf({ team }: z.infer<typeof teamList>): readonly TeamMember[] {
  return team.map((member) => ({
    username: member.username,
    role: (typeof member.role === 'string' ? member.role : member.role?.title) ?? undefined,
    isProgram: member.is_programmatic ?? false,
    friendlyName: member.friendly_name ?? undefined,
    scopes: member.scopes ?? [],
  }));
}
