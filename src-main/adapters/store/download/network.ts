import { readFile } from 'node:fs/promises';
import { type Agent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { StationError } from '../../../domain/failure.ts';

/** How a plant's network is reached. Both members may be left out. */
export type NetworkSettings = {
  /** PEM file with further certificates to trust, e.g. that of a plant's inspecting proxy. Default: NODE_EXTRA_CA_CERTS. */
  readonly caFile?: string | undefined;
  /** `http://host:port`. Default: HTTPS_PROXY and HTTP_PROXY, in either case. NO_PROXY counts in any event. */
  readonly proxy?: string | undefined;
};

/** Connections for one download. */
export type Network = { agentFor(url: URL): Agent; close(): void };

/**
 * Prepares connections, none of which waits much longer than `silentMs` for a word. Certificates are always checked: against Node's own list and the further ones, which are read here because the
 * packed app ignores NODE_EXTRA_CA_CERTS (its fuse against foreign settings). Rejects with `station/invalid-file` when the file of
 * certificates cannot be used.
 */
export async function openNetwork(
  settings: NetworkSettings,
  silentMs: number,
  environment = process.env,
): Promise<Network> {
  const caFile = settings.caFile ?? text(environment.NODE_EXTRA_CA_CERTS);
  const ca = caFile === undefined ? undefined : [...getCACertificates('default'), await readCertificates(caFile)];
  const proxyEnv = proxyEnvironment(settings.proxy, environment);
  // Ends a wait for a proxy that never answers, which would keep the process alive after everybody has given up.
  const timeout = 2 * silentMs;
  const http = new HttpAgent({ proxyEnv, timeout });
  const https = new HttpsAgent({ proxyEnv, timeout, ...(ca === undefined ? {} : { ca }) });
  return {
    agentFor: (url) => (url.protocol === 'https:' ? https : http),
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

async function readCertificates(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((cause) => {
    throw new StationError('station/invalid-file', `The certificates ${file} cannot be read.`, { cause });
  });
  if (pem.length < MAX_PEM && pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new StationError('station/invalid-file', `${file} holds no certificates in PEM form.`);
}

const MAX_PEM = 4 * 1024 * 1024;

/** What of the environment says how to reach the network, and nothing else of it. */
function proxyEnvironment(proxy: string | undefined, environment: NodeJS.ProcessEnv): Record<string, string> {
  const given = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'].flatMap((name) => {
    const value = text(environment[name]);
    const isOverridden = proxy !== undefined && !/^no_proxy$/i.test(name);
    return value === undefined || isOverridden ? [] : [[name, value] as const];
  });
  const own = proxy === undefined ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
  const all = { ...Object.fromEntries(given), ...own };
  for (const [name, value] of Object.entries(all)) if (!/^no_proxy$/i.test(name)) checkProxy(name, value);
  return all;
}

/** Without its text: a proxy's address may hold a password. */
function checkProxy(name: string, value: string): void {
  const protocol = URL.parse(value)?.protocol;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new StationError('station/invalid-file', `The proxy of ${name} is no address such as http://host:port.`);
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
