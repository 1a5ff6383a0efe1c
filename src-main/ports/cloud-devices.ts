import type { DeviceId } from '../domain/device-id.ts';
import type { CloudDevice, CloudOptions, Description, Page, PageQuery } from './cloud.ts';

/**
 * Devices of a product, one by one and by hand (cloud-api.md 2.3 to 2.7). Rights: `devices:list`, `:get`, `:update`, `:import`, `:remove`,
 * `:release`, `:ping`; claiming needs a person's token. A change to a device the product does not have rejects with
 * `cloud/not-in-product`. Every change is safe to repeat.
 */
export interface CloudDevices {
  /** Undefined when the product does not have it. */
  detail(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<CloudDeviceDetail | undefined>;
  /** One page, 1-based. `standing` is looked at here as well, because what the cloud does with it is not known (2.3): a page may be short. */
  list(productId: number, query: DeviceQuery, options: CloudOptions): Promise<Page<CloudDeviceDetail>>;
  /** Name, notes, groups (absolute) and the development flag in one request. */
  change(productId: number, deviceId: DeviceId, change: DeviceChange, options: CloudOptions): Promise<void>;
  /**
   * Locks the device to a version; `now` also asks for the transfer, which only reaches a device that is online, `on-reset` leaves it to
   * the next restart (R35). Rejects with `cloud/not-found` when the product has no such version.
   */
  lock(productId: number, deviceId: DeviceId, lock: VersionLock, options: CloudOptions): Promise<void>;
  unlock(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<void>;
  /** Asks the device itself. True when it answered. */
  ping(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<boolean>;
  /**
   * Puts many devices into groups and takes them out of others, and leaves their other groups as they are. What the cloud does with a
   * device that is not in the product is not known (2.6): read the devices.
   */
  editGroups(productId: number, devices: readonly DeviceId[], edit: GroupEdit, options: CloudOptions): Promise<void>;
  /** Lets a quarantined or denied device in: the same as adding it (R19). Read back; rejections as Cloud.addDevice. */
  approve(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<void>;
  /**
   * Keeps a quarantined device out. Of one that is not there or denied already it is done; a member rejects with `request/invalid`, because
   * the same request would take it out of the product.
   */
  deny(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<void>;
  /**
   * Claims a device that is in the product, online or not (R7), for the user of the token, who must be a person: API users are refused
   * with `cloud/permission`. Resolves to the owner as read back; `cloud/claim-refused` when it is someone else's.
   */
  claim(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<string>;
  /** Claims it for a member of the product's team by way of the import, which an API user may do as well (1.6). Read back. */
  claimFor(productId: number, deviceId: DeviceId, user: string, options: CloudOptions): Promise<void>;
  /** Asks the owner by e-mail to hand the device over; needs a person's token. Resolves to the number of the transfer. */
  requestTransfer(deviceId: DeviceId, options: CloudOptions): Promise<string>;
  /** Takes the device from its owner, whoever that is, online or not (R8). Of an unclaimed one it is done. The SIM stays as it is. */
  unclaim(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<void>;
  /**
   * Takes the device out of the product. Refuses with `cloud/still-claimed` while it has an owner (R9); removing twice is done. Never
   * touches the SIM. A device whose firmware still names the product comes back into quarantine (R20).
   */
  remove(productId: number, deviceId: DeviceId, options: CloudOptions): Promise<void>;
}

export type DeviceQuery = PageQuery & {
  /** Partial match. */
  readonly name?: string;
  /** Only those in quarantine, only those denied, or only members. Default all. */
  readonly standing?: 'quarantined' | 'denied' | 'member';
  readonly sortBy?: 'name' | 'device-id' | 'firmware-version' | 'last-connection';
  readonly order?: 'ascending' | 'descending';
};

export type DeviceChange = Description & { readonly isDevelopment?: boolean };

export type VersionLock = { readonly version: number; readonly flash: 'now' | 'on-reset' };

export type GroupEdit = { readonly add?: readonly string[]; readonly remove?: readonly string[] };

/** All the cloud tells of a device but its mobile secret. A row of a list has less; what is missing is undefined, or empty. */
export type CloudDeviceDetail = CloudDevice & {
  readonly notes: string | undefined;
  readonly imei: string | undefined;
  /** Excluded from released and locked firmware. */
  readonly isDevelopment: boolean;
  /** The cloud's word: `normal` or `safe_mode`. */
  readonly status: string | undefined;
  /** Device OS it reported last. */
  readonly deviceOs: string | undefined;
  /** Product its firmware named last. */
  readonly firmwareProductId: number | undefined;
  /** The version it is locked to. */
  readonly lockedVersion: number | undefined;
  /** The version the cloud wants it to run; the same as `firmwareVersion` means up to date. */
  readonly targetVersion: number | undefined;
  readonly lastHandshake: string | undefined;
  readonly lastIpAddress: string | undefined;
  /** The cloud's word: `disabled`, `enabled` … */
  readonly deviceProtection: string | undefined;
  readonly updatesEnabled: boolean | undefined;
  readonly updatesForced: boolean | undefined;
  /** Names of what its firmware lets the cloud call and read. */
  readonly functions: readonly string[];
  readonly variables: readonly string[];
};
