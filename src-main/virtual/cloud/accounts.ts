import { randomBytes, randomUUID } from 'node:crypto';
import type { ApiUserRecord, UserRecord } from './account-records.ts';
import type { CloudState } from './cloud-state.ts';

/** Default life of a token (cloud-api.md 1.3): 90 days. */
export const TOKEN_LIFE_MS = 7_776_000_000;
/** Of a refresh token (1.3). */
const REFRESH_LIFE_MS = 14 * 86_400_000;
const MFA_LIFE_MS = 10 * 60_000;

/** The free plan (5.3 R11). */
const SANDBOX_DEVICES = 100;

export type UserInput = Pick<UserRecord, 'username' | 'password'> & Partial<UserRecord>;

/** Gives a person an account: without MFA and on the free plan unless told otherwise. */
export function addUser(state: CloudState, input: UserInput): void {
  const user: UserRecord = { mfaSecret: undefined, deviceLimit: SANDBOX_DEVICES, ...input };
  state.users.set(user.username, user);
}

export type TokenWish = {
  readonly username: string;
  readonly client: string;
  /** Undefined for a person's token, good for all their products. */
  readonly productId: number | undefined;
  /** Undefined for a token that never expires. */
  readonly lifetimeMs: number | undefined;
};

/** Makes a person's or a product client's token and the refresh token that comes with it. */
export function issueToken(
  state: CloudState,
  { username, client, productId, lifetimeMs }: TokenWish,
): { readonly token: string; readonly refreshToken: string } {
  const now = state.clock.now();
  const [token, refreshToken] = [randomToken(), randomToken()];
  state.tokens.set(token, {
    token,
    username,
    client,
    scopes: 'everything',
    expiresAtMs: lifetimeMs === undefined ? undefined : now + lifetimeMs,
    ...(productId === undefined ? {} : { productId }),
  });
  state.refreshTokens.set(refreshToken, { refreshToken, username, productId, expiresAtMs: now + REFRESH_LIFE_MS });
  return { token, refreshToken };
}

/** Begins the second step of a log-in, and returns its token. */
export function challenge(state: CloudState, username: string, lifetimeMs: number | undefined): string {
  const mfaToken = randomUUID();
  state.mfa.set(mfaToken, { mfaToken, username, lifetimeMs, expiresAtMs: state.clock.now() + MFA_LIFE_MS });
  return mfaToken;
}

/** Makes an API user of a product with the one token it has (1.5). */
export function addApiUser(
  state: CloudState,
  input: Pick<ApiUserRecord, 'productId' | 'friendlyName' | 'scopes'>,
): ApiUserRecord {
  const stem = input.friendlyName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const username = `${stem}+${randomBytes(8).toString('hex')}@api.particle.io`;
  state.apiUsers.set(username, { ...input, username, token: '' });
  return renewApiToken(state, username, input.scopes);
}

/** Gives an API user these scopes and a new token; the one before is worth nothing from now on (1.5). Throws for no such user. */
export function renewApiToken(state: CloudState, username: string, scopes: readonly string[]): ApiUserRecord {
  const user = state.apiUsers.get(username);
  if (user === undefined) throw new Error(`there is no API user ${username}`);
  state.tokens.delete(user.token);
  user.scopes = scopes;
  user.token = randomToken();
  const { token, productId } = user;
  state.tokens.set(token, { token, username, scopes, productId, client: 'api-user', expiresAtMs: undefined });
  return user;
}

/** 40 hex digits, as real ones are (1.2). */
function randomToken(): string {
  return randomBytes(20).toString('hex');
}
