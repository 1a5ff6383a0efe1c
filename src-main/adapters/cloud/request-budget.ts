import type { RequestFigures } from '../../ports/cloud-contact.ts';
import { type EndpointClass, hasOwnLimit } from './endpoint-class.ts';
import { STEADY_CLOCK, type SteadyClock } from './steady-clock.ts';

export type Priority = 'line' | 'background';

/** Leave to send requests, shared by everything of this process that speaks to one cloud. */
export type RequestBudget = {
  /** Resolves when one request may be sent, and counts it. Rejects with the abort reason of `signal`. */
  take(endpoint: EndpointClass, priority: Priority, signal: AbortSignal): Promise<void>;
  /** What a request asked for now would have to wait at least, in ms. */
  leastWaitMs(endpoint: EndpointClass, priority: Priority): number;
  /** The cloud said to slow down: nothing is sent for so long. Where it limits an endpoint by itself, only nothing of that. */
  pause(endpoint: EndpointClass, ms: number): void;
  figures(): RequestFigures;
};

/** The cloud's limit for one public address (cloud-api.md 3.2), requests per 5 min. */
export const CLOUD_LIMIT = 10_000;
const WINDOW_MS = 5 * 60_000;
/** However long the cloud says: an answer that is a mistake must not silence a station for days. */
const LONGEST_PAUSE_MS = 60 * 60_000;

type Waiter = { readonly endpoint: EndpointClass; readonly grant: () => void };

/**
 * A token bucket. A tenth of the limit may go in a burst and the rest flows in evenly, so that no 5 min ever see more than the limit,
 * wherever the cloud begins to count them. Half of the burst is the line's alone: work nobody waits for takes only what is above it, and
 * waits behind the line. First come, first served within a priority. Measured by a steady clock: setting the computer's changes nothing.
 */
export function createRequestBudget(requestsPer5Min: number, clock: SteadyClock = STEADY_CLOCK): RequestBudget {
  const burst = Math.max(1, Math.floor(requestsPer5Min / 10));
  const perMs = Math.max(1, requestsPer5Min - burst) / WINDOW_MS;
  const reserve = Math.floor(burst / 2);
  const queues: Record<Priority, Waiter[]> = { line: [], background: [] };
  const pausedUntil = new Map<EndpointClass, number>();
  const byEndpoint: Record<string, number> = {};
  let allPausedUntil = Number.NEGATIVE_INFINITY;
  let tokens = burst;
  let filledAt = clock.now();
  let rateLimited = 0;
  let callOff: (() => void) | undefined;

  const floorOf = (priority: Priority): number => (priority === 'line' ? 0 : reserve);
  const pauseOf = (endpoint: EndpointClass): number => Math.max(allPausedUntil, pausedUntil.get(endpoint) ?? 0);

  function fill(): void {
    const now = clock.now();
    // filledAt lies ahead while the cloud wants silence: what would have flowed in then is not saved up.
    if (now <= filledAt) return;
    tokens = Math.min(burst, tokens + (now - filledAt) * perMs);
    filledAt = now;
  }

  /** Until `ahead` others and then this one have had their tokens. */
  function waitMs(endpoint: EndpointClass, priority: Priority, ahead: number): number {
    fill();
    const now = clock.now();
    const missing = ahead + 1 + floorOf(priority) - tokens;
    const filling = missing <= MARGIN ? 0 : missing / perMs + Math.max(0, filledAt - now);
    return Math.max(filling, pauseOf(endpoint) - now, 0);
  }

  /** Gives what can be given now and comes again when there is more. */
  function serve(): void {
    callOff?.();
    callOff = undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const priority of ['line', 'background'] as const) {
      const queue = queues[priority];
      for (let index = 0; index < queue.length; ) {
        const waiter = queue[index] as Waiter;
        const wait = waitMs(waiter.endpoint, priority, 0);
        if (wait === 0) {
          tokens -= 1;
          queue.splice(index, 1);
          waiter.grant();
          continue;
        }
        next = Math.min(next, wait);
        if (Math.max(allPausedUntil, filledAt) > clock.now() || pauseOf(waiter.endpoint) <= clock.now()) break;
        index += 1; // only its endpoint is paused: another's turn may have come
      }
      if (queues[priority].length > 0 && waitMs('', priority, 0) > 0) break; // nothing overtakes the line
    }
    if (next < Number.POSITIVE_INFINITY) callOff = clock.after(Math.ceil(next), serve);
  }

  return {
    take(endpoint, priority, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal.aborted) return Promise.reject(signal.reason);
      const leave = () => {
        queues[priority].splice(queues[priority].indexOf(waiter), 1);
        reject(signal.reason);
        serve();
      };
      const waiter: Waiter = {
        endpoint,
        grant: () => {
          signal.removeEventListener('abort', leave);
          byEndpoint[endpoint] = (byEndpoint[endpoint] ?? 0) + 1;
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      queues[priority].push(waiter);
      serve();
      return promise;
    },

    leastWaitMs(endpoint, priority) {
      const ahead = queues.line.length + (priority === 'line' ? 0 : queues.background.length);
      return waitMs(endpoint, priority, ahead);
    },

    pause(endpoint, ms) {
      rateLimited += 1;
      const until = clock.now() + Math.min(Math.max(0, ms), LONGEST_PAUSE_MS);
      if (hasOwnLimit(endpoint)) {
        pausedUntil.set(endpoint, Math.max(until, pausedUntil.get(endpoint) ?? until));
      } else if (until > allPausedUntil) {
        fill();
        allPausedUntil = until;
        // Others behind this address come back at the same time: begin with what flows in, not with a burst.
        tokens = Math.min(tokens, 0);
        filledAt = Math.max(filledAt, until);
      }
      serve();
    },

    figures: () => ({
      sent: Object.values(byEndpoint).reduce((sum, count) => sum + count, 0),
      byEndpoint: { ...byEndpoint },
      rateLimited,
      waiting: queues.line.length + queues.background.length,
      pausedMs: Math.max(0, allPausedUntil - clock.now()),
    }),
  };
}

/** Sums of fractions come out a hair short of a whole token. */
const MARGIN = 1e-6;
