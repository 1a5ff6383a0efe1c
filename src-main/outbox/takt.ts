import type { OutboxPace } from './outbox-pace.ts';

/**
 * How far apart the requests for new units are, as the last few were: a line that builds one unit in two minutes proves each with the
 * request for the next just as a fast one does. Milliseconds of a clock that nobody sets.
 */
export class Takt {
  #lastMs: number | undefined;
  #intervalsMs: readonly number[] = [];

  /** New units were asked for just now. */
  asked(nowMs: number): void {
    if (this.#lastMs !== undefined) this.#intervalsMs = [...this.#intervalsMs, nowMs - this.#lastMs].slice(-REMEMBERED);
    this.#lastMs = nowMs;
  }

  /** So long a unit that was just asked for waits to be proven along with the next request. */
  proveWithinMs({ proveWithinMs, proveAtMostMs }: Pick<OutboxPace, 'proveWithinMs' | 'proveAtMostMs'>): number {
    const longestMs = Math.max(0, ...this.#intervalsMs);
    return Math.min(Math.max(proveAtMostMs, proveWithinMs), Math.max(proveWithinMs, longestMs * SLACK));
  }
}

/** One slow unit does not make the line slow, and one fast one not fast. */
const REMEMBERED = 4;
const SLACK = 1.5;
