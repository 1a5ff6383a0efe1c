import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { isLoopback } from './loopback.ts';
import type { Network } from './network.ts';

/** What was found on the way to an address, before anything is said there. */
export type Way = {
  /** `host:port` of the proxy, where there is one: it is the proxy's name and addresses that are looked at then. */
  readonly proxy: string | undefined;
  readonly name: string;
  /** How long the name took, in ms; undefined for an address that needs none. */
  readonly nameMs: number | undefined;
  /** The system's code when the name was not found, such as ENOTFOUND. */
  readonly nameError: string | undefined;
  readonly addresses: readonly Address[];
};

export type Address = {
  readonly address: string;
  readonly family: 4 | 6;
  /** How long it took to be connected, in ms. */
  readonly connectMs: number | undefined;
  /** The system's code, or `no answer`, when it could not be reached. */
  readonly error: string | undefined;
};

type Found = { readonly address: string; readonly family: number };
type Look = (name: string) => Promise<readonly Found[]>;

/**
 * Looks the name up and connects to each address once, at the same time, each for at most `limitMs`. Sends nothing. Rejects with the abort
 * reason only. `look` is for tests.
 */
export async function lookAtWay(
  network: Pick<Network, 'proxyTo'>,
  url: URL,
  {
    signal,
    limitMs,
    look = lookUpAll,
  }: { readonly signal: AbortSignal; readonly limitMs: number; readonly look?: Look },
): Promise<Way> {
  const proxy = network.proxyTo(url);
  const target = proxy === undefined ? url : new URL(`http://${proxy}`);
  const name = target.hostname.replace(/^\[|\]$/g, '');
  const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
  if (isIP(name) !== 0) {
    const address = { address: name, family: isIP(name) };
    const addresses = [await reach(address, port, limitMs, signal)];
    return { proxy, name, nameMs: undefined, nameError: undefined, addresses };
  }
  const began = performance.now();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(isLoopback(name) ? limitMs : 2 * limitMs)]);
  const found = await Promise.race([look(name), aborted(limit)]).catch((thrown: unknown) => {
    signal.throwIfAborted();
    return limit.aborted ? SLOW : codeOf(thrown);
  });
  const nameMs = Math.round(performance.now() - began);
  if (typeof found === 'string') return { proxy, name, nameMs, nameError: found, addresses: [] };
  const addresses = await Promise.all(found.slice(0, MOST).map((one) => reach(one, port, limitMs, signal)));
  return { proxy, name, nameMs, nameError: undefined, addresses };
}

/** The name was not found in time. */
export const SLOW = 'no answer';
const MOST = 8;

const lookUpAll: Look = (name) => lookup(name, { all: true });

async function reach({ address, family }: Found, port: number, limitMs: number, signal: AbortSignal): Promise<Address> {
  const began = performance.now();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  let socket: Socket | undefined;
  try {
    const connected = new Promise<void>((resolve, reject) => {
      socket = connect({ host: address, port });
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    await Promise.race([connected, aborted(limit)]);
    return {
      address,
      family: family === 6 ? 6 : 4,
      connectMs: Math.round(performance.now() - began),
      error: undefined,
    };
  } catch (thrown) {
    signal.throwIfAborted();
    return {
      address,
      family: family === 6 ? 6 : 4,
      connectMs: undefined,
      error: limit.aborted ? SLOW : codeOf(thrown),
    };
  } finally {
    socket?.destroy();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'failed';
}
