/**
 * What one run showed of its slot: cable, hub and port. Recorded as evidence of the steps that measured it, under the name
 * `figures`, so that a slot's health is read from the record and from nowhere else. Times in ms.
 */
export type VisitFigures = {
  readonly bytesWritten: number;
  readonly bytesRead: number;
  readonly writeMs: number;
  readonly readMs: number;
  /** What the chip alone would have needed for the writes. */
  readonly expectedMs: number;
  readonly stalls: number;
  readonly retries: number;
};

/** The way into DFU mode (step enter-dfu) or out of it (step restart). */
export type SwitchFigures = { readonly switchMs: number; readonly tries: number };

/** A slot over its last runs. */
export type SlotHealth = {
  readonly slot: string;
  readonly runs: number;
  /** Medians over these runs; absent when none of them flashed. */
  readonly bytesPerSecond?: number;
  /** Actual over expected write time: 1 is a unit that never waited for its slot. Comparable between platforms. */
  readonly pace?: number;
  readonly enterDfuMs?: number;
  readonly restartMs?: number;
  readonly stalls: number;
  readonly retries: number;
  /** Runs that ended in a failure a cable, hub or port can cause. */
  readonly suspectFailures: number;
  readonly verdict: 'unknown' | 'good' | 'watch' | 'bad';
  /** One sentence when the verdict is `watch` or `bad`. */
  readonly why?: string;
  /** The same for a screen, which has its own words; worst first, empty when the verdict is `good` or `unknown`. */
  readonly reasons: readonly HealthReason[];
};

/**
 * What a slot is blamed for. `slow`, `slow-switch`: `times` more than the median of the other slots. `stalls`, `failures`: `count` in
 * the last runs.
 */
export type HealthReason =
  | { readonly kind: 'slow' | 'slow-switch'; readonly times: number }
  | { readonly kind: 'stalls' | 'failures'; readonly count: number };
