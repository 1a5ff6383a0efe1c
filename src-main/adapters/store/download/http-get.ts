import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { StationError } from '../../../domain/failure.ts';
import type { Network } from '../../network/network.ts';

/** How long nothing may happen, in ms: until the answer begins, and between two pieces of it. */
export type Patience = { readonly silentMs: number };

/** The answer to a GET, its body not yet read, and the address that gave it. */
export type HttpAnswer = { readonly response: IncomingMessage; readonly url: URL };

/** A connection that failed or fell silent, as opposed to an answer that says no. Another try may help. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

/**
 * GETs an address, through the network's proxy where it has one, follows up to five redirects, never from https to http, and sends no
 * secret anywhere. Rejects with ConnectionLost for what another try may mend, with `store/download-failed` for the rest (a
 * certificate that is not trusted, a redirect that leads astray), and with the abort reason.
 */
export async function httpGet(
  url: URL,
  headers: Readonly<Record<string, string>>,
  setting: { readonly network: Network; readonly signal: AbortSignal; readonly patience: Patience },
): Promise<HttpAnswer> {
  let at: URL = url;
  for (let hops = 0; ; hops += 1) {
    const response = await send(at, headers, setting);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return { response, url: at };
    response.destroy();
    const next = URL.parse(location, at.href);
    if (next === null || !/^https?:$/.test(next.protocol) || next.username !== '' || next.password !== '') {
      throw failed(at, 'it is redirected to something that is no address');
    }
    if (at.protocol === 'https:' && next.protocol === 'http:') throw failed(at, 'it is redirected from https to http');
    if (hops === MAX_HOPS) throw failed(at, `it is redirected more than ${MAX_HOPS} times`);
    at = next;
  }
}

/** An address as it may stand in messages and records: without query, which may hold a signature. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_HOPS = 5;

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { network, signal, patience }: Parameters<typeof httpGet>[2],
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    agent: network.agentFor(url),
    // identity: what is counted, resumed and hashed is the file itself.
    headers: { 'user-agent': 'linewright', accept: '*/*', 'accept-encoding': 'identity', ...headers },
    signal,
  });
  // Rejects by itself: a request that waits for a proxy's word has no socket yet, and destroying it tells nobody.
  const giveUp = (why: Error) => {
    reject(why);
    request.destroy(why);
  };
  const silence = () => giveUp(new ConnectionLost(`silent for ${patience.silentMs} ms`));
  const stop = () => giveUp(signal.reason);
  const beginning = setTimeout(silence, patience.silentMs);
  signal.addEventListener('abort', stop, { once: true });
  request.once('response', (response) => {
    request.setTimeout(patience.silentMs, silence);
    resolve(response);
  });
  request.on('error', (error) => reject(connectionError(url, error)));
  request.end();
  return promise.finally(() => {
    clearTimeout(beginning);
    signal.removeEventListener('abort', stop); // from here on the request's own signal ends the body
  });
}

/** A certificate or protocol that is wrong stays wrong; what else befalls a connection may pass. */
function connectionError(url: URL, error: Error): Error {
  if (error instanceof ConnectionLost) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO/.test(code)) {
    return failed(url, `the answering server is not trusted (${code}); name the plant's certificates in "caFile"`);
  }
  // Its message may hold the proxy's address, and that a password.
  if (code === 'ERR_PROXY_TUNNEL') return new ConnectionLost(`the proxy opens no way (${code})`, { cause: error });
  return new ConnectionLost(code === '' ? error.message.slice(0, 200) : `${code}`, { cause: error });
}

function failed(url: URL, why: string): StationError {
  return new StationError('store/download-failed', `${shownUrl(url)} was not downloaded: ${why}.`);
}
