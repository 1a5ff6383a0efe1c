/** Time that only runs forward, whatever is done to the computer's clock, and a call after some of it. Tests pass one of their own. */
export type SteadyClock = {
  /** In ms, from an arbitrary beginning. */
  readonly now: () => number;
  /** Calls after so many ms; the returned function calls it off. */
  readonly after: (ms: number, call: () => void) => () => void;
};

/** The process's own. */
export const STEADY_CLOCK: SteadyClock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Above this Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
