import type { UnitClock } from './usb-function.ts';

/**
 * A clock of a virtual unit. `speed` 1 is real time, 100 makes chips, boots and modems a hundred times faster. Sleeps end late
 * by what the operating system's timers are late; that is taken off the following sleeps (at most 2 ms of real time), so that
 * the sum over a flash of thousands of short waits is right.
 */
export function createUnitClock(options: { readonly speed?: number } = {}): UnitClock {
  const speed = options.speed ?? 1;
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`A clock needs a speed above 0, not ${speed}.`);
  const origin = performance.now();
  let ahead = 0;
  const settle = (asked: number, slept: number): void => {
    ahead = Math.min(MAX_CARRY_MS, Math.max(-MAX_CARRY_MS, ahead + slept - asked));
  };
  return {
    now: () => (performance.now() - origin) * speed,
    sleep: (milliseconds, signal) => {
      if (signal?.aborted === true) return Promise.resolve();
      const asked = milliseconds / speed;
      const wanted = asked - ahead;
      if (wanted < SHORTEST_TIMER_MS) {
        settle(asked, 0);
        return new Promise((resolve) => setImmediate(resolve));
      }
      return sleepRealTime(wanted, signal).then((slept) => {
        if (signal?.aborted !== true) settle(asked, slept);
      });
    },
  };
}

const MAX_CARRY_MS = 2;

/** Node's timers do not go below one millisecond; shorter waits are saved up. */
const SHORTEST_TIMER_MS = 0.8;

function sleepRealTime(milliseconds: number, signal: AbortSignal | undefined): Promise<number> {
  const started = performance.now();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve(performance.now() - started);
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish);
  });
}
