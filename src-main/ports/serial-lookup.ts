import type { SerialNumber } from '../domain/serial-number.ts';
import type { CloudOptions } from './cloud.ts';

/**
 * Device IDs by serial number (cloud-api.md 2.1). The cloud answers 50 an hour per user account, all stations of the account together
 * (3.2), and API users perhaps not at all (1.6): what was found is remembered, one serial number is asked for once at a time, and when
 * the look-ups are used up or not allowed, the product's own list is searched instead, which only knows units that are in the product.
 */
export interface SerialLookup {
  /**
   * Undefined when the cloud knows no unit of this serial number. Rejects with `cloud/look-ups-used-up` when it cannot be asked now and
   * the product does not have the unit.
   */
  find(productId: number, serialNumber: SerialNumber, options: CloudOptions): Promise<FoundUnit | undefined>;
  /** Look-ups left of this hour, as far as this station knows. */
  left(): number;
}

export type FoundUnit = {
  readonly deviceId: string;
  readonly iccid: string | undefined;
  readonly platformId: number | undefined;
  /** From the look-up, or from the product's list. */
  readonly from: 'look-up' | 'product';
};
