import type { Iccid } from '../domain/iccid.ts';
import type { ActivationClass } from '../domain/sku-table.ts';
import type { CloudOptions, CloudSim, Page } from './cloud.ts';

/**
 * SIMs of a product (cloud-api.md 2.8). Rights: `sims:list`, `:get`, `:import`, `:update`, `:remove`, `sims.usage:get`, `sims.status:get`.
 * Changes take their time: an answer of 408 or 504 means accepted (3.3), and every change resolves to the SIM as it was read afterwards.
 */
export interface CloudSims {
  /** Undefined when the SIM is not (yet) in the product. */
  detail(productId: number, iccid: Iccid, options: CloudOptions): Promise<CloudSimDetail | undefined>;
  /** One page, 1-based. An ICCID given whole is compared here, because the live list is reported not to (2.8.2). */
  list(productId: number, query: SimQuery, options: CloudOptions): Promise<Page<CloudSimDetail>>;
  /** Queues the import, which is the activation. Says nothing of success: read the SIMs. */
  import(productId: number, iccids: readonly Iccid[], order: SimImport, options: CloudOptions): Promise<void>;
  /** Switches it off. See SwitchOff for what is refused with `cloud/needs-confirmation`. */
  deactivate(
    productId: number,
    iccid: Iccid,
    order: SwitchOff,
    options: CloudOptions,
  ): Promise<CloudSimDetail | undefined>;
  reactivate(productId: number, iccid: Iccid, options: CloudOptions): Promise<CloudSimDetail | undefined>;
  /** Switches it off and gives it up, so that another product may take it. Undefined: it has left the product. */
  release(
    productId: number,
    iccid: Iccid,
    order: SwitchOff,
    options: CloudOptions,
  ): Promise<CloudSimDetail | undefined>;
  /** Day by day, an hour late at most. No right is documented for it; an API user may be refused with `cloud/permission` (1.6). */
  usage(productId: number, iccid: Iccid, options: CloudOptions): Promise<readonly DayUsage[]>;
  fleetUsage(productId: number, options: CloudOptions): Promise<FleetUsage>;
  /** Asks the mobile network, which takes a while; undefined when it has not answered in time. */
  networkStatus(productId: number, iccid: Iccid, options: CloudOptions): Promise<SimNetworkStatus | undefined>;
}

export type SimQuery = {
  readonly page: number;
  readonly perPage: number;
  /** Partial match, as the others. */
  readonly iccid?: string;
  readonly deviceId?: string;
  readonly deviceName?: string;
};

/** `country` (ISO 3166 alpha-2) is what old servers wanted (2.8.1); the present ones do not ask for it. */
export type SimImport = { readonly country?: string };

/**
 * A SIM of the class `sometimes-slow`, or of no known class, may take days to come back (R26, R27): switching it off is refused unless
 * `evenIfSlow` says that a person decided so.
 */
export type SwitchOff = { readonly activation: ActivationClass | undefined; readonly evenIfSlow: boolean };

export type CloudSimDetail = CloudSim & {
  readonly deactivations: number | undefined;
  /** ISO 3166 alpha-2 of where it is billed from. */
  readonly country: string | undefined;
  readonly carrier: string | undefined;
  /** Telephone number. */
  readonly msisdn: string | undefined;
  readonly owner: string | undefined;
  readonly deviceName: string | undefined;
  readonly firstActivatedAt: string | undefined;
  readonly lastActivatedAt: string | undefined;
  readonly lastChange: string | undefined;
  readonly lastChangeAt: string | undefined;
  readonly updatedAt: string | undefined;
};

/** `date` is a calendar day, `YYYY-MM-DD`; amounts in megabytes. */
export type DayUsage = {
  readonly date: string;
  readonly megabytes: number;
  readonly megabytesSoFar: number | undefined;
};

export type FleetUsage = {
  readonly megabytes: number;
  readonly activeSims: number;
  readonly days: readonly DayUsage[];
};

export type SimNetworkStatus = {
  readonly isConnected: boolean;
  readonly hasGsm: boolean | undefined;
  readonly hasData: boolean | undefined;
};
