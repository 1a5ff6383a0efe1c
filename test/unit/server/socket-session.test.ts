import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { CommandAnswer } from '../../../src-main/contract/contract.ts';
import { type LoopbackServer, serveLoopback } from '../../../src-main/server/serve-loopback.ts';
import { serveSocket } from '../../../src-main/server/socket-session.ts';
import { type Call, createScriptedStation, IDLE } from './scripted-station.ts';

const servers: LoopbackServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

test('after the token a client gets the present snapshot, and its calls are answered under their own numbers', async () => {
  const { client, token } = await connect(({ name }) =>
    name === 'findRuns' ? { ok: true, value: [] } : { ok: true, value: null },
  );
  client.send(token);
  expect(await client.next()).toEqual({ snapshot: IDLE });
  client.send(JSON.stringify({ id: 7, name: 'findRuns', input: {} }));
  client.send(JSON.stringify({ id: 8, name: 'abortRun', input: { slot: '1' } }));
  expect(await client.next()).toEqual({ id: 7, answer: { ok: true, value: [] } });
  expect(await client.next()).toEqual({ id: 8, answer: { ok: true, value: null } });
});

test('a client with a wrong token is closed with 4401 and never heard', async () => {
  const { client, token, scripted } = await connect(() => ({ ok: true, value: null }));
  client.send(`${token.slice(0, -1)}!`);
  client.send(token);
  client.send(JSON.stringify({ id: 1, name: 'abortRun', input: { slot: '1' } }));
  expect(await client.closed).toBe(4401);
  expect(client.frames).toEqual([]);
  expect(scripted.calls).toEqual([]);
});

test('a client that says nothing is closed with 4401', async () => {
  const { client } = await connect(() => ({ ok: true, value: null }), { tokenWaitMs: 20 });
  expect(await client.closed).toBe(4401);
});

test.each([
  '{"id":1}',
  '[]',
  'scan',
  '{"id":-1,"name":"scan","input":{}}',
  '{"id":1,"name":"scan","input":{},"more":1}',
])('the frame %s is not a call and closes the socket with 4400', async (frame) => {
  const { client, token, scripted } = await connect(() => ({ ok: true, value: null }));
  client.send(token);
  client.send(frame);
  expect(await client.closed).toBe(4400);
  expect(scripted.calls).toEqual([]);
});

test('a frame over one megabyte closes the socket with 1009', async () => {
  const { client, token } = await connect(() => ({ ok: true, value: null }));
  client.send(token);
  client.send('x'.repeat(1024 * 1024 + 1));
  expect(await client.closed).toBe(1009);
});

test('a command with invalid input and a command that does not exist are answered with request/invalid', async () => {
  const { client, token, scripted } = await connect(() => ({ ok: true, value: null }));
  client.send(token);
  await client.next();
  client.send(JSON.stringify({ id: 1, name: 'abortRun', input: { slot: 5 } }));
  client.send(JSON.stringify({ id: 2, name: 'constructor', input: {} }));
  expect(await client.next()).toMatchObject({ id: 1, answer: { ok: false, failure: { code: 'request/invalid' } } });
  expect(await client.next()).toMatchObject({ id: 2, answer: { ok: false, failure: { code: 'request/invalid' } } });
  expect(scripted.calls).toEqual([]);
});

test('a burst of snapshots reaches the client as its first and its last', async () => {
  const { client, token, scripted } = await connect(() => ({ ok: true, value: null }));
  client.send(token);
  expect(await client.next()).toEqual({ snapshot: IDLE });
  for (let passed = 1; passed <= 200; passed += 1) scripted.show({ ...IDLE, counts: { ...IDLE.counts, PASS: passed } });
  expect(await client.next()).toMatchObject({ snapshot: { counts: { PASS: 200 } } });
  expect(client.frames).toEqual([]);
});

test('a client that asks faster than the station answers is read from no further, and gets every answer in the end', async () => {
  const open: ((answer: CommandAnswer) => void)[] = [];
  const enough = Promise.withResolvers<void>();
  const { client, token, scripted } = await connect(() => {
    if (open.length === 63) enough.resolve();
    return new Promise((resolve) => open.push(resolve));
  });
  client.send(token);
  await client.next();
  for (let id = 1; id <= 400; id += 1) client.send(JSON.stringify({ id, name: 'findRuns', input: {} }));
  await enough.promise;
  expect(scripted.calls).toHaveLength(64);
  for (let id = 1; id <= 400; id += 1) {
    open.shift()?.({ ok: true, value: [] });
    expect(await client.next()).toEqual({ id, answer: { ok: true, value: [] } });
  }
});

test('a call is open until its answer has left, so a client that never reads cannot fill the memory', async () => {
  const { socket, unsent } = createUnreadSocket();
  const { station, calls } = createScriptedStation(() => ({ ok: true, value: [] }));
  serveSocket(socket, station, 'the-token', 1000);
  socket.emit('message', Buffer.from('the-token'), false);
  for (let id = 1; id <= 100; id += 1) {
    socket.emit('message', Buffer.from(JSON.stringify({ id, name: 'findRuns', input: {} })), false);
    await new Promise(setImmediate);
  }
  expect([calls.length, socket.isPaused]).toEqual([64, true]);
  while (unsent.length > 0) {
    unsent.shift()?.();
    await new Promise(setImmediate);
  }
  expect([calls.length, socket.isPaused]).toEqual([100, false]);
  socket.emit('close');
});

test('a client that leaves is forgotten by the station', async () => {
  const { client, token, scripted } = await connect(() => ({ ok: true, value: null }));
  client.send(token);
  await client.next();
  expect(scripted.listeners.size).toBe(1);
  client.close();
  await client.closed;
  await servers.splice(0)[0]?.close();
  expect(scripted.listeners.size).toBe(0);
});

/** The server's end of a connection whose client takes nothing: what is sent stays in `unsent` until it is called. */
function createUnreadSocket() {
  const unsent: (() => void)[] = [];
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    isPaused: false,
    send: (_text: string, sent?: () => void) => void (sent && unsent.push(sent)),
    pause: () => void Object.assign(socket, { isPaused: true }),
    resume: () => void Object.assign(socket, { isPaused: false }),
  }) as unknown as WebSocket;
  return { socket, unsent };
}

async function connect(
  answer: (call: Call) => CommandAnswer | Promise<CommandAnswer>,
  options: { tokenWaitMs?: number } = {},
) {
  const scripted = createScriptedStation(answer);
  const server = await serveLoopback(scripted.station, { webRoot: '/nowhere', ...options });
  servers.push(server);
  const { origin, host, hash } = new URL(server.url);
  const socket = new WebSocket(`ws://${host}/ws`, { origin });
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  socket.on('message', (data) => {
    const frame: unknown = JSON.parse(data.toString());
    const waiter = waiting.shift();
    if (waiter === undefined) frames.push(frame);
    else waiter(frame);
  });
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  const client = {
    frames,
    closed,
    send: (text: string) => socket.send(text),
    close: () => socket.close(),
    next: () =>
      frames.length > 0 ? Promise.resolve(frames.shift()) : new Promise<unknown>((resolve) => waiting.push(resolve)),
  };
  return { scripted, client, token: hash.slice('#token='.length) };
}
