import type { DeviceId } from '../domain/device-id.ts';
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
   * `already-member`, or rejected with `cloud/device-rejected` / `cloud/device-owned`. Safe to repeat.
   */
  addDevice(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<'added' | 'already-member'>;
  /** Membership read-back; undefined when the product does not have the device. */
  device(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<CloudDevice | undefined>;
  /** The SIM as the product sees it; undefined when it is not (yet) in the product. */
  sim(productId: number, iccid: Iccid, options: CloudOptions): Promise<CloudSim | undefined>;
  /** Queues the import, which is also the activation, of a removable SIM (2.8.1). `ok` says nothing: read the SIM. */
  importSim(productId: number, iccid: Iccid, options: CloudOptions): Promise<void>;
}

export type CloudOptions = { readonly signal: AbortSignal; readonly timeoutMs: number };

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
};

/** SIM state in the words of the sheet (2.8.3). `in-progress`: an activation is queued and not yet done. */
export type CloudSim = {
  readonly iccid: Iccid;
  readonly state: 'active' | 'in-progress' | 'never-activated' | 'inactive' | 'failed' | 'unknown';
  /** The status text as the cloud sent it, for the record. */
  readonly status: string;
  readonly activations: number | undefined;
};
