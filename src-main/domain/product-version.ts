import type { Brand } from './brand.ts';

/** PRODUCT_VERSION of a product binary: integer 1 to 65535 (seed: Product firmware). */
export type ProductVersion = Brand<number, 'ProductVersion'>;
