import type { CloudOptions } from './cloud.ts';

/**
 * Groups of a product (cloud-api.md 2.6). Names are 1 to 64 of `a–z 0–9 - _`; another name rejects with `request/invalid` before anything
 * is sent. Rights: `groups:list`, `:get`, `:create`, `:update`, `:remove`, `groups.impact:get`.
 */
export interface CloudGroups {
  list(productId: number, options: CloudOptions): Promise<readonly CloudGroup[]>;
  /** Undefined when there is none of this name. */
  get(productId: number, name: string, options: CloudOptions): Promise<CloudGroup | undefined>;
  /** One that is there already is a success, and stays as it is. */
  create(productId: number, group: NewGroup, options: CloudOptions): Promise<CloudGroup>;
  /** Rejects with `cloud/not-found` when there is none of this name. */
  edit(productId: number, name: string, change: Partial<NewGroup>, options: CloudOptions): Promise<CloudGroup>;
  /** Its devices leave it. Of one that is not there it is done. */
  delete(productId: number, name: string, options: CloudOptions): Promise<void>;
  /** How many devices would get other firmware, were this version released (or, with no groups, no longer released) to these groups. */
  impact(productId: number, release: PlannedRelease, options: CloudOptions): Promise<FirmwareImpact>;
}

export type CloudGroup = {
  readonly name: string;
  readonly description: string;
  /** `#34495e`, or empty. */
  readonly color: string;
  /** The version released to the group. */
  readonly firmwareVersion: number | undefined;
  /** Undefined in the list. */
  readonly deviceCount: number | undefined;
};

export type NewGroup = { readonly name: string; readonly description?: string; readonly color?: string };

export type PlannedRelease = {
  readonly version: number;
  readonly groups: readonly string[];
  readonly productDefault: boolean;
};

export type FirmwareImpact = {
  readonly total: number;
  /** Of these, how many run which version now; undefined is none or unknown. */
  readonly byVersion: readonly { readonly version: number | undefined; readonly devices: number }[];
};
