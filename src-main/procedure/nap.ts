import { waitUntil } from './time.ts';

/** A timer cannot wait longer than this, in ms. */
const LONGEST_MS = 0x7fff_ffff;

/** A wait of somebody who has nothing to do until a time, or until news come. It never keeps the process alive. */
export class Nap {
  #wake: (() => void) | undefined;

  /** Ends the present wait, if there is one. */
  wake(): void {
    this.#wake?.();
  }

  /** Resolves after so many milliseconds, when woken, or when the signal aborts; never rejects. */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_MS));
    timer.unref();
    this.#wake = resolve;
    await waitUntil(promise, signal).catch(() => undefined);
    this.#wake = undefined;
    clearTimeout(timer);
  }
}
