/**
 * What the devices of a product say while it happens (cloud-api.md 2.11). Right: `events:get`. Events may be missing, come twice or out of
 * order: they are hints, the devices as read are the truth.
 */
export interface ProductEvents {
  /**
   * Follows the product until `signal` ends it; never rejects. The stream opens itself again after every break. Watchers of the same
   * product whose prefix an open stream covers share that stream: the cloud counts streams and openings per network (3.2).
   */
  watch(productId: number, watcher: EventWatcher, signal: AbortSignal): void;
}

export type EventWatcher = {
  /** Only events whose name begins so, such as `spark/status`. Default all. */
  readonly prefix?: string;
  onEvent(event: ProductEvent): void;
  /** The stream is open, or broken. First called with `opening`. */
  onState?(state: StreamState): void;
};

export type StreamState =
  | { readonly kind: 'opening' | 'up' }
  /** `code` is of area `cloud/…` or `network/…`; the next try follows after `retryInMs`. */
  | { readonly kind: 'down'; readonly code: string; readonly detail: string; readonly retryInMs: number };

export type ProductEvent = {
  readonly name: string;
  /** Trimmed, because real data ends in blanks; empty where there is none. */
  readonly data: string;
  /** 24 hex digits, or `api` for what the cloud itself says; lower case. */
  readonly deviceId: string;
  /** The product firmware version of that connection. */
  readonly version: number | undefined;
  /** When the cloud published it, ISO 8601 UTC. */
  readonly at: string;
};
