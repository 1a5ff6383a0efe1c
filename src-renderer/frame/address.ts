/** Which screen the address names. The search is in it, so that Back and a reload keep it. */
export type Route =
  | { readonly screen: 'line' }
  | { readonly screen: 'codes' }
  | { readonly screen: 'slots' }
  | { readonly screen: 'runs'; readonly search: string; readonly runId?: string };

/** Reads `#/`, `#/codes`, `#/slots`, `#/runs`, `#/runs?text=…`, `#/runs/<run>?text=…`. Anything else is the line. */
export function readRoute(hash: string): Route {
  if (hash === '#/codes') return { screen: 'codes' };
  if (hash === '#/slots') return { screen: 'slots' };
  const [, runId, query] = /^#\/runs(?:\/([^?]+))?(?:\?(.*))?$/.exec(hash) ?? [];
  if (!hash.startsWith('#/runs')) return { screen: 'line' };
  const search = new URLSearchParams(query ?? '').get('text') ?? '';
  const run = decoded(runId);
  return { screen: 'runs', search, ...(run === undefined ? {} : { runId: run }) };
}

/** The address of a screen. */
export function addressOf(route: Route): string {
  if (route.screen !== 'runs') return route.screen === 'line' ? '#/' : `#/${route.screen}`;
  const run = route.runId === undefined ? '' : `/${encodeURIComponent(route.runId)}`;
  return `#/runs${run}${route.search === '' ? '' : `?${new URLSearchParams({ text: route.search })}`}`;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
