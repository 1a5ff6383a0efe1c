import type { CloudScope } from '../domain/cloud-scope.ts';
import type { Failure } from '../domain/failure.ts';
import type { CloudOptions } from './cloud.ts';

/** What the station's token may do in a product, found out by asking and without changing anything. */
export interface CloudRights {
  /**
   * Tries every wanted right at once. Rejects with `cloud/permission` when the cloud does not take the token at all, with
   * `cloud/not-found` when there is no such product for it, and with the network's and the cloud's own codes when nothing could be
   * found out.
   */
  check(productId: number, wanted: readonly CloudScope[], options: CloudOptions): Promise<RightsFound>;
}

export type RightsFound = {
  readonly rights: readonly Right[];
  /** What a person should know beside: a token that may do far more than it needs. Whole sentences. */
  readonly warnings: readonly string[];
};

export type Right = {
  readonly scope: CloudScope;
  readonly state: 'granted' | 'missing' | 'unknown';
  /** For people: what is there, or what cannot be done without it, or why it could not be found out. */
  readonly sentence: string;
  /** Why it is missing or unknown. */
  readonly failure?: Failure;
};
