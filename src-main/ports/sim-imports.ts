import type { SimClaim } from '../domain/sim-claim.ts';

/**
 * Which SIMs are being imported into a product, by the runs and the outbox of the station and by every bulk job on its data folder: one
 * record for all of them, in as many processes as there are. All of it is durable on return. Throws `identity/write-failed` and
 * `identity/damaged`.
 */
export interface SimImports {
  /**
   * Claims SIMs, in one transaction, before the request that names them goes out. Answers with the claims of the SIMs that are left to
   * somebody else, by ICCID, as `isHeld` tells of each claim that is there (isHeldBy unless told); those must not be asked for. What is
   * not in the answer is the caller's.
   */
  claim(
    productId: number,
    wanted: readonly SimClaim[],
    isHeld?: (earlier: SimClaim, wanted: SimClaim) => boolean,
  ): ReadonlyMap<string, SimClaim>;
  /** The cloud has surely not taken the request of these claims. What somebody else has claimed meanwhile is left. */
  giveBack(productId: number, claims: readonly SimClaim[]): void;
  /** A SIM that the product had was given up: what was claimed before says nothing of an import that comes now. */
  forget(productId: number, iccid: string): void;
  /** Keeps claims that another record tells of, as far as none as late is kept here. */
  remember(productId: number, claims: readonly SimClaim[]): void;
  close(): void;
}
