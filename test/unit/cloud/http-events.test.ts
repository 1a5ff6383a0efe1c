import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createHttpProductEvents } from '../../../src-main/adapters/cloud/product-events.http.ts';
import { type Network, type NetworkSettings, openNetwork } from '../../../src-main/adapters/network/network.ts';
import type { ProductEvent, ProductEvents, StreamState } from '../../../src-main/ports/product-events.ts';
import { serveProxy } from '../store/release-server.ts';
import { PLANT_NAME, selfSigned } from '../store/self-signed.ts';
import { startAnsweringServer } from './answering-server.ts';
import { D2, D6, PRODUCT } from './cloud-bench.ts';
import { startProductBench } from './product-bench.ts';

describe('the events of a product', () => {
  test('come as they happen, trimmed, with the version of the connection', async () => {
    await using bench = await startProductBench();
    using heard = listen(bench.product.events);
    await heard.state('up');
    bench.field.connects(D2, { version: 12, deviceOs: '6.2.0' });
    bench.field.publishes(D2, 'spark/flash/status', 'success ');
    const event = await heard.event((one) => one.name === 'spark/flash/status');
    expect(event).toEqual({
      name: 'spark/flash/status',
      data: 'success',
      deviceId: D2,
      version: 12,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(heard.events).toContainEqual(expect.objectContaining({ name: 'spark/status', data: 'online' }));
  });

  test('are not those of a unit in quarantine', async () => {
    await using bench = await startProductBench();
    using heard = listen(bench.product.events);
    await heard.state('up');
    bench.field.connects(D6, { version: 1, deviceOs: '3.3.0', productId: PRODUCT });
    bench.field.connects(D2, { version: 12, deviceOs: '6.2.0' });
    await heard.event((one) => one.deviceId === D2);
    expect(heard.events.filter((one) => one.deviceId === D6)).toEqual([]);
  });

  test('come over one stream to all who watch, to each what it watches', async () => {
    await using bench = await startProductBench();
    using all = listen(bench.product.events);
    await all.state('up');
    using some = listen(bench.product.events, { prefix: 'tank/' });
    expect(some.states).toEqual([{ kind: 'up' }]);
    bench.field.connects(D2, { version: 12, deviceOs: '6.2.0' });
    bench.field.publishes(D2, 'tank/level', '7');
    await some.event(() => true);
    expect(some.events.map(({ name }) => name)).toEqual(['tank/level']);
    expect(bench.virtual.state.events.count()).toBe(1);
    all.stop();
    bench.field.publishes(D2, 'tank/level', '8');
    await some.event((one) => one.data === '8');
    expect(all.events.some((one) => one.data === '8')).toBe(false);
  });

  test('of a prefix are all that the stream asks for', async () => {
    await using bench = await startProductBench();
    using heard = listen(bench.product.events, { prefix: 'spark/status' });
    await heard.state('up');
    expect(bench.requests().some((request) => decodeURIComponent(request).endsWith('/events/spark/status'))).toBe(true);
  });

  test('go on after an outage, and say that there was one', async () => {
    await using bench = await startProductBench();
    using heard = listen(bench.product.events);
    await heard.state('up');
    await bench.virtual.goOffline();
    const down = await heard.state('down');
    expect(down).toMatchObject({ code: expect.stringMatching(/^(cloud|network)\//), retryInMs: expect.any(Number) });
    await bench.virtual.goOnline();
    await heard.state('up');
    bench.field.connects(D2, { version: 12, deviceOs: '6.2.0' });
    expect(await heard.event((one) => one.data === 'online')).toMatchObject({ deviceId: D2 });
  });

  test('end with the last who watches, also on the wire', async () => {
    await using server = await startStreamServer((response) => void response.write(':ok\n\n'));
    const events = eventsOf(server.baseUrl);
    const one = listen(events);
    const other = listen(events);
    await Promise.all([one.state('up'), other.state('up')]);
    const closed = once(server.responses[0] as ServerResponse, 'close');
    one.stop();
    other.stop();
    await closed;
    using again = listen(events);
    await again.state('up');
    expect(server.responses).toHaveLength(2);
  });

  test('can be left while the cloud has not answered yet', async () => {
    stopTimers();
    const { promise: asked, resolve } = Promise.withResolvers<ServerResponse>();
    await using server = await startStreamServer(resolve);
    const heard = listen(eventsOf(server.baseUrl));
    const response = await asked;
    const closed = once(response, 'close');
    heard.stop();
    await closed;
    expect(heard.states.map(({ kind }) => kind)).toEqual(['opening']);
  });
});

describe('the stream of the vendor’s client', () => {
  test('does not open itself again: one that the cloud ended and nobody watches any more leaves the cloud alone', async () => {
    stopTimers();
    await using bench = await startProductBench();
    await using way = await startWayTo(bench.virtual.baseUrl);
    const heard = listen(eventsOf(way.baseUrl, async () => bench.userToken));
    await heard.state('up');
    const gone = bench.virtual.goOffline();
    await heard.state('down');
    heard.stop();
    await gone;
    await bench.virtual.goOnline();
    expect(await way.openedAfterAMinute()).toBe(1);
    expect(bench.requests().filter((request) => request.includes('/events'))).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not go on trying either when it was over before it was known to be open', async () => {
    stopTimers();
    await using server = await startStreamServer((response) => void response.end(':ok\n\n'));
    await using way = await startWayTo(server.baseUrl);
    const heard = listen(eventsOf(way.baseUrl));
    await heard.state('down');
    heard.stop();
    await way.openedAfterAMinute();
    expect(server.responses).toHaveLength(1);
    // What it would try is cut off before it is sent, so that it shows only as a timer that never ends.
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a stream that is not good', () => {
  test('does not stop the good events in it, and what was dropped is counted', async () => {
    const good = { data: 'x', ttl: 60, published_at: '2026-03-01T00:00:00.000Z', coreid: D2, productID: PRODUCT };
    const bad = [
      'event: a\ndata: {"broken\n\n',
      'event: a\ndata: 7\n\n',
      `data: ${JSON.stringify(good)}\n\n`,
      `event: a\ndata: ${JSON.stringify({ ...good, coreid: '../../x' })}\n\n`,
      `event: a\ndata: ${JSON.stringify({ ...good, productID: 777 })}\n\n`,
      `event: a\ndata: ${JSON.stringify({ ...good, published_at: 'yesterday' })}\n\n`,
      `event: a\ndata: ${JSON.stringify({ ...good, data: { an: 'object' } })}\n\n`,
    ];
    const { promise: opened, resolve } = Promise.withResolvers<ServerResponse>();
    await using server = await startStreamServer((response) => {
      response.write(':ok\n\n');
      resolve(response);
    });
    const events = eventsOf(server.baseUrl);
    using heard = listen(events);
    const response = await opened;
    await heard.state('up');
    const hostile = { ...good, data: `\u001b[2J${'x'.repeat(10_000)}` };
    response.write(`${bad.join('')}event: last\ndata: ${JSON.stringify(hostile)}\n\n`);
    const last = await heard.event(() => true);
    expect(heard.events).toHaveLength(1);
    expect([last.name, last.data.length]).toEqual(['last', 3_999]);
    expect(last.data).not.toContain('\u001b');
    expect(events.dropped()).toBe(bad.length);
  });

  test('ends when a line has no end, before it fills the memory', async () => {
    await using server = await startStreamServer((response) => {
      response.write(':ok\n\n');
      const flood = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', flood);
      setImmediate(flood);
    });
    using heard = listen(eventsOf(server.baseUrl));
    expect(await heard.state('down')).toMatchObject({ code: 'cloud/bad-answer' });
  });

  test('is seen to be cut at once, not when its silence is over', async () => {
    stopTimers();
    await using server = await startStreamServer((response) => {
      response.write(':ok\n\n');
      setImmediate(() => response.destroy());
    });
    using heard = listen(eventsOf(server.baseUrl));
    expect(await heard.state('down')).toMatchObject({ code: 'cloud/unreachable' });
  });

  test('that is over as soon as it is open is seen to be over', async () => {
    stopTimers();
    await using server = await startStreamServer((response) => void response.end(':ok\n\n'));
    using heard = listen(eventsOf(server.baseUrl));
    expect(await heard.state('down')).toMatchObject({ code: 'cloud/unreachable' });
  });

  test('refused for its token says so without it, and asks for the token anew', async () => {
    await using bench = await startProductBench();
    const tokens = ['a-wrong-token', bench.userToken];
    const events = eventsOf(bench.virtual.baseUrl, async () => tokens.shift() ?? bench.userToken);
    using heard = listen(events);
    const down = await heard.state('down');
    expect(down).toMatchObject({ code: 'cloud/permission' });
    expect(JSON.stringify(down)).not.toContain('a-wrong-token');
    await heard.state('up');
  });

  test('refused with a page without an end is left', async () => {
    await using server = await startStreamServer((response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      const flood = () => {
        while (!response.destroyed && response.write('<p>'.repeat(5_000)));
      };
      response.on('drain', flood);
      flood();
    });
    using heard = listen(eventsOf(server.baseUrl));
    expect(await heard.state('down')).toMatchObject({ kind: 'down' });
  });

  test('goes through the proxy of the plant, to a cloud the plant vouches for', async () => {
    const authority = selfSigned();
    await using cloud = await startAnsweringServer((response) => void response.write(':ok\n\n'), { tls: authority });
    const proxy = await serveProxy();
    const network = await plantNetwork({ proxy: proxy.address, caFile: caFile(authority.cert) });
    using heard = listen(eventsOf(`https://${PLANT_NAME}:${cloud.port}`, undefined, network));
    await heard.state('up');
    expect(proxy.sentTo).toEqual([`CONNECT ${PLANT_NAME}:${cloud.port}`]);
    expect(cloud.asked[0]?.url).toMatch(new RegExp(`^/v1/products/${PRODUCT}/events`));
  });

  test('stopped by the proxy says so, without the credentials', async () => {
    const proxy = await serveProxy({ status: 407, credentials: 'someone:else' });
    const network = await plantNetwork({ proxy: proxy.address, proxyCredentials: 'plant:planted' });
    using heard = listen(eventsOf(`https://${PLANT_NAME}:1`, undefined, network));
    const down = await heard.state('down');
    expect(down).toMatchObject({ code: 'network/proxy' });
    expect(JSON.stringify(down)).not.toContain('planted');
  });

  test('to a server nobody vouches for is not opened', async () => {
    await using cloud = await startAnsweringServer((response) => void response.write(':ok\n\n'), { tls: selfSigned() });
    using heard = listen(eventsOf(cloud.baseUrl));
    expect(await heard.state('down')).toMatchObject({ code: 'network/untrusted' });
    expect(cloud.asked).toEqual([]);
  });

  test('of a token that cannot be read is down with that reason', async () => {
    const events = eventsOf('http://127.0.0.1:9', async () => '');
    using heard = listen(events);
    expect(await heard.state('down')).toMatchObject({ code: 'cloud/permission' });
  });
});

/** Nothing that is done after a while is done at all: what is to happen must happen by itself. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

function eventsOf(baseUrl: string, token: () => Promise<string> = async () => 'a-token', network?: Network) {
  const pace = { firstWaitMs: 1, longestWaitMs: 4, rateLimitWaitMs: 5 };
  const way = network === undefined ? {} : { network };
  return createHttpProductEvents({ baseUrl, token, appVersion: '0.1.0', pace, ...way });
}

async function plantNetwork(settings: NetworkSettings): Promise<Network> {
  const network = await openNetwork(settings, { environment: {} });
  onTestFinished(() => network.close());
  return network;
}

function caFile(cert: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'linewright-events-')), 'plant.pem');
  writeFileSync(file, cert);
  return file;
}

/** Watches, keeps all it is told, and resolves with what is waited for. */
function listen(source: ProductEvents, { prefix = '' } = {}) {
  const stop = new AbortController();
  const events: ProductEvent[] = [];
  const states: StreamState[] = [];
  const waiting = new Set<() => void>();
  let seen = 0;
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  const until = <Found>(look: () => Found | undefined): Promise<Found> => {
    const { promise, resolve } = Promise.withResolvers<Found>();
    const once = () => {
      const found = look();
      if (found === undefined) return;
      waiting.delete(once);
      resolve(found);
    };
    waiting.add(once);
    once();
    return promise;
  };
  source.watch(
    PRODUCT,
    {
      prefix,
      onEvent: (event) => {
        events.push(event);
        wake();
      },
      onState: (state) => {
        states.push(state);
        wake();
      },
    },
    stop.signal,
  );
  return {
    events,
    states,
    stop: () => stop.abort(),
    event: (wanted: (event: ProductEvent) => boolean) => until(() => events.find(wanted)),
    /** The next state of this kind after the one that was waited for before. */
    state: (kind: StreamState['kind']) =>
      until(() => {
        const at = states.findIndex((state, index) => index >= seen && state.kind === kind);
        if (at === -1) return undefined;
        seen = at + 1;
        return states[at];
      }),
    [Symbol.dispose]: () => stop.abort(),
  };
}

/** A way to a server on which connections are counted. */
async function startWayTo(baseUrl: string) {
  const sockets: Socket[] = [];
  let probes = 0;
  const server = createNetServer((socket) => {
    sockets.push(socket);
    const onward = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const opened = () => sockets.length - probes;
  /** Connections are taken in the order in which they were made: once this one is, so are all before it. */
  const probe = async (): Promise<void> => {
    probes += 1;
    const taken = once(server, 'connection');
    const socket = connect(port, '127.0.0.1');
    await Promise.all([taken, once(socket, 'connect')]);
    socket.destroy();
  };
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    opened,
    /** The client waits for two seconds between two tries. */
    openedAfterAMinute: async (): Promise<number> => {
      for (let seconds = 0; seconds < 60; seconds += 2) {
        await vi.advanceTimersByTimeAsync(2_000);
        await probe();
      }
      return opened();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A server that opens streams and leaves what is in them to the test. `number` counts the openings from 1. */
async function startStreamServer(open: (response: ServerResponse, number: number) => void) {
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    responses.push(response);
    response.on('error', () => undefined);
    open(response, responses.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    responses,
    baseUrl: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
