import type { CloudOptions } from '../ports/cloud.ts';
import type { ProductCloud } from '../ports/product-cloud.ts';

/** One product, by somebody's right, within the limit and the signal of one command. */
export type ProductAccess = {
  readonly cloud: ProductCloud;
  readonly productId: number;
  readonly options: CloudOptions;
};
