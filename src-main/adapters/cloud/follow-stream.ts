import type { IncomingMessage } from 'node:http';
import Particle from 'particle-api-js';
import { nameProxy } from '../network/fetch-over-agents.ts';
import type { Network } from '../network/network.ts';
import { createBlank } from './blank-secrets.ts';
import { readRefusal } from './error-answer.ts';
import { nameNetworkError } from './network-error.ts';
import { watchRequest } from './watch-request.ts';

export type StreamAddress = {
  readonly baseUrl: string;
  readonly network: Network;
  readonly token: string;
  readonly productId: number;
  /** Empty: all events. */
  readonly prefix: string;
};

export type StreamFollower = {
  onUp(): void;
  /** What the SDK took for an event; not yet checked. */
  onEvent(event: unknown): void;
  /** A block that was no event and is not handed on. */
  onDropped(): void;
};

/** Why a stream ended or did not begin. */
export type StreamEnd = { readonly code: string; readonly detail: string; readonly retryAfterMs?: number };

/**
 * One connection to the product's events (cloud-api.md 2.11), read by the SDK's own stream. Resolves when it is over, whatever the reason;
 * never rejects. `signal` ends it at once.
 *
 * Where the SDK's stream would harm a station, it is held back from outside: it opens itself again every two seconds for ever, with the
 * token it began with and more often than the cloud allows (3.2), so that is done by the caller; it keeps a line, an event and a refusal
 * however long they get; it drops what is no JSON unseen; it waits 15 s where a connection is cut.
 */
export async function followStream(
  address: StreamAddress,
  follower: StreamFollower,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const blank = createBlank({}, address.token);
  const over = Promise.withResolvers<StreamEnd>();
  const end = (why: StreamEnd) => over.resolve({ ...why, detail: blank(why.detail).slice(0, 400) });
  const stop = () => end(ENDED);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const limit = setTimeout(() => end({ code: 'cloud/timeout', detail: 'The stream did not open in time.' }), OPEN_MS);
  let stream: SdkStream | undefined;
  let isOver = false;
  // At once, not a moment later: a stream may be over before the SDK has said that it is open.
  const request = watchRequest(address.network.agentFor(new URL(address.baseUrl)), (answer) =>
    boundAnswer(answer, () => stream, end),
  );
  try {
    void open(address, request.agent).then(
      (opened) => {
        if (isOver) {
          opened.reconnect = () => {};
          opened.abort();
          return;
        }
        clearTimeout(limit);
        stream = opened;
        holdBack(opened, follower, end);
        if (!signal.aborted) follower.onUp();
      },
      (refusal) => end(readRejection(refusal, address)),
    );
    return await over.promise;
  } finally {
    isOver = true;
    clearTimeout(limit);
    signal.removeEventListener('abort', stop);
    stream?.abort();
    stream?.stopIdleTimeout();
    request.destroy();
  }
}

const OPEN_MS = 30_000;
/** Far above any event: names have 64 characters, data 1024 bytes. */
const LONGEST_BLOCK = 64 * 1024;
const ENDED: StreamEnd = { code: 'run/aborted', detail: 'The stream was ended.' };
const CLOSED: StreamEnd = { code: 'cloud/unreachable', detail: 'The cloud closed the stream.' };

/** The parts of the SDK's stream that are used here; three of them its types keep to themselves. */
type SdkStream = {
  event?: boolean | undefined;
  data: string;
  buf: string;
  on(event: string, listener: (value: unknown) => void): unknown;
  abort(): void;
  reconnect(): void;
  stopIdleTimeout(): void;
  parseEventStreamLine(position: number, fieldLength: number, lineLength: number): void;
};

async function open({ baseUrl, token, productId, prefix }: StreamAddress, httpAgent: object): Promise<SdkStream> {
  const sdk = new Particle({ baseUrl, httpAgent: httpAgent as never });
  const name = prefix === '' ? {} : { name: prefix };
  return (await sdk.getEventStream({ product: productId, auth: token, ...name })) as unknown as SdkStream;
}

function holdBack(stream: SdkStream, follower: StreamFollower, end: (why: StreamEnd) => void): void {
  stream.reconnect = () => {};
  stream.on('disconnect', () => end(CLOSED));
  stream.on('event', (event) => follower.onEvent(event));
  const parseLine = stream.parseEventStreamLine.bind(stream);
  stream.parseEventStreamLine = (position, fieldLength, lineLength) => {
    const isBlockEnd = lineLength === 0;
    if (isBlockEnd && stream.data !== '' && (stream.event !== true || !isJson(stream.data))) follower.onDropped();
    parseLine(position, fieldLength, lineLength);
    if (stream.data.length <= LONGEST_BLOCK) return;
    stream.data = '';
    stream.event = false;
    follower.onDropped();
  };
}

/** An answer that grows without becoming an event, and one that is cut off, end the connection. */
function boundAnswer(
  answer: IncomingMessage,
  stream: () => SdkStream | undefined,
  end: (why: StreamEnd) => void,
): void {
  let refusalBytes = 0;
  answer.on('data', (chunk: Buffer) => {
    if (answer.statusCode !== 200) refusalBytes += chunk.length;
    const waiting = Math.max(refusalBytes, stream()?.buf.length ?? 0);
    if (waiting > LONGEST_BLOCK) end({ code: 'cloud/bad-answer', detail: 'The stream sent a line without an end.' });
  });
  answer.once('close', () => {
    // The SDK gives its own account of a refusal, a moment later.
    if (answer.statusCode === 200 || !answer.complete) end(CLOSED);
  });
}

/** A refusal is a plain object with the status; a failure of the network has the system's error in it (4.1). */
function readRejection(rejection: unknown, { baseUrl, network }: StreamAddress): StreamEnd {
  const { statusCode, body, error } = (rejection ?? {}) as { statusCode?: number; body?: unknown; error?: unknown };
  if (statusCode === undefined) {
    const failed = error instanceof Error ? nameProxy(error, new URL(baseUrl), network.proxyTo) : rejection;
    const { code, text } = nameNetworkError(failed);
    return { code, detail: `The stream did not open: ${text}.` };
  }
  const { code, text } = readRefusal(statusCode, typeof body === 'string' ? body : JSON.stringify(body ?? ''));
  return { code, detail: `The stream was refused with ${text}.` };
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
