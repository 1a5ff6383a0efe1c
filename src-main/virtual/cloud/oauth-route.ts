import type { Json } from '../../domain/json.ts';
import { challenge, issueToken, TOKEN_LIFE_MS, type TokenWish } from './accounts.ts';
import { type Answer, refuse } from './answer.ts';
import type { CloudState } from './cloud-state.ts';
import type { OpenCall, Route } from './route.ts';
import { isTotp } from './totp.ts';

/** `POST /oauth/token` (cloud-api.md 1.3). A Bearer header that comes along is none of its business. */
export const OAUTH_ROUTES: readonly Route[] = [
  { name: 'token', method: 'POST', path: /^\/oauth\/token$/, scope: undefined, open: giveToken },
];

function giveToken(call: OpenCall): Answer {
  const { limits, ip } = call;
  if (!call.contentType.startsWith('application/x-www-form-urlencoded')) {
    return refuse(400, 'invalid_request', 'Method must be POST with application/x-www-form-urlencoded encoding');
  }
  const closed = limits.lockOut(ip) ?? limits.spend('token', ip);
  if (closed !== undefined) return closed;
  const reply = grant(call);
  // A right password that still wants its one-time code is no failure.
  if (reply.status !== 403) limits.signedIn(ip, reply.status === 200);
  return { ...reply, headers: { ...reply.headers, 'cache-control': 'no-store', pragma: 'no-cache' } };
}

function grant(call: OpenCall): Answer {
  const client = clientOf(call);
  if (client === undefined) return refuse(400, 'invalid_client', 'Client credentials are invalid');
  const lifetime = lifetimeOf(call);
  if (lifetime === 'invalid') return refuse(400, 'invalid_request', 'expires_in or expires_at is invalid');
  switch (field(call, 'grant_type')) {
    case 'password':
      return byPassword(call, client, lifetime.ms);
    case 'urn:custom:mfa-otp':
      return byOneTimeCode(call, client);
    case 'client_credentials':
      return byClient(call, client, lifetime.ms);
    case 'refresh_token':
      return byRefresh(call, client, lifetime.ms);
    default:
      return refuse(400, 'invalid_request', 'Invalid or missing grant_type parameter');
  }
}

function byPassword(call: OpenCall, client: Client, lifetimeMs: number | undefined): Answer {
  const user = call.state.users.get(field(call, 'username'));
  if (user === undefined || user.password !== field(call, 'password')) {
    return refuse(400, 'invalid_grant', 'User credentials are invalid');
  }
  const { username } = user;
  if (user.mfaSecret === undefined)
    return tokens(call.state, { username, client: client.id, productId: undefined, lifetimeMs });
  const mfaToken = challenge(call.state, username, lifetimeMs);
  const { status, body } = refuse(403, 'mfa_required', 'Multifactor authentication required');
  return { status, body: { ...(body as Record<string, Json>), mfa_token: mfaToken } };
}

/** The status of a wrong code is UNVERIFIED (1.3). */
function byOneTimeCode(call: OpenCall, client: Client): Answer {
  const { state } = call;
  const step = state.mfa.get(field(call, 'mfa_token'));
  const secret = step === undefined ? undefined : state.users.get(step.username)?.mfaSecret;
  const now = state.clock.now();
  if (
    step === undefined ||
    step.expiresAtMs <= now ||
    secret === undefined ||
    !isTotp(secret, field(call, 'otp'), now)
  ) {
    return refuse(400, 'invalid_grant', 'Invalid one-time password');
  }
  state.mfa.delete(step.mfaToken);
  const { username, lifetimeMs } = step;
  return tokens(state, { username, client: client.id, productId: undefined, lifetimeMs });
}

/** A token of the client's product, or with `scope=customer=<email>` of one of its customers. */
function byClient(call: OpenCall, client: Client, lifetimeMs: number | undefined): Answer {
  const { state } = call;
  if (client.productId === undefined)
    return refuse(400, 'unauthorized_client', 'Grant type is unauthorized for this client');
  const customer = /^customer=(.+)$/.exec(field(call, 'scope'))?.[1];
  if (customer === undefined) {
    const username = `${client.id}@clients.example`;
    return tokens(state, { username, client: client.id, productId: client.productId, lifetimeMs });
  }
  if (state.products.get(client.productId)?.customers.includes(customer) !== true) {
    return refuse(400, 'invalid_scope', 'There is no such customer');
  }
  return tokens(state, { username: customer, client: client.id, productId: undefined, lifetimeMs });
}

/** Works for product tokens only, and wants their client's secret all the same. */
function byRefresh(call: OpenCall, client: Client, lifetimeMs: number | undefined): Answer {
  const { state } = call;
  const old = state.refreshTokens.get(field(call, 'refresh_token'));
  const isGood = old?.productId !== undefined && old.productId === client.productId;
  if (!isGood || old.expiresAtMs <= state.clock.now()) return refuse(400, 'invalid_grant', 'Invalid refresh token');
  state.refreshTokens.delete(old.refreshToken);
  const { username, productId } = old;
  return tokens(state, { username, client: client.id, productId, lifetimeMs });
}

/** `expires_in` is 0 for never, as it was asked for. */
function tokens(state: CloudState, wish: TokenWish): Answer {
  const { token, refreshToken } = issueToken(state, wish);
  const expiresIn = wish.lifetimeMs === undefined ? 0 : Math.round(wish.lifetimeMs / 1_000);
  return {
    status: 200,
    body: { token_type: 'bearer', access_token: token, expires_in: expiresIn, refresh_token: refreshToken },
  };
}

type Client = { readonly id: string; readonly productId: number | undefined };

/** Anybody may use these for persons (1.3). */
const PUBLIC_CLIENTS = ['particle', 'particle-api', 'particle-cli'];

/** By HTTP Basic or by fields; undefined when the pair is unknown. */
function clientOf(call: OpenCall): Client | undefined {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(call.authorization)?.[1];
  const pair =
    basic === undefined ? [] : (/^([^:]*):(.*)$/.exec(Buffer.from(basic, 'base64').toString())?.slice(1) ?? []);
  const [id = field(call, 'client_id'), secret = field(call, 'client_secret')] = pair;
  if (PUBLIC_CLIENTS.includes(id) && secret === id) return { id, productId: undefined };
  const client = call.state.clients.get(id);
  return client?.secret === secret ? { id, productId: client.productId } : undefined;
}

function lifetimeOf(call: OpenCall): { readonly ms: number | undefined } | 'invalid' {
  const [seconds, at] = [field(call, 'expires_in'), field(call, 'expires_at')];
  if (seconds !== '') {
    if (!/^\d{1,10}$/.test(seconds)) return 'invalid';
    return { ms: Number(seconds) === 0 ? undefined : Number(seconds) * 1_000 };
  }
  if (at === '') return { ms: TOKEN_LIFE_MS };
  const ms = Date.parse(at) - call.state.clock.now();
  return ms > 0 ? { ms } : 'invalid';
}

function field(call: OpenCall, name: string): string {
  const value = call.fields.values.get(name);
  return typeof value === 'string' ? value : '';
}
