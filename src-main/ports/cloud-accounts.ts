import type { CloudOptions } from './cloud.ts';

/**
 * How a person signs in to the cloud (cloud-api.md 1.3). Nothing is ever tried twice: ten failures in a row lock the whole network out
 * for half an hour. Passwords, codes and tokens are in no error. Every method rejects with StationError.
 */
export interface CloudAccounts {
  /**
   * First step. Rejects with `cloud/sign-in-refused` for a wrong user name or password, `cloud/locked-out` when this network may not
   * sign in now, and the network's and the cloud's own codes.
   */
  signIn(given: { readonly user: string; readonly password: string }, options: CloudOptions): Promise<SignInAnswer>;
  /** Second step, where an account asks for the six digits of its authenticator. Rejects with `cloud/otp-refused`, else as signIn. */
  giveOtp(given: { readonly mfaToken: string; readonly code: string }, options: CloudOptions): Promise<SessionToken>;
  /** Makes the token worthless in the cloud. A token that is none any more counts as revoked. */
  revoke(token: string, options: CloudOptions): Promise<void>;
}

/** A token of an hour, kept in memory only. `expiresAt` is ISO 8601 UTC by this computer's clock, as the cloud's lifetime makes it. */
export type SessionToken = { readonly kind: 'signed-in'; readonly token: string; readonly expiresAt?: string };
/** The `mfaToken` is a secret, too: with the six digits it is a session. */
export type SignInAnswer = SessionToken | { readonly kind: 'otp-wanted'; readonly mfaToken: string };
