import { StationError } from '../domain/failure.ts';
import type { SignedIn } from '../domain/product-view.ts';
import type { CloudOptions } from '../ports/cloud.ts';
import type { CloudAccounts, SessionToken } from '../ports/cloud-accounts.ts';
import type { ProductCloud } from '../ports/product-cloud.ts';

/** A session nobody uses ends: a screen left alone must not release firmware. */
const IDLE_MS = 30 * 60_000;
/** The cloud's own limit for the second step is not documented; a person needs less. */
const OTP_MS = 5 * 60_000;
const REVOKE_MS = 5_000;

export type SessionSetting = {
  readonly accounts: CloudAccounts;
  /** The cloud by the right of a token. */
  readonly openWith: (token: () => Promise<string>) => ProductCloud;
  /** Signed in, or no longer. */
  readonly changed?: (signedIn: SignedIn | undefined) => void;
  readonly idleMs?: number;
};

type Session = SignedIn & { readonly token: string; readonly cloud: ProductCloud; idle: NodeJS.Timeout };

/**
 * The supervisor who is signed in, at most one. The password and the code go straight to the cloud; what is kept, in this memory alone,
 * is the token, until it expires, is signed out, lies unused, or the process closes. Each end but the first also revokes it in the cloud.
 */
export class SupervisorSession {
  readonly #setting: SessionSetting;
  #session: Session | undefined;
  #awaitingCode: { readonly user: string; readonly mfaToken: string; readonly untilMs: number } | undefined;

  constructor(setting: SessionSetting) {
    this.#setting = setting;
  }

  /** First step. Whoever was signed in before is signed out. Rejects with `cloud/sign-in-refused`, `cloud/locked-out` and the like. */
  async signIn(user: string, password: string, options: CloudOptions): Promise<SignedIn | 'otp-wanted'> {
    await this.signOut();
    const answer = await this.#setting.accounts.signIn({ user, password }, options);
    if (answer.kind === 'signed-in') return this.#begin(user, answer);
    this.#awaitingCode = { user, mfaToken: answer.mfaToken, untilMs: performance.now() + OTP_MS };
    return 'otp-wanted';
  }

  /** Second step. A refused code ends the attempt, so that nobody tries codes until the network is locked out. */
  async giveOtp(code: string, options: CloudOptions): Promise<SignedIn> {
    const awaiting = this.#awaitingCode;
    this.#awaitingCode = undefined;
    if (awaiting === undefined || performance.now() > awaiting.untilMs) {
      throw new StationError('cloud/not-signed-in', 'No sign-in waits for a code; begin with user name and password.');
    }
    const answer = await this.#setting.accounts.giveOtp({ mfaToken: awaiting.mfaToken, code }, options);
    return this.#begin(awaiting.user, answer);
  }

  /** The session as it is now; using it keeps it from lying idle. Undefined when nobody is signed in. */
  use(): { readonly signedIn: SignedIn; readonly cloud: ProductCloud } | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    if (session.until !== undefined && Date.now() >= Date.parse(session.until)) {
      this.#forget();
      return undefined;
    }
    session.idle.refresh();
    return { signedIn: shown(session), cloud: session.cloud };
  }

  /** Ends the session here at once, and in the cloud. False: the cloud could not be told, and the token lives until it expires. */
  async signOut(): Promise<boolean> {
    const session = this.#forget();
    this.#awaitingCode = undefined;
    return session === undefined || this.#revoke(session);
  }

  #begin(user: string, { token, expiresAt }: SessionToken): SignedIn {
    // Two sign-ins at a time: the later one stays, and the other leaves no token behind.
    const before = this.#forget();
    if (before !== undefined) void this.#revoke(before);
    this.#session = {
      user,
      ...(expiresAt === undefined ? {} : { until: expiresAt }),
      token,
      cloud: this.#setting.openWith(async () => token),
      idle: setTimeout(() => void this.signOut(), this.#setting.idleMs ?? IDLE_MS).unref(),
    };
    this.#setting.changed?.(shown(this.#session));
    return shown(this.#session);
  }

  async #revoke({ token }: Session): Promise<boolean> {
    try {
      await this.#setting.accounts.revoke(token, { signal: AbortSignal.timeout(REVOKE_MS), timeoutMs: REVOKE_MS });
      return true;
    } catch {
      return false;
    }
  }

  #forget(): Session | undefined {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return undefined;
    clearTimeout(session.idle);
    this.#setting.changed?.(undefined);
    return session;
  }
}

/** What may leave this file of a session. */
function shown({ user, until }: Session): SignedIn {
  return until === undefined ? { user } : { user, until };
}
