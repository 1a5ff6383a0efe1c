/** A person with an account (cloud-api.md 1.3). Passwords are plain: these are accounts of a virtual cloud. */
export type UserRecord = {
  /** An e-mail address. */
  readonly username: string;
  readonly password: string;
  /** Base32 secret of the authenticator; undefined without MFA. */
  readonly mfaSecret: string | undefined;
  /** Devices it may own outside products of a paid plan, 100 on the free plan (5.3 R11, R12); undefined for no limit. */
  readonly deviceLimit: number | undefined;
};

/** An OAuth client of a product, whose credentials are worth a token of that product (1.3). */
export type ClientRecord = { readonly clientId: string; readonly secret: string; readonly productId: number };

/** Lives 14 days and serves product tokens only (1.3). */
export type RefreshRecord = {
  readonly refreshToken: string;
  readonly username: string;
  /** Undefined for a person's: it is given out and worth nothing. */
  readonly productId: number | undefined;
  readonly expiresAtMs: number;
};

/** A log-in whose password was right and whose one-time code is awaited (1.3). */
export type MfaRecord = {
  readonly mfaToken: string;
  readonly username: string;
  readonly expiresAtMs: number;
  /** How long the token is to live, as the first step asked. */
  readonly lifetimeMs: number | undefined;
};

/** A user without a person, for a station (1.5). Its only valid token is the one in `token`. */
export type ApiUserRecord = {
  readonly username: string;
  readonly productId: number;
  readonly friendlyName: string;
  scopes: readonly string[];
  token: string;
};

/** The owner was asked by e-mail to give a device away (2.7). */
export type TransferRecord = {
  readonly transferId: string;
  readonly deviceId: string;
  readonly from: string;
  readonly to: string;
};
