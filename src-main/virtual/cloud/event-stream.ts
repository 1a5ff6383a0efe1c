import type { ServerResponse } from 'node:http';
import { accountId } from './account-id.ts';
import type { CloudEvent, EventHub } from './event-hub.ts';

/** Which events a stream is for: all conditions that are there must hold. A prefix means "begins with" (cloud-api.md 2.11). */
export type EventFilter = {
  readonly prefix?: string;
  readonly productId?: number;
  readonly deviceId?: string;
  /** Events of devices this user claimed. */
  readonly owner?: string;
  /** Public events of anybody as well. */
  readonly orPublic?: boolean;
};

/**
 * Turns a response into a stream of the events that pass the filter, until the client goes or the hub closes (cloud-api.md 2.11). The vendor's
 * client takes 15 s of silence for a dead connection, so a line end is sent every nine; what the real server sends is UNVERIFIED (U11).
 */
export function streamEvents(hub: EventHub, filter: EventFilter, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(':ok\n\n');
  const keepAlive = setInterval(() => response.write('\n'), KEEP_ALIVE_MS);
  keepAlive.unref();
  const stop = hub.listen({
    wants: (event) => passes(filter, event),
    receive(event) {
      response.write(blockOf(event));
      // A client that reads nothing must not fill the memory; the server may close at any time.
      if (response.writableLength > BACKLOG_BYTES) response.destroy();
    },
    end: () => response.end(),
  });
  response.on('close', () => {
    clearInterval(keepAlive);
    stop();
  });
}

const KEEP_ALIVE_MS = 9_000;
const BACKLOG_BYTES = 1_000_000;

function passes(filter: EventFilter, event: CloudEvent): boolean {
  if (!event.name.startsWith(filter.prefix ?? '')) return false;
  if (filter.productId !== undefined && event.productId !== filter.productId) return false;
  if (filter.deviceId !== undefined && event.coreid !== filter.deviceId) return false;
  return filter.owner === undefined || event.owner === filter.owner || (filter.orPublic === true && event.isPublic);
}

/** One block: the name on its own line, the rest as JSON. The name is not in the JSON; the vendor's client adds it. */
function blockOf(event: CloudEvent): string {
  const json = JSON.stringify({
    data: event.data,
    ttl: event.ttl,
    published_at: event.publishedAt,
    coreid: event.coreid,
    userid: event.owner === undefined ? '' : accountId(event.owner),
    ...(event.version === undefined ? {} : { version: event.version }),
    public: event.isPublic,
    ...(event.productId === undefined ? {} : { productID: event.productId }),
  });
  // A line end in a name would begin a field of its own.
  return `event: ${event.name.replaceAll(/[\r\n]/g, ' ')}\ndata: ${json}\n\n`;
}
