import type { UnitClock } from './usb-function.ts';

/** Whether a unit listens, with the time-out of the platforms that have one (device-usb.md 4.1). */
export class ListeningState {
  readonly #options: ListeningOptions;
  #isListening: boolean;
  #timer: AbortController | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.#isListening = options.isInitially;
    if (this.#isListening) void this.#expire();
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** Begins or ends it; beginning again starts the time-out anew. */
  set(isListening: boolean): void {
    this.#timer?.abort();
    const hasChanged = this.#isListening !== isListening;
    this.#isListening = isListening;
    if (isListening) void this.#expire();
    if (hasChanged) this.#options.onChange(isListening);
  }

  async #expire(): Promise<void> {
    const { timers, timeoutMs, power } = this.#options;
    if (timeoutMs === undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    const stopped = AbortSignal.any([timer.signal, power]);
    await timers.sleep(timeoutMs, stopped);
    if (!stopped.aborted) this.set(false);
  }
}

export type ListeningOptions = {
  readonly timers: UnitClock;
  readonly timeoutMs: number | undefined;
  readonly power: AbortSignal;
  readonly isInitially: boolean;
  onChange(isListening: boolean): void;
};
