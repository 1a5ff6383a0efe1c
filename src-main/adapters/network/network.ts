import { readFile } from 'node:fs/promises';
import { type Agent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { StationError } from '../../domain/failure.ts';
import { fetchOver } from './fetch-over-agents.ts';
import { isLoopback } from './loopback.ts';
import { createNameLookup } from './name-lookup.ts';
import { proxyEnvironment, proxyOf } from './proxy-environment.ts';
import { readUnverifiedDate } from './unverified-date.ts';

/** How a plant's network is reached. All members may be left out. */
export type NetworkSettings = {
  /** PEM file with further certificates to trust, e.g. that of a plant's inspecting proxy. Default: NODE_EXTRA_CA_CERTS. */
  readonly caFile?: string | undefined;
  /** `http://host:port`. Default: HTTPS_PROXY and HTTP_PROXY, in either case. NO_PROXY counts in any event. */
  readonly proxy?: string | undefined;
  /** `user:password` for the proxy, by HTTP Basic; a secret. Only with `proxy`. */
  readonly proxyCredentials?: string | undefined;
};

/** The one way out of the station: downloads, the cloud, and the vendor's event stream go through the same agents. */
export type Network = {
  /** A Node agent for this address, through the proxy where there is one; never for this computer itself. */
  agentFor(url: URL): Agent;
  /** fetch through the same agents. Redirects are never followed. */
  readonly fetch: typeof fetch;
  /** `host:port` of the proxy on the way to an address, without its credentials. */
  proxyTo(url: URL): string | undefined;
  /** The Date of whatever answers there, its certificate not checked: for saying why a certificate fails, and nothing else. */
  unverifiedDate(url: URL, signal: AbortSignal): Promise<number | undefined>;
  close(): void;
};

export type NetworkOptions = {
  /** No connection waits much longer than this for a word, and an idle one is not kept for longer. In ms. */
  readonly silentMs?: number;
  readonly environment?: NodeJS.ProcessEnv;
  /** How names are found, and within how many ms. Tests pass their own. */
  readonly lookup?: LookupFunction;
  readonly nameLimitMs?: number;
};

/**
 * Prepares connections. Certificates are always checked: against Node's own list and the further ones, which are read here because the
 * packed app ignores NODE_EXTRA_CA_CERTS (its fuse against foreign settings). Rejects with `station/invalid-file` when the file of
 * certificates or the proxy cannot be used.
 */
export async function openNetwork(settings: NetworkSettings, options: NetworkOptions = {}): Promise<Network> {
  const environment = options.environment ?? process.env;
  const caFile = settings.caFile ?? (environment.NODE_EXTRA_CA_CERTS || undefined);
  const ca = caFile === undefined ? undefined : [...getCACertificates('default'), await readCertificates(caFile)];
  return createNetwork(proxyEnvironment(settings, environment), ca, options);
}

/** A network without a proxy and without further certificates: this computer itself, and the virtual cloud on it. */
export function createDirectNetwork(options: NetworkOptions = {}): Network {
  return createNetwork({}, undefined, options);
}

function createNetwork(
  proxyEnv: Record<string, string>,
  ca: readonly string[] | undefined,
  { silentMs = SILENT_MS, lookup, nameLimitMs }: NetworkOptions,
): Network {
  const names = createNameLookup(lookup, nameLimitMs);
  const common = {
    keepAlive: true,
    // Ends a wait for a proxy that never answers, which would keep the process alive after everybody has given up.
    timeout: 2 * silentMs,
    lookup: names.lookup,
    // IPv6 first where there is it, and the other family after this long: Node's own 250 ms give up on every slow line.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 2_000,
  };
  const trust = ca === undefined ? {} : { ca: [...ca] };
  const direct = { http: new HttpAgent(common), https: new HttpsAgent({ ...common, ...trust }) };
  const outward = {
    http: new HttpAgent({ ...common, proxyEnv }),
    https: new HttpsAgent({ ...common, ...trust, proxyEnv }),
  };
  const agentFor = (url: URL): Agent => {
    const agents = isLoopback(url.hostname) ? direct : outward;
    return url.protocol === 'https:' ? agents.https : agents.http;
  };
  const proxyTo = (url: URL) => (isLoopback(url.hostname) ? undefined : proxyOf(url, proxyEnv));
  return {
    agentFor,
    fetch: fetchOver({ agentFor, proxyTo, isLookingUp: names.isAtIt }),
    proxyTo,
    unverifiedDate: (url, signal) => readUnverifiedDate(url, { ...common, ...trust, proxyEnv }, signal),
    close: () => {
      for (const agent of [direct.http, direct.https, outward.http, outward.https]) agent.destroy();
    },
  };
}

/** An idle connection is kept for twice as long, and a proxy has as long to open a way; servers close theirs after a minute or more. */
const SILENT_MS = 15_000;

async function readCertificates(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((cause) => {
    throw new StationError('station/invalid-file', `The certificates ${file} cannot be read.`, { cause });
  });
  if (pem.length < MAX_PEM && pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new StationError('station/invalid-file', `${file} holds no certificates in PEM form.`);
}

const MAX_PEM = 4 * 1024 * 1024;
