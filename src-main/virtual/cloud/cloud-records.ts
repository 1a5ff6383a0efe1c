import type { ActivationClass, SimForm } from '../../domain/sku-table.ts';

/**
 * What the virtual cloud remembers. Field names are ours; the routes translate into those of cloud-api.md. All of it is plain
 * data, so that the whole memory can be written to a file.
 */
export type ProductRecord = {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly platformId: number;
  /** E-mail addresses of the team; the first is the owner. Devices owned by others are strangers' (2.2.3). */
  team: readonly string[];
  /** Roles by e-mail address; who is not named is an Administrator (2.10). */
  roles?: Readonly<Record<string, string>>;
  /** E-mail addresses of the product's customers, who may own its devices without being on the team (2.3, 2.7). */
  readonly customers: readonly string[];
  /** Whether unknown Device OS 3.x devices wait in quarantine (2.10). */
  readonly quarantinesUnknown: boolean;
  readonly deviceProtection: boolean;
  /** How many devices its plan allows, 100 on the free plan (5.3 R11, R12); undefined for no limit. */
  readonly deviceLimit: number | undefined;
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
  /** The product it is in, or that holds it in quarantine or denies it. */
  productId: number | undefined;
  owner: string | undefined;
  quarantined: boolean;
  denied: boolean;
  name: string | null;
  notes: string | null;
  groups: readonly string[];
  development: boolean;
  /** The version it is locked to (2.5). */
  desiredFirmwareVersion: number | undefined;
  firmwareUpdatesForced: boolean;
  online: boolean;
  /** Cloud time of the last sign of life and of the last handshake; undefined before the first connection. */
  lastHeardAtMs: number | undefined;
  lastHandshakeAtMs: number | undefined;
  lastIpAddress: string | undefined;
  /** The SIM of the last connection, which need not be the one it came with (5.1 R4). */
  lastIccid: string | undefined;
  /** What the firmware said of itself in the last handshake. */
  deviceOs: string | undefined;
  firmwareVersion: number | undefined;
  firmwareProductId: number | undefined;
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
  /** The device that used it last. */
  lastDeviceId: string | undefined;
  status: SimStatus;
  productId: number | undefined;
  owner: string | undefined;
  /** How often an import of SIMs named it, whatever came of that: what a line must never do twice. */
  imports: number;
  activations: number;
  deactivations: number;
  /** `atMs` is the cloud time at which the change under way is done; undefined when it never will be. */
  change: { readonly to: SimStatus; readonly atMs: number | undefined; readonly fails: boolean } | undefined;
  lastAction: SimAction | undefined;
  lastActionAtMs: number | undefined;
  lastActionFailed: boolean;
  firstActivatedAtMs: number | undefined;
  lastActivatedAtMs: number | undefined;
  neverActivates: boolean;
  /** Given back by its last owner: the next import activates it, whatever it was (2.8.5). */
  wasReleased: boolean;
  /** Megabytes by day, `2026-11-28` (2.8.7). */
  usageByDay: Record<string, number>;
  /** The question put to the network about this SIM (2.8.7). */
  statusTask: { readonly taskId: string; readonly createdAtMs: number; readonly wasRead: boolean } | undefined;
};

/** One uploaded version of a product's firmware (2.9). */
export type FirmwareRecord = {
  readonly productId: number;
  readonly version: number;
  title: string;
  description: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly uploadedAtMs: number;
  updatedAtMs: number;
  readonly uploadedBy: string;
  mandatory: boolean;
  intelligent: boolean;
  productDefault: boolean;
  groups: readonly string[];
  /** Once released, it cannot be deleted (5.6 R37), even after its last group is gone. */
  wasReleased: boolean;
};

/** One group of a product's devices (2.6). Who is in it stands with the devices. */
export type GroupRecord = {
  readonly productId: number;
  readonly name: string;
  description: string;
  color: string;
};

export type TokenRecord = {
  readonly token: string;
  readonly username: string;
  /** `everything` for a person's token; an API user has a list (1.5, 1.6). */
  readonly scopes: readonly string[] | 'everything';
  readonly expiresAtMs: number | undefined;
  /** The OAuth client it was made with (1.4). */
  readonly client?: string;
  /** Set for API users and product clients (1.3, 1.5): the only product it is good for. */
  readonly productId?: number;
};
