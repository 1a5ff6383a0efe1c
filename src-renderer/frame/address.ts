import { CLOUD_STATES, type CloudState } from '../../src-main/domain/cloud-work.ts';

/** Which screen the address names. The search is in it, so that Back and a reload keep it. */
export type Route =
  | { readonly screen: 'line' }
  | { readonly screen: 'codes' }
  | { readonly screen: 'slots' }
  | {
      readonly screen: 'runs';
      readonly search: string;
      readonly runId?: string;
      /** Where a link asks for runs of one state in the cloud, or of one batch. Absent: the filters stay as they are. */
      readonly cloud?: CloudState;
      readonly batch?: string;
    };

/** Reads `#/`, `#/codes`, `#/slots`, `#/runs`, `#/runs?text=…&cloud=…&batch=…`, `#/runs/<run>?text=…`. Anything else is the line. */
export function readRoute(hash: string): Route {
  if (hash === '#/codes') return { screen: 'codes' };
  if (hash === '#/slots') return { screen: 'slots' };
  const [, runId, query] = /^#\/runs(?:\/([^?]+))?(?:\?(.*))?$/.exec(hash) ?? [];
  if (!hash.startsWith('#/runs')) return { screen: 'line' };
  const asked = new URLSearchParams(query ?? '');
  const run = decoded(runId);
  const cloud = CLOUD_STATES.find((state) => state === asked.get('cloud'));
  const batch = asked.get('batch');
  return {
    screen: 'runs',
    search: asked.get('text') ?? '',
    ...(run === undefined ? {} : { runId: run }),
    ...(cloud === undefined ? {} : { cloud }),
    ...(batch === null ? {} : { batch }),
  };
}

/** The address of a screen. */
export function addressOf(route: Route): string {
  if (route.screen !== 'runs') return route.screen === 'line' ? '#/' : `#/${route.screen}`;
  const { search, runId, cloud, batch } = route;
  const run = runId === undefined ? '' : `/${encodeURIComponent(runId)}`;
  const asked = new URLSearchParams({
    ...(search === '' ? {} : { text: search }),
    ...(cloud === undefined ? {} : { cloud }),
    ...(batch === undefined ? {} : { batch }),
  });
  return `#/runs${run}${asked.size === 0 ? '' : `?${asked}`}`;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
