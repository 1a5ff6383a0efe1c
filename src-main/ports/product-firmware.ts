import type { CloudOptions } from './cloud.ts';

/**
 * The product binaries that lie in the cloud product (cloud-api.md 2.9). Only a supervisor's command uses it, never a run; the token
 * needs the scopes `firmware:list` and `firmware.binary:get`. Methods reject with a StationError of area `cloud/…`.
 */
export interface ProductFirmware {
  /** Every uploaded version, as the cloud lists them. */
  list(productId: number, options: CloudOptions): Promise<readonly CloudFirmware[]>;
  /** The file of one version, bounded; `store/not-found` when the product has no such version. */
  binary(productId: number, version: number, options: CloudOptions): Promise<Uint8Array>;
}

export type CloudFirmware = {
  readonly version: number;
  readonly title: string;
  /** The file name it was uploaded with. */
  readonly name: string;
  readonly sizeBytes: number | undefined;
};
