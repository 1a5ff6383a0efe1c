import type { Brand } from './brand.ts';

/** The 19 to 21 digits of a SIM card, beginning with 89 (seed: ICCID). */
export type Iccid = Brand<string, 'Iccid'>;
