/** How the outbox spreads its requests. All times in milliseconds of a clock that nobody sets. */
export type OutboxPace = {
  /** So long the first unit waits for others to share its request. */
  readonly gatherMs: number;
  /** So long a unit that was asked for waits to be proven along with the next request, at least; then it is read on its own. */
  readonly proveWithinMs: number;
  /** So long it waits at most, on a line whose units come further apart (takt.ts). */
  readonly proveAtMostMs: number;
  /** Identifiers in one import; the cloud's own limit is UNVERIFIED (cloud-api.md 2.2.1). */
  readonly chunk: number;
  /** Rows of a page; the cloud's own limit is UNVERIFIED (2.3), and what it gives counts. */
  readonly perPage: number;
  /** SIMs that are read at the same time. */
  readonly parallelReads: number;
  /** Pauses after a fault: doubling from the first to the longest, each up to twice as long by chance. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Divides every wait for a SIM: a rehearsal has its modems and carriers in a hurry. */
  readonly speed: number;
};

export const PACE: OutboxPace = {
  gatherMs: 2_000,
  proveWithinMs: 60_000,
  proveAtMostMs: 300_000,
  chunk: 100,
  perPage: 500,
  parallelReads: 4,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  speed: 1,
};
