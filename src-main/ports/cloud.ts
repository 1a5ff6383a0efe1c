import type { DeviceId } from '../domain/device-id.ts';
import type { FailureCode } from '../domain/failure-codes.ts';
import type { Iccid } from '../domain/iccid.ts';

/**
 * The product in the cloud, as far as a line needs it. Every method rejects with a StationError of area `cloud/…`; no HTTP
 * status passes upward except as evidence. Transport retries (network, 5xx, 429 with Retry-After) happen inside, within
 * `timeoutMs` of the call; 401/403/400-unauthorized are never retried (cloud-api.md 3.3).
 */
export interface Cloud {
  product(productId: number, options: CloudOptions): Promise<CloudProduct>;
  /**
   * Pre-adds one device ID to the product (cloud-api.md 2.2) and reads the arrays, not the status: `added`,
   * `already-member`, or rejected with `cloud/device-rejected` / `cloud/device-owned`. Safe to repeat. With `claimUser`, the e-mail of a
   * team member, it is claimed for that user as well.
   */
  addDevice(
    productId: number,
    deviceId: DeviceId,
    options: CloudOptions,
    claimUser?: string,
  ): Promise<'added' | 'already-member'>;
  /** Membership read-back; undefined when the product does not have the device. */
  device(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<CloudDevice | undefined>;
  /** The SIM as the product sees it; undefined when it is not (yet) in the product. */
  sim(productId: number, iccid: Iccid, options: CloudOptions): Promise<CloudSim | undefined>;
  /** Queues the import, which is also the activation, of a removable SIM (2.8.1). `ok` says nothing: read the SIM. */
  importSim(productId: number, iccid: Iccid, options: CloudOptions): Promise<void>;
}

/** The same for many units at once: what the outbox and bulk jobs use. Rejections as in Cloud. */
export interface BulkCloud extends Cloud {
  /**
   * Pre-adds many identifiers in one request: device IDs, serial numbers, IMEIs or ICCIDs (cloud-api.md 2.2.1). The answer holds every
   * identifier that was sent, in its own spelling. `already-member` is the cloud's word that the unit was in the product before: asking
   * again is a read-back of many at the price of one request. Refuses the whole request with `cloud/refused` (413: too many).
   */
  addDevices(
    productId: number,
    order: DeviceImport,
    options: CloudOptions,
  ): Promise<ReadonlyMap<string, ImportVerdict>>;
  /** Queues the import of many SIMs. `ok` says nothing: read the SIMs. */
  importSims(productId: number, iccids: readonly Iccid[], options: CloudOptions): Promise<void>;
  /** One page of the product's devices, 1-based (3.5). The server may give fewer rows a page than asked for. */
  listDevices(productId: number, page: PageQuery, options: CloudOptions): Promise<Page<CloudDevice>>;
  /** One page of the product's SIMs. */
  listSims(productId: number, page: PageQuery, options: CloudOptions): Promise<Page<CloudSim>>;
  /** Name, notes and groups of a device in one request (2.5); `groups` replaces all it had. Safe to repeat. */
  describeDevice(productId: number, deviceId: DeviceId, description: Description, options: CloudOptions): Promise<void>;
}

export type DeviceImport = {
  readonly identifiers: readonly string[];
  /** Default true: embedded SIMs come along (R22). */
  readonly importSims?: boolean;
  readonly claimUser?: string;
};

export type ImportVerdict =
  | { readonly kind: 'added' | 'already-member' }
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly detail: string; readonly array: string };

export type PageQuery = {
  readonly page: number;
  readonly perPage: number;
  /** Devices only: partial match (2.3). */
  readonly serialNumber?: string;
  readonly deviceId?: string;
  readonly groups?: readonly string[];
};

export type Page<Row> = { readonly rows: readonly Row[]; readonly totalPages: number };

export type Description = { readonly name?: string; readonly notes?: string; readonly groups?: readonly string[] };

export type CloudOptions = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Work that nobody waits for leaves some of the request budget to the units in the slots. Default `line`. */
  readonly priority?: 'line' | 'background';
};

export type CloudProduct = {
  readonly id: number;
  readonly name: string;
  readonly slug: string | undefined;
  readonly platformId: number;
};

export type CloudDevice = {
  readonly id: DeviceId;
  readonly productId: number;
  readonly platformId: number | undefined;
  readonly serialNumber: string | undefined;
  readonly iccid: string | undefined;
  readonly quarantined: boolean;
  readonly denied: boolean;
  /** User name of who claimed it; undefined when nobody did. */
  readonly owner: string | undefined;
  readonly name: string | undefined;
  readonly groups: readonly string[];
  /** Last time the cloud heard of it, ISO 8601; undefined before the first connection. */
  readonly lastHeard: string | undefined;
  readonly online: boolean;
  /** Version of the product firmware it reported last. */
  readonly firmwareVersion: number | undefined;
};

/** SIM state in the words of the sheet (2.8.3). `in-progress`: an activation is queued and not yet done. */
export type CloudSim = {
  readonly iccid: Iccid;
  readonly state: 'active' | 'in-progress' | 'never-activated' | 'inactive' | 'failed' | 'unknown';
  /** The status text as the cloud sent it, for the record. */
  readonly status: string;
  readonly activations: number | undefined;
  /** Device that used it last, where the cloud tells. */
  readonly deviceId: string | undefined;
};
