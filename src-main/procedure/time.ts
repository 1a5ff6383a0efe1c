/**
 * Waits for a promise or for so many milliseconds, whichever is asked; rejects with the signal's reason as soon as it aborts. The
 * promise itself goes on, its late rejection is taken care of.
 */
export function waitUntil<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value>;
export function waitUntil(promise: undefined, signal: AbortSignal, milliseconds: number): Promise<void>;
export function waitUntil(
  promise: Promise<unknown> | undefined,
  signal: AbortSignal,
  milliseconds = 0,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = promise === undefined ? setTimeout(() => settle(resolve, undefined), milliseconds) : undefined;
    const onAbort = (): void => settle(reject, signal.reason);
    const settle = (how: (value: unknown) => void, value: unknown): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      how(value);
    };
    promise?.then(
      (value) => settle(resolve, value),
      (error) => settle(reject, error),
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

/**
 * The promise itself, but once the signal has aborted it gets only `graceMs` more: then this rejects with the signal's reason, so
 * that nothing which ignores an abort can hold a run.
 */
export function endSoonAfterAbort<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
  graceMs: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => reject(signal.reason), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** Runs a wait for at most so long: its value, or undefined when that time ran out. Rejects when the outer signal aborts. */
export async function withinTime<Value>(
  milliseconds: number,
  signal: AbortSignal,
  wait: (limit: AbortSignal) => Promise<Value>,
): Promise<Value | undefined> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(TIME_IS_UP), milliseconds);
  try {
    return await wait(AbortSignal.any([signal, limit.signal]));
  } catch (thrown) {
    if (limit.signal.aborted && !signal.aborted) return undefined;
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/** A time limit that can be stopped and goes on with what was left of it. */
export type Deadline = {
  readonly signal: AbortSignal;
  pause(): void;
  resume(): void;
  /** From now on it never comes. */
  end(): void;
};

/** Starts a limit of so many milliseconds; when they are over the signal aborts with this reason. */
export function startDeadline(milliseconds: number, reason: () => unknown): Deadline {
  const limit = new AbortController();
  let left = milliseconds;
  let since = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const deadline: Deadline = {
    signal: limit.signal,
    pause() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left = Math.max(0, left - (performance.now() - since));
    },
    resume() {
      if (isOver || timer !== undefined) return;
      since = performance.now();
      timer = setTimeout(() => limit.abort(reason()), left);
    },
    end() {
      isOver = true;
      deadline.pause();
    },
  };
  deadline.resume();
  return deadline;
}

const TIME_IS_UP = Symbol('time is up');
