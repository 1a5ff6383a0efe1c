/** One event of a device or of the cloud itself, as all who may see it get it (cloud-api.md 2.11). */
export type CloudEvent = {
  readonly name: string;
  readonly data: string;
  /** Seconds. */
  readonly ttl: number;
  /** ISO 8601 in cloud time. */
  readonly publishedAt: string;
  /** The device ID, or `api` for what the cloud says itself. */
  readonly coreid: string;
  /** The product firmware version of the connection it came over. */
  readonly version: number | undefined;
  readonly isPublic: boolean;
  readonly productId: number | undefined;
  /** Who claimed the device. */
  readonly owner: string | undefined;
};

export type EventListener = {
  readonly wants: (event: CloudEvent) => boolean;
  readonly receive: (event: CloudEvent) => void;
  /** The hub closes: nothing comes any more. */
  readonly end: () => void;
};

/** Hands events to those who listen at that moment; it keeps none (cloud-api.md 2.11: no replay). */
export type EventHub = {
  publish(event: CloudEvent): void;
  /** Returns how to stop listening; stopping twice is harmless. */
  listen(listener: EventListener): () => void;
  /** How many listen now. */
  count(): number;
  /** Ends every listener. Others may listen afterwards. */
  close(): void;
};

export function createEventHub(): EventHub {
  const listeners = new Set<EventListener>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        if (listener.wants(event)) listener.receive(event);
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    count: () => listeners.size,
    close() {
      const ended = [...listeners];
      listeners.clear();
      for (const listener of ended) listener.end();
    },
  };
}
