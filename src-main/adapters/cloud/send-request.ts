import pRetry from 'p-retry';
import { StationError } from '../../domain/failure.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import { AttemptFailure } from './attempt-failure.ts';
import { attemptRequest, type Exchange } from './attempt-request.ts';
import { type CloudRequest, endpointOf, type Received } from './cloud-request.ts';
import { type EndpointClass, endpointClassOf } from './endpoint-class.ts';
import type { Priority, RequestBudget } from './request-budget.ts';

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
  const { budget } = exchange.contact;
  const endpoint = endpointClassOf(request);
  const priority = options.priority ?? 'line';
  let tries = 0;
  let last: AttemptFailure | undefined;
  /** A try was begun and nobody has said how it ended. */
  let isUnderWay = false;
  try {
    return await pRetry(
      async () => {
        await takeLeave(budget, endpoint, priority, deadline);
        tries += 1;
        const tryMs = Math.min(request.tryTimeoutMs ?? pace.tryTimeoutMs, deadline.leftMs());
        isUnderWay = true;
        const received = await attemptRequest(exchange, request, deadline.signal, tryMs);
        isUnderWay = false;
        return received;
      },
      {
        retries: Math.min(request.maxTries ?? pace.tries, pace.tries) - 1,
        minTimeout: pace.firstWaitMs,
        maxTimeout: pace.longestWaitMs,
        randomize: true,
        signal: deadline.signal,
        onFailedAttempt: ({ error }) => {
          if (!(error instanceof AttemptFailure)) return;
          isUnderWay = false;
          last = error;
          if (error.code === 'cloud/rate-limited') budget.pause(endpoint, rateLimitPause(error, pace));
        },
        shouldRetry: ({ error, retryDelay }) => {
          if (!(error instanceof AttemptFailure) || !error.isRetriable) return false;
          if (request.isIdempotent === false && error.mayHaveTakenEffect) return false;
          return Math.max(retryDelay, budget.leastWaitMs(endpoint, priority)) < deadline.leftMs();
        },
      },
    );
  } catch (thrown) {
    if (options.signal.aborted) throw abortError(options.signal);
    const isOver = deadline.signal.aborted || thrown instanceof BudgetSpent;
    // What an earlier try was told says nothing of one that was cut short, and may have taken effect.
    const told = isUnderWay && request.isIdempotent === false ? undefined : last;
    const failure = thrown instanceof AttemptFailure ? thrown : isOver ? told : undefined;
    if (failure !== undefined) throw failure.toStationError(tries);
    if (isOver && tries === 0) {
      const waitMs = Math.ceil(thrown instanceof BudgetSpent ? thrown.waitMs : budget.leastWaitMs(endpoint, priority));
      const why = `the station's budget has no request left for ${Math.ceil(waitMs / 1_000)} s`;
      throw new StationError('cloud/rate-limited', `${endpointOf(request)} was not sent: ${why}.`, {
        evidence: { endpoint: endpointOf(request), tries, waitMs },
      });
    }
    if (!deadline.signal.aborted) throw thrown;
    throw new StationError('cloud/timeout', `${endpointOf(request)} had no answer in ${options.timeoutMs} ms.`, {
      cause: thrown,
      evidence: { endpoint: endpointOf(request), tries },
    });
  } finally {
    deadline.end();
  }
}

/** Waits for the budget, but not for what would come too late. */
async function takeLeave(
  budget: RequestBudget,
  endpoint: EndpointClass,
  priority: Priority,
  deadline: Deadline,
): Promise<void> {
  const waitMs = budget.leastWaitMs(endpoint, priority);
  if (waitMs >= deadline.leftMs()) throw new BudgetSpent(waitMs);
  await budget.take(endpoint, priority, deadline.signal);
}

/** No try was begun: the station's own budget has no request left in the time there is. */
class BudgetSpent extends Error {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`no request is left for ${waitMs} ms`);
    this.name = 'BudgetSpent';
    this.waitMs = waitMs;
  }
}

/** With some jitter on top, so that stations behind one address do not all come back in the same second (3.2). */
function rateLimitPause(failure: AttemptFailure, pace: Pace): number {
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
