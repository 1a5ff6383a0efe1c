import type { Recipe } from '../firmware/recipe.ts';
import type { Ports } from '../ports/ports.ts';
import { type ProductClouds, ProductDesk } from './product-desk.ts';

type Line = {
  readonly productClouds?: ProductClouds | undefined;
  readonly slots: readonly { readonly recipe: Recipe }[];
  readonly ports: Pick<Ports, 'audit' | 'simImports'>;
};

/** The desk for the products a station's slots build; what is changed there goes into the record. Undefined where no cloud was given. */
export function openProductDesk({ productClouds, slots, ports }: Line): ProductDesk | undefined {
  if (productClouds === undefined) return undefined;
  const recipes = [...new Set(slots.map(({ recipe }) => recipe))];
  return new ProductDesk({
    ...productClouds,
    products: [...new Set(recipes.map(({ productId }) => productId))],
    builds: recipes.map(({ productId, productVersion, platform, skus }) => {
      return { productId, productVersion, platformId: platform.id, skus };
    }),
    simImports: () => ports.simImports,
    note: (kind, body) => ports.audit.note(kind, body),
  });
}
