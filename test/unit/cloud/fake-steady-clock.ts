import type { SteadyClock } from '../../../src-main/adapters/cloud/steady-clock.ts';

export type FakeSteadyClock = SteadyClock & {
  /** Lets time pass, calling what falls due on the way and letting it take its effect. */
  pass(ms: number): Promise<void>;
};

/** A clock that stands still until it is told. */
export function createFakeSteadyClock(): FakeSteadyClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now: () => now,
    after: (ms, call) => {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(ms) {
      await settled(); // what was granted before belongs to the time before
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.call();
        await settled();
      }
      now = end;
      await settled();
    },
  };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
