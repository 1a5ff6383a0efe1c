import type { IncomingMessage } from 'node:http';
import { type Answer, refuse } from './answer.ts';
import type { TokenRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';

/** The bearer of a request, or the answer that refuses it (cloud-api.md 1.7). */
export function authenticate(
  state: CloudState,
  request: IncomingMessage,
  query: URLSearchParams,
  formToken: unknown,
): { readonly bearer: TokenRecord } | { readonly refusal: Answer } {
  const given = tokenOf(request, query, formToken);
  if (given === undefined || given === '') {
    return { refusal: refuse(400, 'invalid_request', 'The access token was not found') };
  }
  const bearer = state.tokens.get(given);
  if (bearer === undefined) {
    return { refusal: TOKEN_INVALID };
  }
  if (bearer.expiresAtMs !== undefined && bearer.expiresAtMs <= state.clock.now()) {
    return { refusal: TOKEN_EXPIRED };
  }
  return { bearer };
}

export const TOKEN_INVALID = refuse(401, 'invalid_token', 'The access token provided is invalid.');
export const TOKEN_EXPIRED = refuse(401, 'invalid_token', 'The access token provided has expired.');

/** The token a request carries, good or not: in its header, its query or its form (1.2). */
export function tokenOf(request: IncomingMessage, query: URLSearchParams, formToken: unknown): string | undefined {
  const inForm = typeof formToken === 'string' ? formToken : undefined;
  return headerToken(request) ?? query.get('access_token') ?? inForm;
}

/** Whether this token may make a call with this scope; calls without a documented scope are closed to API users (1.6). */
export function mayCall(bearer: TokenRecord, scope: string | undefined): boolean {
  return bearer.scopes === 'everything' || (scope !== undefined && bearer.scopes.includes(scope));
}

/** What an API user gets for a call it may not make; 400 rather than 403 is UNVERIFIED (1.5). */
export const NOT_FOR_API_USERS = refuse(400, 'unauthorized', 'API users are not allowed to call this endpoint');

/** The space after `Bearer` is required (1.2). */
function headerToken(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
