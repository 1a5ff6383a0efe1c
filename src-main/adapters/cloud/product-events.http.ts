import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf } from '../../domain/failure.ts';
import type { EventWatcher, ProductEvents, StreamState } from '../../ports/product-events.ts';
import { createDirectNetwork } from '../network/network.ts';
import { parseBaseUrl } from './base-url.ts';
import { createCloudContact } from './cloud-contact.ts';
import type { HttpCloudSettings } from './cloud-sender.ts';
import { followStream, type StreamEnd } from './follow-stream.ts';
import { productEventOf } from './product-event.ts';
import { readToken } from './read-token.ts';

/** The events, and how many blocks of the streams so far were none. */
export type HttpProductEvents = ProductEvents & { dropped(): number };

/**
 * Events of products over HTTP (cloud-api.md 2.11), as ports/product-events.ts says. After a break the token is asked for anew and the
 * stream opened again, after 1, 2, 4 … 30 s; a refused token is tried every five minutes. Throws `station/invalid-file` for a base URL
 * that cannot be used.
 */
export function createHttpProductEvents(settings: HttpCloudSettings): HttpProductEvents {
  const baseUrl = parseBaseUrl(settings.baseUrl);
  const network = settings.network ?? createDirectNetwork();
  const { budget } = settings.contact ?? createCloudContact();
  const firstWaitMs = settings.pace?.firstWaitMs ?? 1_000;
  const longestWaitMs = settings.pace?.longestWaitMs ?? 30_000;
  const refusedWaitMs = settings.pace?.rateLimitWaitMs ?? REFUSED_MS;
  const streams = new Set<SharedStream>();
  let dropped = 0;

  return {
    dropped: () => dropped,

    watch(productId, watcher, signal) {
      if (signal.aborted) return;
      const prefix = watcher.prefix ?? '';
      const open = [...streams].find((one) => one.productId === productId && prefix.startsWith(one.prefix));
      const stream = open ?? begin(productId, prefix);
      stream.watchers.add(watcher);
      watcher.onState?.(stream.state);
      signal.addEventListener('abort', () => leave(stream, watcher), { once: true });
    },
  };

  function begin(productId: number, prefix: string): SharedStream {
    const stream: SharedStream = {
      productId,
      prefix,
      watchers: new Set(),
      stop: new AbortController(),
      state: { kind: 'opening' },
    };
    streams.add(stream);
    void keepOpen(stream);
    return stream;
  }

  function leave(stream: SharedStream, watcher: EventWatcher): void {
    stream.watchers.delete(watcher);
    if (stream.watchers.size > 0) return;
    streams.delete(stream);
    stream.stop.abort();
  }

  async function keepOpen(stream: SharedStream): Promise<void> {
    const { signal } = stream.stop;
    for (let breaks = 0; !signal.aborted; breaks += 1) {
      if (breaks > 0) tell(stream, { kind: 'opening' });
      let upAt: number | undefined;
      const end = await followOnce(stream, () => {
        upAt = performance.now();
        tell(stream, { kind: 'up' });
      });
      if (signal.aborted) return;
      // A stream that had been up for a while did not fail: the next opening is the first again.
      if (upAt !== undefined && performance.now() - upAt >= STEADY_MS) breaks = 0;
      const retryInMs = Math.round(waitAfter(end, breaks));
      tell(stream, { kind: 'down', code: end.code, detail: end.detail, retryInMs });
      await sleep(retryInMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async function followOnce(stream: SharedStream, onUp: () => void): Promise<StreamEnd> {
    const { productId, prefix, stop } = stream;
    try {
      await budget.take('events', 'background', stop.signal);
      const token = await readToken(settings.token, stop.signal);
      const follower = {
        onUp,
        onEvent: (event: unknown) => deliver(stream, event),
        onDropped: countDropped,
      };
      return await followStream({ baseUrl, network, token, productId, prefix }, follower, stop.signal);
    } catch (thrown) {
      const { code, detail } = failureOf(thrown);
      return { code, detail };
    }
  }

  function deliver(stream: SharedStream, block: unknown): void {
    const event = productEventOf(stream.productId, block);
    if (event === undefined) {
      countDropped();
      return;
    }
    for (const watcher of [...stream.watchers]) {
      if (event.name.startsWith(watcher.prefix ?? '')) watcher.onEvent(event);
    }
  }

  function countDropped(): void {
    dropped += 1;
  }

  /** With some jitter, so that the stations of a plant do not come back together (3.2: 100 openings in 5 min by network). */
  function waitAfter({ code }: StreamEnd, breaks: number): number {
    if (code === 'cloud/permission' || code === 'cloud/rate-limited') return refusedWaitMs;
    return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(breaks, 10)) * (1 + Math.random() / 4);
  }
}

type SharedStream = {
  readonly productId: number;
  readonly prefix: string;
  readonly watchers: Set<EventWatcher>;
  readonly stop: AbortController;
  state: StreamState;
};

const STEADY_MS = 60_000;
const REFUSED_MS = 5 * 60_000;

function tell(stream: SharedStream, state: StreamState): void {
  stream.state = state;
  for (const watcher of [...stream.watchers]) watcher.onState?.(state);
}
