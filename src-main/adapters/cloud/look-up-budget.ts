import { STEADY_CLOCK, type SteadyClock } from './steady-clock.ts';

/** Serial numbers the cloud looks up for one user account in an hour (cloud-api.md 3.2). */
export const LOOK_UPS_PER_HOUR = 50;

export type LookUpBudget = {
  /** Takes one look-up, or refuses when there is none left or the cloud said so. */
  take(): boolean;
  /** The cloud said that there are none left, whatever is counted here: another station uses the same account. */
  spend(): void;
  left(): number;
};

/**
 * Counts look-ups within any hour, by a clock that nobody can set: never more than the cloud allows. One per user account; what other
 * stations of the account use is seen only when the cloud refuses, and then nothing is asked for a quarter of an hour.
 */
export function createLookUpBudget(perHour = LOOK_UPS_PER_HOUR, clock: SteadyClock = STEADY_CLOCK): LookUpBudget {
  let taken: number[] = [];
  let refusedUntil = Number.NEGATIVE_INFINITY;
  const left = () => {
    taken = taken.filter((at) => clock.now() - at < HOUR_MS);
    return clock.now() < refusedUntil ? 0 : Math.max(0, perHour - taken.length);
  };
  return {
    left,
    take: () => {
      if (left() === 0) return false;
      taken.push(clock.now());
      return true;
    },
    spend: () => {
      refusedUntil = clock.now() + REFUSED_MS;
    },
  };
}

/** A little more than an hour, because the cloud counts when a request arrives, and that may be later than it was counted here. */
const HOUR_MS = 3_600_000 + 60_000;
const REFUSED_MS = 900_000;
