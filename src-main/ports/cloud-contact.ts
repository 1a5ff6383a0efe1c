/** What this process has noticed of the cloud while it spoke to it. Nothing here asks the cloud anything. */
export interface CloudContact {
  /**
   * The cloud's time, good to about a second: the last answer's Date header, carried on by a clock that nobody can set.
   * What must be measured over days (the age of a SIM's activation) is measured by it, because a station's own clock is set by people.
   * Undefined before the first answer.
   */
  cloudTime(): Date | undefined;
  /** This computer's clock minus the cloud's, in ms, as it is now; undefined before the first answer. */
  clockOffsetMs(): number | undefined;
  /** The requests of this process since it began. */
  figures(): RequestFigures;
}

export type RequestFigures = {
  /** Requests that were sent, each try of its own. */
  readonly sent: number;
  /** The same by what was asked for, e.g. `import-devices`. */
  readonly byEndpoint: Readonly<Record<string, number>>;
  /** Answers that said to slow down (429, 529). */
  readonly rateLimited: number;
  /** Requests that wait for the budget now. */
  readonly waiting: number;
  /** How long nothing is sent because the cloud asked for it, in ms; 0 when it did not. */
  readonly pausedMs: number;
};

/** A clock of this computer this far from the cloud's is wrong: certificates and records are then not to be trusted. In ms. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;
