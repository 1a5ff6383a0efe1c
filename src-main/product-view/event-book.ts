import type { ViewedEvent, ViewedEvents } from '../domain/product-view.ts';
import type { ProductEvents, StreamState } from '../ports/product-events.ts';

/** Events that are kept; a product of thousands of units says more in an hour than anybody reads. */
const MOST_EVENTS = 500;
/** A name or a text longer than this is cut: what an event says comes from the firmware of units, which may be anybody's. */
const MOST_CHARACTERS = 1000;
/** Listening ends so long after the last time anybody looked, because the cloud counts open streams (cloud-api.md 3.2). */
const IDLE_MS = 10 * 60_000;

/** Somebody who wants to know as it happens. */
export type EventFollower = {
  onEvent(event: ViewedEvent): void;
  /** The stream is open, or broken and why. First called with the present state. */
  onStream?(stream: ViewedEvents['stream']): void;
};

/** The live events of one product: listens while somebody looks, and keeps the newest. */
export class EventBook {
  readonly #productId: number;
  readonly #source: ProductEvents;
  readonly #mostEvents: number;
  readonly #followers = new Set<EventFollower>();
  #events: ViewedEvent[] = [];
  #last = 0;
  #stream: StreamState = { kind: 'opening' };
  #listening: { readonly stop: AbortController; idle: NodeJS.Timeout } | undefined;

  constructor(productId: number, source: ProductEvents, mostEvents = MOST_EVENTS) {
    this.#productId = productId;
    this.#source = source;
    this.#mostEvents = mostEvents;
  }

  /** The kept events with a number above `after`, oldest first. The first look begins to listen. */
  view(after = 0): ViewedEvents {
    this.#listen();
    const events = this.#events.filter(({ number }) => number > after);
    const oldest = this.#events[0]?.number ?? this.#last + 1;
    return {
      stream: this.#shownStream(),
      events,
      last: this.#last,
      missed: Math.max(0, oldest - 1 - after),
    };
  }

  /** Tells every event from now on, until the returned function is called. */
  follow(follower: EventFollower): () => void {
    this.#followers.add(follower);
    this.#listen();
    follower.onStream?.(this.#shownStream());
    return () => this.#followers.delete(follower);
  }

  /** Listens no more and tells its followers so; what was kept can still be read, until it is listened to again. */
  close(): void {
    if (this.#listening === undefined) return;
    clearTimeout(this.#listening.idle);
    this.#listening.stop.abort();
    this.#listening = undefined;
    this.#stream = { kind: 'opening' };
    for (const follower of this.#followers) follower.onStream?.({ kind: 'down', detail: 'Listening was ended.' });
    this.#followers.clear();
  }

  #listen(): void {
    if (this.#listening !== undefined) {
      this.#listening.idle.refresh();
      return;
    }
    const stop = new AbortController();
    this.#listening = { stop, idle: setTimeout(() => this.#fallAsleep(), IDLE_MS).unref() };
    this.#source.watch(
      this.#productId,
      {
        onEvent: (event) => {
          if (!stop.signal.aborted) this.#add(event);
        },
        onState: (state) => {
          if (stop.signal.aborted) return;
          this.#stream = state;
          for (const follower of this.#followers) follower.onStream?.(this.#shownStream());
        },
      },
      stop.signal,
    );
  }

  #shownStream(): ViewedEvents['stream'] {
    const { kind } = this.#stream;
    return kind === 'down' ? { kind, detail: this.#stream.detail } : { kind };
  }

  #fallAsleep(): void {
    if (this.#followers.size > 0) this.#listening?.idle.refresh();
    else this.close();
  }

  #add({ name, data, deviceId, version, at }: Parameters<Parameters<ProductEvents['watch']>[1]['onEvent']>[0]): void {
    this.#last += 1;
    const cut = (text: string): string => text.slice(0, MOST_CHARACTERS);
    const event = { number: this.#last, name: cut(name), data: cut(data), deviceId, version, at };
    this.#events.push(event);
    if (this.#events.length > this.#mostEvents) this.#events = this.#events.slice(-this.#mostEvents);
    for (const follower of this.#followers) follower.onEvent(event);
  }
}
