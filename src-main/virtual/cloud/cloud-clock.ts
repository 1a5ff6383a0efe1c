/** The virtual cloud's time: real time times `speed`, plus what was skipped. Activations of hours then take moments. */
export type CloudClock = {
  /** Milliseconds since 1970, as the virtual cloud sees them. */
  now(): number;
  iso(): string;
  /** Lets this many milliseconds of cloud time pass at once. */
  advance(byMs: number): void;
};

/** `speed` 1 is real time; 60 makes a minute of cloud time pass in a second. */
export function createCloudClock(speed = 1): CloudClock {
  const beginMs = Date.now();
  let skippedMs = 0;
  const now = () => beginMs + (Date.now() - beginMs) * speed + skippedMs;
  return {
    now,
    iso: () => new Date(now()).toISOString(),
    advance(byMs) {
      skippedMs += byMs;
    },
  };
}
