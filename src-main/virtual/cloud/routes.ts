import { CLAIM_ROUTES } from './claim-routes.ts';
import { DEVELOPER_DEVICE_ROUTES } from './developer-device-routes.ts';
import { DEVELOPER_SIM_ROUTES } from './developer-sim-routes.ts';
import { DEVICE_ROUTES } from './device-routes.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { FIRMWARE_ROUTES } from './firmware-routes.ts';
import { GROUP_ROUTES } from './group-routes.ts';
import { OAUTH_ROUTES } from './oauth-route.ts';
import { PRODUCT_ROUTES } from './product-routes.ts';
import type { Route } from './route.ts';
import { SIM_ROUTES } from './sim-routes.ts';
import { TEAM_ROUTES } from './team-routes.ts';
import { TOKEN_ROUTES } from './token-routes.ts';

/** Everything the virtual cloud answers; the first that fits is taken. */
const ROUTES: readonly Route[] = [
  ...OAUTH_ROUTES,
  ...TOKEN_ROUTES,
  ...PRODUCT_ROUTES,
  ...TEAM_ROUTES,
  ...CLAIM_ROUTES,
  ...EVENT_ROUTES,
  ...DEVICE_ROUTES,
  ...DEVELOPER_DEVICE_ROUTES,
  ...GROUP_ROUTES,
  ...SIM_ROUTES,
  ...DEVELOPER_SIM_ROUTES,
  ...FIRMWARE_ROUTES,
];

/** The names a fault may be limited to. */
export const CLOUD_ENDPOINTS: readonly string[] = ROUTES.map((route) => route.name);

/** A route with the variable parts of the path. */
export type Match = {
  readonly route: Route;
  readonly product: string | undefined;
  readonly item: string;
  readonly parts: readonly string[];
};

/** Finds the route of a request, or undefined. `:p` is a number or a slug (cloud-api.md 1.1). */
export function matchRoute(method: string, pathname: string): Match | undefined {
  const [, product, rest] = /^\/v1\/products\/([^/]+)(.*)$/.exec(pathname) ?? [];
  for (const route of ROUTES) {
    if (route.method !== method) continue;
    const found =
      route.under === undefined ? route.path.exec(pathname) : rest === undefined ? null : route.under.exec(rest);
    if (found === null) continue;
    const parts = found.slice(1).map((part) => decode(part) ?? '');
    return { route, product: decode(product), item: parts[0]?.toLowerCase() ?? '', parts };
  }
  return undefined;
}

function decode(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}
