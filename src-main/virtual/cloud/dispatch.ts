import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, notOk, refuse } from './answer.ts';
import { authenticate, mayCall, NOT_FOR_API_USERS } from './authenticate.ts';
import type { CloudFault } from './cloud-faults.ts';
import type { ProductRecord, TokenRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Fields } from './request-body.ts';
import type { Call, Reply } from './route.ts';
import type { Match } from './routes.ts';

/** One request with all that is needed to answer it. */
export type Asked = {
  /** What the answer is taken from; for a read, possibly the memory as it was a while ago. */
  readonly state: CloudState;
  readonly limits: RateLimits;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly match: Match | undefined;
  readonly fields: Fields;
  readonly fault: CloudFault | undefined;
};

/**
 * Answers a request as the cloud would; every refusal is JSON (conformance 11). Undefined when a stream took the response over.
 */
export function dispatch(asked: Asked): Answer | undefined {
  const { state, limits, request, response, match, fields, fault } = asked;
  const ip = request.socket.remoteAddress ?? '';
  const tooMany = limits.spend('requests', ip);
  if (tooMany !== undefined) return tooMany;
  const route = match?.route;
  if (route?.open !== undefined) return route.open({ ...openCall(asked), ip });
  const auth = authenticate(state, request, asked.query, fields.values.get('access_token'));
  if ('refusal' in auth) return auth.refusal;
  if (match === undefined || route === undefined) return notOk(404, 'Not found');
  const { bearer } = auth;
  if (!mayCall(bearer, route.scope)) return NOT_FOR_API_USERS;
  const overLimit =
    route.limit === undefined ? undefined : limits.spend(route.limit, route.limit === 'serial' ? bearer.username : ip);
  if (overLimit !== undefined) return overLimit;
  const call: Call = {
    state,
    bearer,
    query: asked.query,
    fields,
    item: match.item,
    parts: match.parts,
    keepsNothing: fault?.name === 'no-readback',
    simFault: fault?.name === 'sim-stuck' || fault?.name === 'sim-fails' ? fault.name : undefined,
    releasesSlowly: fault?.name === 'slow-release',
  };
  if (route.under === undefined) return reply(asked, route, call, response);
  const product = productOf(state, match.product ?? '', bearer);
  if (product === undefined || !mayChange(product, bearer, route.method)) return NO_SUCH_PRODUCT;
  return reply(asked, route, { ...call, product }, response);
}

function openCall({ state, limits, request, fields }: Asked) {
  return {
    state,
    limits,
    fields,
    authorization: request.headers.authorization ?? '',
    contentType: request.headers['content-type'] ?? '',
  };
}

/** Opening a stream is limited twice: how often, and how many at once (cloud-api.md 3.2). */
function reply<TheCall>(
  { limits, request }: Asked,
  route: Reply<TheCall>,
  call: TheCall,
  response: ServerResponse,
): Answer | undefined {
  if (route.stream === undefined) return route.handle(call);
  const ip = request.socket.remoteAddress ?? '';
  const tooMany = limits.spend('streams', ip);
  if (tooMany !== undefined) return tooMany;
  const opened = limits.open(ip);
  if (typeof opened !== 'function') return opened;
  response.once('close', opened);
  return route.stream(call, response);
}

/** Unknown and not ours look the same; the status is UNVERIFIED (1.7). */
export const NO_SUCH_PRODUCT = refuse(403, 'permission_denied', 'Permission denied');

function productOf(state: CloudState, idOrSlug: string, bearer: TokenRecord): ProductRecord | undefined {
  const product = findProduct(state, idOrSlug);
  if (product === undefined) return undefined;
  const isTheirs =
    bearer.productId === undefined ? product.team.includes(bearer.username) : bearer.productId === product.id;
  return isTheirs ? product : undefined;
}

/** A product by its number or its slug (cloud-api.md 1.1). */
export function findProduct(state: CloudState, idOrSlug: string): ProductRecord | undefined {
  const byId = /^\d+$/.test(idOrSlug) ? state.products.get(Number(idOrSlug)) : undefined;
  return byId ?? [...state.products.values()].find(({ slug }) => slug === idOrSlug);
}

/** The roles that only look (2.10). What they get for a change is UNVERIFIED. */
function mayChange({ roles }: ProductRecord, { username }: TokenRecord, method: string): boolean {
  const onlyLooks = roles?.[username] === 'View-only' || roles?.[username] === 'Support';
  return !onlyLooks || method === 'GET' || method === 'HEAD';
}
