import type { Snapshot } from '../domain/snapshot.ts';

/** Where a feed puts its snapshots: one client's socket. */
export type FeedSink = {
  /** Bytes handed over and not yet taken by the network. */
  pendingBytes(): number;
  send(snapshot: Snapshot): void;
};

/** A screen cannot show more than about twenty states a second, and a flash makes hundreds of them. */
const INTERVAL_MS = 50;
/** Above this the client is slow: it gets nothing until it has caught up, and then the latest only. */
const SLOW_BYTES = 256 * 1024;

/**
 * Carries snapshots to one client: the first at once, later ones at most every 50 ms, always the latest, never a queue.
 * Returns the two ends: `offer` takes any number of snapshots, `stop` ends the feed.
 */
export function createSnapshotFeed(sink: FeedSink): { offer(snapshot: Snapshot): void; stop(): void } {
  let latest: Snapshot | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tick = (): void => {
    timer = undefined;
    if (latest === undefined) return;
    if (sink.pendingBytes() <= SLOW_BYTES) {
      sink.send(latest);
      latest = undefined;
    }
    timer = setTimeout(tick, INTERVAL_MS);
  };

  return {
    offer(snapshot) {
      latest = snapshot;
      if (timer === undefined) tick();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      latest = undefined;
    },
  };
}
