import type { CloudOptions } from '../ports/cloud.ts';
import type { ProductCloud } from '../ports/product-cloud.ts';
import type { SimImports } from '../ports/sim-imports.ts';

/** One product, by somebody's right, within the limit and the signal of one command. */
export type ProductLook = {
  readonly cloud: ProductCloud;
  readonly productId: number;
  readonly options: CloudOptions;
};

/** The same with what a change needs. */
export type ProductAccess = ProductLook & {
  /** The one record of SIM imports of the data folder; opened when it is first asked for. */
  readonly simImports: () => SimImports;
  /** In whose name it is done. */
  readonly by: string;
};
