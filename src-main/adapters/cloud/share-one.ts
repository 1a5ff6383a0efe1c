import { StationError } from '../../domain/failure.ts';

/**
 * Makes everybody who asks for the same key at the same time share one piece of work: the one begun by the first. Whoever is aborted
 * leaves without stopping it for the others; when the last has left, the work's own signal stops it.
 */
export function shareOne<Input extends readonly unknown[], Output>(
  work: (key: string, signal: AbortSignal, ...input: Input) => Promise<Output>,
): (key: string, signal: AbortSignal, ...input: Input) => Promise<Output> {
  const running = new Map<string, Shared<Output>>();

  const begin = (key: string, input: Input): Shared<Output> => {
    const stop = new AbortController();
    const forget = () => {
      if (running.get(key) === shared) running.delete(key);
    };
    const shared: Shared<Output> = {
      result: work(key, stop.signal, ...input).finally(forget),
      waiting: 0,
      stop,
      forget,
    };
    running.set(key, shared);
    return shared;
  };

  return async (key, signal, ...input) => {
    if (signal.aborted) throw abortError(signal);
    const shared = running.get(key) ?? begin(key, input);
    shared.waiting += 1;
    try {
      return await untilAborted(shared.result, signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) {
        shared.forget();
        shared.stop.abort();
      }
    }
  };
}

type Shared<Output> = {
  readonly result: Promise<Output>;
  waiting: number;
  readonly stop: AbortController;
  readonly forget: () => void;
};

function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(abortError(signal));
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

function abortError(signal: AbortSignal): StationError {
  if (signal.reason instanceof StationError) return signal.reason;
  return new StationError('run/aborted', 'The cloud request was stopped.', { cause: signal.reason });
}
