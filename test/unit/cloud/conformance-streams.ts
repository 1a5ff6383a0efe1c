import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type Particle from 'particle-api-js';
import type { CloudBench } from './cloud-bench.ts';
import type { Driver } from './conformance-drivers.ts';
import { sdkOn } from './sdk.ts';

/** One event as a client of a stream has it: the name and what was in the JSON beside it. */
export type StreamEvent = { readonly name: string; readonly data: string } & Readonly<Record<string, unknown>>;

/** A stream of the virtual cloud, as somebody holds it open. */
export type HeldStream = Disposable & {
  readonly events: readonly StreamEvent[];
  /** Everything that was sent so far; empty for the vendor's client, which keeps no bytes. */
  bytes(): string;
  /** Resolves when so many events have come in all. */
  reach(count: number): Promise<readonly StreamEvent[]>;
  /** Resolves with the next bytes of any kind. */
  moreBytes(): Promise<unknown>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<unknown>;
};

/**
 * Opens a stream under `/v1/`, such as `products/12345/events/spark%2Fstatus`, plainly, or with the vendor's client by what it makes the
 * same path of. Rejects like `http` or the client does.
 */
export async function holdStream(
  bench: CloudBench,
  name: Driver['name'],
  place: { readonly product?: number; readonly deviceId?: string; readonly name?: string },
  token = bench.virtual.token,
): Promise<HeldStream> {
  return name === 'plain' ? holdPlain(bench, place, token) : holdWithSdk(bench, place, token);
}

type Place = { readonly product?: number; readonly deviceId?: string; readonly name?: string };

async function holdPlain(bench: CloudBench, place: Place, token: string): Promise<HeldStream> {
  const product = place.product === undefined ? '' : `/products/${place.product}`;
  const devices =
    place.deviceId === undefined ? '' : place.deviceId === 'mine' ? '/devices' : `/devices/${place.deviceId}`;
  const prefix = place.name === undefined ? '' : `/${encodeURIComponent(place.name)}`;
  const url = `${bench.virtual.baseUrl}/v1${product}${devices}/events${prefix}?nonce=92.237`;
  const request = httpRequest(url, { headers: { authorization: `Bearer ${token}` } }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`the stream was refused with ${response.statusCode}`);
  response.setEncoding('utf8');
  let bytes = '';
  let parsed = 0;
  const events: StreamEvent[] = [];
  const counted = countedEvents(events);
  response.on('data', (chunk: string) => {
    bytes += chunk;
    const blocks = bytes.split('\n\n');
    blocks.pop();
    for (const block of blocks.slice(parsed)) {
      const [, event, json] = /^event: (.*)\ndata: (.*)$/.exec(block.trimStart()) ?? [];
      if (event !== undefined && json !== undefined) counted.add({ name: event, ...JSON.parse(json) });
    }
    parsed = blocks.length;
  });
  response.on('error', () => undefined);
  const ended = new Promise((resolve) => response.on('close', resolve));
  return held(request, response, counted, ended, () => bytes);
}

async function holdWithSdk(bench: CloudBench, place: Place, token: string): Promise<HeldStream> {
  // The client's types ask for less than it takes (cloud-api.md 4.2).
  const stream = await sdkOn(bench, token).getEventStream(place as Parameters<Particle['getEventStream']>[0]);
  const events: StreamEvent[] = [];
  const counted = countedEvents(events);
  stream.on('event', (event: StreamEvent) => counted.add(event));
  const { req } = stream as unknown as { readonly req: ClientRequest & { readonly res: IncomingMessage } };
  const ended = once(stream, 'disconnect');
  const whole = held(req, req.res, counted, ended, () => '');
  return {
    ...whole,
    [Symbol.dispose]() {
      // An aborted stream of the client goes on connecting anew for ever.
      Object.assign(stream, { reconnect: () => undefined });
      stream.abort();
    },
  };
}

type CountedEvents = {
  readonly events: StreamEvent[];
  add(event: StreamEvent): void;
  reach(count: number): Promise<readonly StreamEvent[]>;
};

function countedEvents(events: StreamEvent[]): CountedEvents {
  const waiting: { count: number; resolve: (events: readonly StreamEvent[]) => void }[] = [];
  const settle = () => {
    for (const waiter of waiting) if (events.length >= waiter.count) waiter.resolve(events);
  };
  return {
    events,
    add(event) {
      events.push(event);
      settle();
    },
    reach: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        settle();
      }),
  };
}

function held(
  request: ClientRequest,
  response: IncomingMessage,
  { events, reach }: CountedEvents,
  ended: Promise<unknown>,
  bytes: () => string,
): HeldStream {
  return {
    events,
    bytes,
    reach,
    moreBytes: () => once(response, 'data'),
    ended,
    [Symbol.dispose]: () => void request.destroy(),
  };
}
