import type { CloudState } from './cloud-work.ts';

/** What the cloud itself shows of the units of a batch or a day, beside what the record says of them. Plain JSON. */
export type CloudComparison = {
  /** When the cloud was read, ISO 8601 UTC by the station's clock. */
  readonly at: string;
  /** Each device once, however often it was built. */
  readonly units: number;
  /** In the product, with a live SIM where it has one. */
  readonly live: number;
  /** Units of which record and cloud say the same, live or not. */
  readonly agree: number;
  /** Units whose cloud work is still going on. */
  readonly open: number;
  /** Every unit, in the order of the runs. */
  readonly compared: readonly ComparedUnit[];
};

export type ComparedUnit = {
  readonly runId: string;
  readonly deviceId: string;
  readonly serialNumber?: string;
  readonly batch: string;
  readonly carton?: string;
  readonly productId: number;
  readonly record: CloudState;
  readonly isDone: boolean;
  /** In the words of the record; undefined when the cloud gave no usable answer about the unit. */
  readonly cloud?: Exclude<CloudState, 'rejected'>;
  readonly isLive: boolean;
  /** None: they agree. */
  readonly differences: readonly CloudDifference[];
};

/** `says` is a sentence for people: what the record says, what the cloud says. */
export type CloudDifference = { readonly kind: DifferenceKind; readonly says: string };

/**
 * `missing`: not in the product. `quarantined`, `denied`: known to it and kept out. `sim-missing`: the SIM is not in the product.
 * `sim-not-active`. `name`, `owner`: other than the recipe wanted. `not-rejected`: rejected on record, in the product with a live SIM
 * all the same. `not-told`: no usable answer.
 */
export type DifferenceKind =
  | 'missing'
  | 'quarantined'
  | 'denied'
  | 'sim-missing'
  | 'sim-not-active'
  | 'name'
  | 'owner'
  | 'not-rejected'
  | 'not-told';
