import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { slowName } from './name-lookup.ts';

type Ways = {
  readonly agentFor: (url: URL) => Agent;
  readonly proxyTo: (url: URL) => string | undefined;
  readonly isLookingUp: () => boolean;
};

/** The code of a proxy that is not there or does not let through; `statusCode` is its word where it said one. */
export const PROXY_FAILED = 'EPROXYFAILED';

/**
 * fetch on Node's own requests and agents, because Node's fetch takes neither an agent nor a look-up of names. Redirects are given back
 * as they are; bodies come undecoded, and none is asked for encoded. Rejects with the system's error, whose `code` says what is wrong:
 * also SLOW_NAME for names and PROXY_FAILED for proxies, and then without the proxy's own text, which may hold a password.
 */
export function fetchOver({ agentFor, proxyTo, isLookingUp }: Ways): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    const { signal } = init ?? {};
    signal?.throwIfAborted();
    const began = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: asked.method,
      agent: agentFor(url),
      headers: { ...Object.fromEntries(asked.headers), 'accept-encoding': 'identity', ...lengthOf(body) },
      ...(signal == null ? {} : { signal }),
    });
    // Rejects by itself: a request that waits for a proxy's word has no socket yet, and destroying it tells nobody.
    const stop = () => reject(isLookingUp() ? slowName(performance.now() - began) : signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    request.once('response', resolve);
    request.on('error', (error) => reject(signal?.aborted ? signal.reason : nameProxy(error, url, proxyTo)));
    request.end(body);
    try {
      const response = await promise;
      return toResponse(response);
    } finally {
      signal?.removeEventListener('abort', stop); // from here on the request's own signal ends the body
    }
  };
}

/** Node sends no length with the body of a DELETE by itself, and a server then sees none. */
function lengthOf(body: Buffer | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(body.length) };
}

function toResponse(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  }
  if (BODILESS.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  if (status < 200 || status > 599) {
    incoming.destroy();
    throw new Error(`HTTP status ${status} is none`);
  }
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array>, { status, headers });
}

const BODILESS = new Set([204, 205, 304]);

/** The same error, or one with PROXY_FAILED where the proxy on the way is what failed; without the proxy's own text. */
export function nameProxy(
  error: Error & { code?: unknown; statusCode?: unknown },
  url: URL,
  proxyTo: Ways['proxyTo'],
): Error {
  const proxy = proxyTo(url);
  const isTunnel = error.code === 'ERR_PROXY_TUNNEL';
  if (!isTunnel && (proxy === undefined || !NOT_THERE.has(String(error.code)))) return error;
  const { statusCode } = error;
  const said = typeof statusCode === 'number' ? statusCode : undefined;
  const why = said === undefined ? `cannot be reached (${String(error.code)})` : `answered with ${said}`;
  return Object.assign(new Error(`the proxy ${proxy ?? ''} ${why}`), { code: PROXY_FAILED, statusCode: said });
}

/** Through a proxy only the proxy itself can be the one that is not there. */
const NOT_THERE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
