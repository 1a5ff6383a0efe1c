/** How the watch spreads what it asks and writes. All times in milliseconds of a clock that nobody sets. */
export type OnlinePace = {
  /** Verdicts that come within this time are written together. */
  readonly gatherMs: number;
  /** Sweeps are this far apart at least when something is not known for sure: the stream came up, an event said too little. */
  readonly soonMs: number;
  /** Sweeps while there is no stream, and the least time between two that look for late units. */
  readonly sweepMs: number;
  /** Sweeps while the stream is up: events may be lost all the same (cloud-api.md 2.11). */
  readonly calmMs: number;
  /** Pauses after a fault: doubling from the first to the longest, each up to twice as long by chance. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Rows of a page; the cloud's own limit is UNVERIFIED (2.3), and what it gives counts. */
  readonly perPage: number;
  /** Units that are read at the same time. */
  readonly parallelReads: number;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The pace of a line so many times faster than real time. */
export function onlinePaceAt(speed: number): OnlinePace {
  return {
    gatherMs: (2 * SECOND) / speed,
    soonMs: (30 * SECOND) / speed,
    sweepMs: (10 * MINUTE) / speed,
    calmMs: (60 * MINUTE) / speed,
    firstPauseMs: (5 * SECOND) / speed,
    longestPauseMs: (10 * MINUTE) / speed,
    perPage: 500,
    parallelReads: 4,
  };
}
