import type { OnlinePace } from './online-pace.ts';

/** When the next sweep of a product is due. By a clock that nobody sets. */
export class SweepClock {
  readonly #pace: OnlinePace;
  #stream: 'opening' | 'up' | 'down';
  #isWanted = true;
  #begunMs = Number.NEGATIVE_INFINITY;
  #faults = 0;
  #pausedUntilMs = 0;

  /** The first sweep is due at once where there is no stream, else when the stream is up or is known not to open. */
  constructor(pace: OnlinePace, hasNoStream: boolean) {
    this.#pace = pace;
    this.#stream = hasNoStream ? 'down' : 'opening';
  }

  /** A stream that comes up may have missed what was before. */
  streamIs(state: 'up' | 'down'): void {
    if (state === 'up' && this.#stream !== 'up') this.#isWanted = true;
    this.#stream = state;
  }

  want(): void {
    this.#isWanted = true;
  }

  begun(): void {
    this.#begunMs = performance.now();
    this.#isWanted = false;
  }

  done(): void {
    this.#faults = 0;
    this.#begunMs = performance.now();
  }

  failed(): void {
    const { firstPauseMs, longestPauseMs } = this.#pace;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#faults);
    this.#pausedUntilMs = performance.now() + pauseMs * (1 + Math.random());
    this.#faults = Math.min(this.#faults + 1, 30);
    this.#isWanted = true;
  }

  /** Milliseconds until the next sweep, given those until the first unit is overdue; never less than 0. */
  dueInMs(firstOverdueInMs: number): number {
    if (this.#stream === 'opening') return Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    const dueMs = Math.max(this.#begunMs + this.#pauseMs(firstOverdueInMs, nowMs), this.#pausedUntilMs);
    return Math.max(0, dueMs - nowMs);
  }

  #pauseMs(firstOverdueInMs: number, nowMs: number): number {
    const { soonMs, sweepMs, calmMs } = this.#pace;
    if (this.#isWanted) return soonMs;
    if (this.#stream === 'down') return sweepMs;
    return Math.max(sweepMs, Math.min(calmMs, nowMs + firstOverdueInMs - this.#begunMs));
  }
}
