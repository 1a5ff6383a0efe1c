import { request as requestHttp } from 'node:http';
import { Agent, type AgentOptions, request } from 'node:https';

/**
 * The Date of whatever answers at an address, its certificate not checked, ms since 1970; undefined when nothing answers with one. Sends
 * nothing but the question and believes nothing but that: a certificate that is "not valid yet" is nearly always a wrong clock here, and
 * the words for that need a second opinion. Never rejects, but with the abort reason.
 */
export async function readUnverifiedDate(
  url: URL,
  options: AgentOptions & { readonly proxyEnv?: Record<string, string> },
  signal: AbortSignal,
): Promise<number | undefined> {
  const agent =
    url.protocol === 'https:' ? new Agent({ ...options, keepAlive: false, rejectUnauthorized: false }) : undefined;
  const ends = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const ask = (url.protocol === 'https:' ? request : requestHttp)(new URL('/', url), {
    method: 'HEAD',
    signal: ends,
    ...(agent === undefined ? {} : { agent, rejectUnauthorized: false }),
  });
  const stop = () => resolve(undefined);
  ends.addEventListener('abort', stop, { once: true });
  ask.once('response', (response) => {
    const ms = Date.parse(response.headers.date ?? '');
    resolve(Number.isNaN(ms) ? undefined : ms);
    response.destroy();
  });
  ask.on('error', stop);
  ask.end();
  try {
    return await promise;
  } finally {
    ends.removeEventListener('abort', stop);
    agent?.destroy();
    signal.throwIfAborted();
  }
}

const WAIT_MS = 5_000;
