import type { JsonObject } from '../../domain/json.ts';
import { accountId } from './account-id.ts';
import type { ApiUserRecord } from './account-records.ts';
import { addApiUser, renewApiToken } from './accounts.ts';
import { type Answer, answer, notOk, refuse } from './answer.ts';
import { textList } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';

/** The team of a product and its API users (cloud-api.md 1.5, 2.10). API users manage nobody, whatever their scopes. */
export const TEAM_ROUTES: readonly Route[] = [
  { name: 'list-team', method: 'GET', under: /^\/team$/, scope: 'teams.users:list', handle: listTeam },
  { name: 'invite-team', method: 'POST', under: /^\/team$/, scope: undefined, handle: addMember },
  { name: 'update-api-user', method: 'PUT', under: /^\/team\/([^/]+)$/, scope: undefined, handle: updateApiUser },
  { name: 'renew-api-token', method: 'PUT', under: /^\/team\/([^/]+)\/token$/, scope: undefined, handle: renewToken },
  { name: 'remove-team', method: 'DELETE', under: /^\/team\/([^/]+)$/, scope: undefined, handle: removeMember },
];

const ROLES = ['Administrator', 'Developer', 'View-only', 'Support'];

function listTeam({ state, product }: ProductCall): Answer {
  const people = product.team.map((username) => ({
    _id: accountId(username),
    username,
    role: roleOf(product, username),
  }));
  const apiUsers = [...state.apiUsers.values()].filter(({ productId }) => productId === product.id).map(apiUserRow);
  return answer({ ok: true, team: [...people, ...apiUsers] });
}

/** One route for both: a body with `friendly_name` makes an API user, one with `username` invites a person. */
function addMember(call: ProductCall): Answer {
  const { state, product, fields, keepsNothing } = call;
  if (!isAdministrator(call)) return NOT_ALLOWED;
  if (fields.values.has('friendly_name')) return addStation(call);
  const username = String(fields.values.get('username') ?? '')
    .trim()
    .toLowerCase();
  const role = String(fields.values.get('role') ?? 'Developer');
  if (!/^[^@\s]+@[^@\s]+$/.test(username)) return notOk(400, 'username is not an e-mail address');
  if (!ROLES.includes(role)) return notOk(400, `role is one of ${ROLES.join(', ')}`);
  const row = state.products.get(product.id);
  if (row !== undefined && !keepsNothing) {
    if (!row.team.includes(username)) row.team = [...row.team, username];
    row.roles = { ...row.roles, [username]: role };
  }
  return answer({ ok: true, invited: { username } });
}

function addStation({ state, product, fields, keepsNothing }: ProductCall): Answer {
  const friendlyName = String(fields.values.get('friendly_name')).trim();
  const scopes = textList(fields.values.get('scopes'));
  if (friendlyName === '' || !areScopes(scopes)) return WRONG_SCOPES;
  if (keepsNothing) return answer({ ok: true });
  return createdOne(addApiUser(state, { productId: product.id, friendlyName, scopes }));
}

function updateApiUser(call: ProductCall): Answer {
  const user = apiUserOf(call);
  if (!isAdministrator(call)) return NOT_ALLOWED;
  if (user === undefined) return NO_SUCH_USER;
  const scopes = textList(call.fields.values.get('scopes'));
  if (!areScopes(scopes)) return WRONG_SCOPES;
  return createdOne(call.keepsNothing ? user : renewApiToken(call.state, user.username, scopes));
}

function renewToken(call: ProductCall): Answer {
  const user = apiUserOf(call);
  if (!isAdministrator(call)) return NOT_ALLOWED;
  if (user === undefined) return NO_SUCH_USER;
  return createdOne(call.keepsNothing ? user : renewApiToken(call.state, user.username, user.scopes));
}

function removeMember(call: ProductCall): Answer {
  const { state, product, item, keepsNothing } = call;
  const user = apiUserOf(call);
  if (!isAdministrator(call)) return NOT_ALLOWED;
  if (user === undefined && (!product.team.includes(item) || item === product.team[0])) return NO_SUCH_USER;
  if (keepsNothing) return answer({ ok: true });
  if (user !== undefined) {
    state.tokens.delete(user.token);
    state.apiUsers.delete(user.username);
  }
  const row = state.products.get(product.id);
  if (row !== undefined) row.team = row.team.filter((username) => username !== item);
  return answer({ ok: true });
}

const NOT_ALLOWED = refuse(403, 'permission_denied', 'Permission denied');
const NO_SUCH_USER = notOk(404, 'User not found');
const WRONG_SCOPES = notOk(400, 'Provide a friendly_name and a list of known scopes');

/** The owner, and whoever was not given a lesser role. */
function isAdministrator({ product, bearer }: ProductCall): boolean {
  return product.team.includes(bearer.username) && roleOf(product, bearer.username) === 'Administrator';
}

function roleOf(product: ProductCall['product'], username: string): string {
  return product.roles?.[username] ?? 'Administrator';
}

function apiUserOf({ state, product, item }: ProductCall): ApiUserRecord | undefined {
  const user = state.apiUsers.get(item);
  return user?.productId === product.id ? user : undefined;
}

/** The form of all scopes of 1.6; a list of them is not published in a way that stays true. */
function areScopes(scopes: readonly string[]): boolean {
  return scopes.length > 0 && scopes.every((scope) => /^[a-z]+(?:\.[a-z]+)?:[a-z]+$/.test(scope));
}

function createdOne({ username, token }: ApiUserRecord): Answer {
  return answer({ ok: true, created: { username, is_programmatic: true, tokens: [{ token }] } });
}

function apiUserRow({ username, friendlyName, scopes, productId }: ApiUserRecord): JsonObject {
  return {
    _id: accountId(username),
    username,
    friendly_name: friendlyName,
    scopes: [...scopes],
    is_programmatic: true,
    product_id: productId,
  };
}
