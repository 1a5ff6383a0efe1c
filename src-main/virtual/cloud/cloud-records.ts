import type { ActivationClass, SimForm } from '../../domain/sku-table.ts';

/** What the virtual cloud remembers. Field names are ours; the routes translate into those of cloud-api.md. */
export type ProductRecord = {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly platformId: number;
  /** E-mail addresses of the team; the first is the owner. Devices owned by others are strangers' (2.2.3). */
  readonly team: readonly string[];
  /** Whether unknown Device OS 3.x devices wait in quarantine (2.10). */
  readonly quarantinesUnknown: boolean;
  readonly deviceProtection: boolean;
};

export type DeviceRecord = {
  readonly deviceId: string;
  readonly platformId: number;
  readonly serialNumber: string | undefined;
  readonly imei: string | undefined;
  readonly iccid: string | undefined;
  readonly sku: string | undefined;
  readonly isProtected: boolean;
  /** Served as the real cloud does, so that clients can prove that they drop it. */
  readonly mobileSecret: string | undefined;
  productId: number | undefined;
  owner: string | undefined;
  quarantined: boolean;
  denied: boolean;
  name: string | null;
  notes: string | null;
  groups: readonly string[];
  development: boolean;
};

export type SimStatus =
  | 'active'
  | 'never_before_activated'
  | 'inactive_user_deactivated'
  | 'inactive_data_limit_reached'
  | 'inactive_invalid_payment_method';

export type SimAction = 'activate' | 'deactivate' | 'reactivate';

export type SimRecord = {
  readonly iccid: string;
  readonly form: SimForm;
  readonly activationClass: ActivationClass;
  /** The device it came with, when that is known. */
  readonly deviceId: string | undefined;
  status: SimStatus;
  productId: number | undefined;
  owner: string | undefined;
  activations: number;
  deactivations: number;
  /** Cloud time at which the change under way is done; Infinity when it never will be. */
  change: { readonly to: SimStatus; readonly atMs: number; readonly fails: boolean } | undefined;
  lastAction: SimAction | undefined;
  lastActionAtMs: number | undefined;
  lastActionFailed: boolean;
  firstActivatedAtMs: number | undefined;
  lastActivatedAtMs: number | undefined;
  neverActivates: boolean;
};

/** One uploaded version of a product's firmware (2.9). */
export type FirmwareRecord = {
  readonly productId: number;
  readonly version: number;
  readonly title: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly uploadedAtMs: number;
};

export type TokenRecord = {
  readonly token: string;
  readonly username: string;
  /** `everything` for a person's token; an API user has a list (1.5, 1.6). */
  readonly scopes: readonly string[] | 'everything';
  readonly expiresAtMs: number | undefined;
};
