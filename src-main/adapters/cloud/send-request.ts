import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { StationError } from '../../domain/failure.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import { AttemptFailure } from './attempt-failure.ts';
import { attemptRequest, type Exchange } from './attempt-request.ts';
import { type CloudRequest, endpointOf, type Received } from './cloud-request.ts';

/**
 * How often and how fast to ask again: cloud-api.md 3.3 says 1, 2, 4 … at most 30 s with jitter, five tries, and 60 s after
 * a 429 that names no time. Tests on loopback pass a faster pace.
 */
export type Pace = {
  readonly tries: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly rateLimitWaitMs: number;
  /** One try gives up after this and the next begins. */
  readonly tryTimeoutMs: number;
};

export const PACE: Pace = {
  tries: 5,
  firstWaitMs: 1_000,
  longestWaitMs: 30_000,
  rateLimitWaitMs: 60_000,
  tryTimeoutMs: 30_000,
};

/**
 * Sends one request, with the retries of 3.3 inside `options.timeoutMs`. Resolves to the JSON of a success, or to undefined
 * when the request calls the refusal an absence. Rejects with StationError: `cloud/…`, or what the caller aborted with
 * (`run/aborted` when that is no StationError). A wait that would outlast the deadline is not begun: the last failure is
 * then the answer, at once. Every error's evidence tells the endpoint, the tries, and the last status and request ID.
 */
export async function sendRequest(
  exchange: Exchange,
  pace: Pace,
  request: CloudRequest,
  options: CloudOptions,
): Promise<Received | undefined> {
  if (options.signal.aborted) throw abortError(options.signal);
  const deadline = startDeadline(options);
  let tries = 0;
  let last: AttemptFailure | undefined;
  try {
    return await pRetry(
      () => {
        tries += 1;
        const tryMs = Math.min(request.tryTimeoutMs ?? pace.tryTimeoutMs, deadline.leftMs());
        return attemptRequest(exchange, request, deadline.signal, tryMs);
      },
      {
        retries: Math.min(request.maxTries ?? pace.tries, pace.tries) - 1,
        minTimeout: pace.firstWaitMs,
        maxTimeout: pace.longestWaitMs,
        randomize: true,
        signal: deadline.signal,
        onFailedAttempt: ({ error }) => {
          if (error instanceof AttemptFailure) last = error;
        },
        shouldRetry: async ({ error, retryDelay }) => {
          if (!(error instanceof AttemptFailure) || !error.isRetriable) return false;
          if (request.isIdempotent === false && error.mayHaveTakenEffect) return false;
          const waitMs = Math.max(retryDelay, rateLimitWait(error, pace));
          if (waitMs >= deadline.leftMs()) return false;
          await sleep(waitMs - retryDelay, undefined, { signal: deadline.signal });
          return true;
        },
      },
    );
  } catch (thrown) {
    if (options.signal.aborted) throw abortError(options.signal);
    const failure = thrown instanceof AttemptFailure ? thrown : deadline.signal.aborted ? last : undefined;
    if (failure !== undefined) throw failure.toStationError(tries);
    if (!deadline.signal.aborted) throw thrown;
    throw new StationError('cloud/timeout', `${endpointOf(request)} had no answer in ${options.timeoutMs} ms.`, {
      cause: thrown,
      evidence: { endpoint: endpointOf(request), tries },
    });
  } finally {
    deadline.end();
  }
}

/** With some jitter on top, so that stations behind one address do not all come back in the same second (3.2). */
function rateLimitWait(failure: AttemptFailure, pace: Pace): number {
  if (failure.code !== 'cloud/rate-limited') return 0;
  return (failure.retryAfterMs ?? pace.rateLimitWaitMs) * (1 + Math.random() / 10);
}

function abortError(signal: AbortSignal): StationError {
  if (signal.reason instanceof StationError) return signal.reason;
  return new StationError('run/aborted', 'The cloud request was stopped.', { cause: signal.reason });
}

type Deadline = { readonly signal: AbortSignal; leftMs(): number; end(): void };

function startDeadline(options: CloudOptions): Deadline {
  const endsAt = performance.now() + options.timeoutMs;
  const expired = new AbortController();
  const timer = setTimeout(() => expired.abort(), options.timeoutMs);
  return {
    signal: AbortSignal.any([options.signal, expired.signal]),
    leftMs: () => Math.max(0, endsAt - performance.now()),
    end: () => clearTimeout(timer),
  };
}
