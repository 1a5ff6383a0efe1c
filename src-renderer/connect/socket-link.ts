import type { Link, LinkState } from './link.ts';

/** The station closes with it when the token is not the one of this start (socket-session.ts). */
const CLOSE_NO_TOKEN = 4401;
const FIRST_RETRY_MS = 250;
const SLOWEST_RETRY_MS = 2000;
/** The slowest command walks a whole audit log. */
const ANSWER_MS = 120_000;

type Waiting = {
  readonly settle: (answer: unknown) => void;
  readonly fail: (why: Error) => void;
  readonly timer: number;
};
type Frame = { readonly id?: number; readonly answer?: unknown; readonly snapshot?: unknown };

/**
 * A link over the loopback server's socket: the token first, then calls and snapshots. A lost connection is opened again for
 * as long as the page lives; the calls it cut are rejected, never sent twice, because nobody knows whether they were done.
 */
export function openSocketLink(url: string, token: string): Link {
  const watchers = new Set<(state: LinkState) => void>();
  const listeners = new Set<(snapshot: unknown) => void>();
  const waiting = new Map<number, Waiting>();
  let state: LinkState = 'connecting';
  let socket: WebSocket | undefined;
  let latest: unknown;
  let lastId = 0;
  let retryMs = FIRST_RETRY_MS;

  const become = (next: LinkState): void => {
    if (next === state) return;
    state = next;
    for (const watcher of watchers) watcher(next);
  };
  const onFrame = (frame: Frame): void => {
    if (frame.snapshot !== undefined) {
      latest = frame.snapshot;
      retryMs = FIRST_RETRY_MS;
      become('open');
      for (const listener of listeners) listener(latest);
    } else if (frame.id !== undefined) {
      waiting.get(frame.id)?.settle(frame.answer);
    }
  };
  const onClose = (code: number): void => {
    for (const call of waiting.values()) call.fail(new Error('The connection to the station was lost.'));
    if (code === CLOSE_NO_TOKEN) {
      become('refused');
      return;
    }
    if (state !== 'connecting') become('lost');
    window.setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS);
  };
  const connect = (): void => {
    const opening = new WebSocket(url);
    socket = opening;
    opening.onopen = () => opening.send(token);
    opening.onmessage = (event) => onFrame(JSON.parse(String(event.data)) as Frame);
    opening.onclose = (event) => onClose(event.code);
  };

  connect();
  return {
    invoke: (name, input) =>
      new Promise((resolve, reject) => {
        if (socket === undefined || state !== 'open') {
          reject(new Error('There is no connection to the station.'));
          return;
        }
        lastId += 1;
        const id = lastId;
        const over = <Value>(then: (value: Value) => void) => {
          return (value: Value): void => {
            window.clearTimeout(waiting.get(id)?.timer);
            waiting.delete(id);
            then(value);
          };
        };
        const fail = over(reject);
        const timer = window.setTimeout(
          () => fail(new Error(`The station did not answer within ${ANSWER_MS / 1000} s.`)),
          ANSWER_MS,
        );
        waiting.set(id, { settle: over(resolve), fail, timer });
        socket.send(JSON.stringify({ id, name, input }));
      }),
    subscribe: (listener) => {
      listeners.add(listener);
      if (latest !== undefined) listener(latest);
      return () => listeners.delete(listener);
    },
    watch: (listener) => {
      watchers.add(listener);
      listener(state);
      return () => watchers.delete(listener);
    },
  };
}
