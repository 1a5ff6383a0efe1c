import type { CloudOptions } from './cloud.ts';

/**
 * The product binaries that lie in the cloud product (cloud-api.md 2.9). Only a person's command uses it, never a run. Rights:
 * `firmware:list`, `:get`, `:create`, `:update`, `:release`, `:remove`, `firmware.binary:get`; releasing also `devices:list`, uploading
 * `products:get`. Methods reject with a StationError of area `cloud/…`.
 */
export interface ProductFirmware {
  /** Every uploaded version, as the cloud lists them. */
  list(productId: number, options: CloudOptions): Promise<readonly CloudFirmware[]>;
  /** Undefined when the product has no such version. */
  get(productId: number, version: number, options: CloudOptions): Promise<CloudFirmware | undefined>;
  /** The file of one version, bounded; `store/not-found` when the product has no such version. */
  binary(productId: number, version: number, options: CloudOptions): Promise<Uint8Array>;
  /**
   * Uploads a product binary. The version, product and platform compiled into it are read first; `cloud/firmware-mismatch` when they are
   * not those of the order and the product, what the parser says when it is no module. A version that is there with the same bytes is
   * `already-there`; with others `cloud/firmware-exists`. Safe to repeat.
   */
  upload(productId: number, upload: FirmwareUpload, options: CloudOptions): Promise<UploadedFirmware>;
  /** Rejects with `cloud/not-found` when the product has no such version. */
  edit(productId: number, version: number, change: FirmwareEdit, options: CloudOptions): Promise<CloudFirmware>;
  /**
   * Releases a version to the whole product or to groups. Refuses with `cloud/not-yet-run` while no unit of the product has come online
   * with it (R34). `groups` is taken for the whole set of groups that get this version; whether the cloud takes it so or adds to those
   * before is UNVERIFIED: the answer tells which groups have it now. Safe to repeat.
   */
  release(productId: number, version: number, release: FirmwareRelease, options: CloudOptions): Promise<CloudFirmware>;
  /** Refuses with `cloud/firmware-released` a version that ever was released (R37). Of one that is not there it is done. */
  delete(productId: number, version: number, options: CloudOptions): Promise<void>;
}

export type CloudFirmware = {
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** The file name it was uploaded with. */
  readonly name: string;
  readonly sizeBytes: number | undefined;
  /** Released to every unit that nothing more special holds for (R33). */
  readonly isProductDefault: boolean;
  /** Groups it is released to. */
  readonly groups: readonly string[];
  readonly isMandatory: boolean;
  readonly uploadedAt: string | undefined;
  readonly uploadedBy: string | undefined;
  /** Units that run it; undefined where not told. */
  readonly deviceCount: number | undefined;
};

export type FirmwareUpload = {
  readonly bytes: Uint8Array;
  /** Shown in the cloud, and in errors. */
  readonly fileName: string;
  /** What the person says it is; must be what is compiled in. */
  readonly version: number;
  readonly title: string;
  readonly description?: string;
};

export type UploadedFirmware = { readonly kind: 'uploaded' | 'already-there'; readonly firmware: CloudFirmware };

export type FirmwareEdit = { readonly title?: string; readonly description?: string };

/** At least one of the two. `immediately` sends it at once where a unit is online, not at its next connection. */
export type FirmwareRelease = {
  readonly productDefault?: boolean;
  readonly groups?: readonly string[];
  readonly immediately?: boolean;
};
