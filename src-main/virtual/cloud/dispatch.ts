import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, notOk, refuse } from './answer.ts';
import { authenticate, mayCall, NOT_FOR_API_USERS } from './authenticate.ts';
import type { CloudFault } from './cloud-faults.ts';
import type { ProductRecord, TokenRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { DEVICE_ROUTES } from './device-routes.ts';
import { FIRMWARE_ROUTES } from './firmware-routes.ts';
import { PRODUCT_ROUTES } from './product-routes.ts';
import type { Fields } from './request-body.ts';
import type { Call, Reply, Route } from './route.ts';
import { SIM_ROUTES } from './sim-routes.ts';

const ROUTES: readonly Route[] = [...PRODUCT_ROUTES, ...DEVICE_ROUTES, ...SIM_ROUTES, ...FIRMWARE_ROUTES];

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

/**
 * Answers an authentic request as the cloud would; every refusal is JSON (conformance 11). Undefined when a stream took the
 * response over.
 */
export function dispatch(
  state: CloudState,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  match: Match | undefined,
  fields: Fields,
  fault: CloudFault | undefined,
): Answer | undefined {
  const auth = authenticate(state, request, query, fields.values.get('access_token'));
  if ('refusal' in auth) return auth.refusal;
  if (match === undefined) return notOk(404, 'Not found');
  const { route } = match;
  if (!mayCall(auth.bearer, route.scope)) return NOT_FOR_API_USERS;
  const call: Call = {
    state,
    bearer: auth.bearer,
    query,
    fields,
    item: match.item,
    parts: match.parts,
    keepsNothing: fault?.name === 'no-readback',
    simFault: fault?.name === 'sim-stuck' || fault?.name === 'sim-fails' ? fault.name : undefined,
    releasesSlowly: fault?.name === 'slow-release',
  };
  if (route.under === undefined) return reply(route, call, response);
  const product = productOf(state, match.product ?? '', auth.bearer);
  return product === undefined ? NO_SUCH_PRODUCT : reply(route, { ...call, product }, response);
}

function reply<TheCall>(route: Reply<TheCall>, call: TheCall, response: ServerResponse): Answer | undefined {
  return route.stream === undefined ? route.handle(call) : route.stream(call, response);
}

/** Unknown and not ours look the same; the status is UNVERIFIED (1.7). */
const NO_SUCH_PRODUCT = refuse(403, 'permission_denied', 'Permission denied');

function productOf(state: CloudState, idOrSlug: string, bearer: TokenRecord): ProductRecord | undefined {
  const product = [...state.products.values()].find(({ id, slug }) => String(id) === idOrSlug || slug === idOrSlug);
  return product?.team.includes(bearer.username) ? product : undefined;
}

function decode(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}
