import { StationError } from '../../domain/failure.ts';

/**
 * What of the settings and the environment says how to reach the network, and nothing else of it, as Node's agents want it. Throws
 * `station/invalid-file` for a proxy that is no address; never with its text, because a proxy's address may hold a password.
 */
export function proxyEnvironment(
  { proxy, proxyCredentials }: { readonly proxy?: string | undefined; readonly proxyCredentials?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const given = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'].flatMap((name) => {
    const value = environment[name];
    const isOverridden = proxy !== undefined && !/^no_proxy$/i.test(name);
    return value === undefined || value === '' || isOverridden ? [] : [[name, value] as const];
  });
  const own = proxy === undefined ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
  const all: Record<string, string> = { ...Object.fromEntries(given), ...own };
  for (const [name, value] of Object.entries(all)) if (!/^no_proxy$/i.test(name)) checkProxy(name, value);
  if (proxyCredentials === undefined) return all;
  if (proxy === undefined) throw unusable('has credentials but no address');
  const withCredentials = addCredentials(proxy, proxyCredentials);
  return { ...all, HTTPS_PROXY: withCredentials, HTTP_PROXY: withCredentials };
}

/** `host:port` of the proxy Node's agents take to an address, or undefined when they go straight. Without credentials. */
export function proxyOf(url: URL, proxyEnv: Readonly<Record<string, string>>): string | undefined {
  const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const proxy = names.map((name) => proxyEnv[name]).find((value) => value !== undefined);
  if (proxy === undefined || isExempt(url, proxyEnv.no_proxy ?? proxyEnv.NO_PROXY ?? '')) return undefined;
  const { hostname, port, protocol } = new URL(proxy);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}

/** The common forms of NO_PROXY: `*`, a host, `.domain`, `*.domain`, each with a port or without. */
function isExempt(url: URL, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (port !== undefined && port !== (url.port === '' ? '443' : url.port)) return false;
      if (host === '*') return true;
      const domain = host.replace(/^\*?\./, '.');
      return domain.startsWith('.') ? url.hostname.endsWith(domain) : url.hostname === domain;
    });
}

function addCredentials(proxy: string, credentials: string): string {
  const colon = credentials.indexOf(':');
  if (colon < 1) throw unusable('has credentials that are not user:password');
  const url = new URL(proxy);
  url.username = encodeURIComponent(credentials.slice(0, colon));
  url.password = encodeURIComponent(credentials.slice(colon + 1));
  return url.href;
}

function checkProxy(name: string, value: string): void {
  const protocol = URL.parse(value)?.protocol;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new StationError('station/invalid-file', `The proxy of ${name} is no address such as http://host:port.`);
}

function unusable(why: string): StationError {
  return new StationError('station/invalid-file', `The proxy of this network ${why}.`);
}
