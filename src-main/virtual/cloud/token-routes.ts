import { type Answer, answer } from './answer.ts';
import type { Call, Route } from './route.ts';

/** A token about itself, and the account behind it (cloud-api.md 1.4); closed to API users (1.6). */
export const TOKEN_ROUTES: readonly Route[] = [
  {
    name: 'current-token',
    method: 'GET',
    path: /^\/v1\/access_tokens\/current$/,
    scope: undefined,
    handle: currentToken,
  },
  {
    name: 'delete-token',
    method: 'DELETE',
    path: /^\/v1\/access_tokens(?:\/([^/]+))?$/,
    scope: undefined,
    limit: 'token-changes',
    hasSecretPath: true,
    handle: deleteToken,
  },
  { name: 'get-user', method: 'GET', path: /^\/v1\/user$/, scope: undefined, handle: getUser },
];

/** `expires_at` null for a token that never expires is UNVERIFIED (1.4). */
function currentToken({ bearer }: Call): Answer {
  const { expiresAtMs } = bearer;
  return answer({
    expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
    client: bearer.client ?? 'particle',
    scopes: [],
    orgs: [],
  });
}

/** `current`, a named one, or all of the account; an unknown one, or one of somebody else, is deleted just as well (1.4). */
function deleteToken({ state, bearer, parts, keepsNothing }: Call): Answer {
  const [which = ''] = parts;
  const isMeant = (token: string) => which === '' || token === (which === 'current' ? bearer.token : which);
  for (const { token, username } of [...state.tokens.values()]) {
    if (username === bearer.username && isMeant(token) && !keepsNothing) state.tokens.delete(token);
  }
  return answer({ ok: true });
}

function getUser({ state, bearer: { username } }: Call): Answer {
  const owned = [...state.devices.values()].filter(({ owner }) => owner === username);
  const cellular = owned.filter(({ iccid, imei }) => iccid !== undefined || imei !== undefined).length;
  return answer({
    username,
    subscription_ids: [],
    account_info: { first_name: '', last_name: '', business_account: false },
    mfa: { enabled: state.users.get(username)?.mfaSecret !== undefined },
    wifi_device_count: owned.length - cellular,
    cellular_device_count: cellular,
  });
}
