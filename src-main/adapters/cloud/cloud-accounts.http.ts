import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudAccounts, SessionToken } from '../../ports/cloud-accounts.ts';
import { createCloudSender, type HttpCloudSettings } from './cloud-sender.ts';
import type { SdkExtras } from './sdk-over-transport.ts';

/** A session is as long as a supervisor needs, and no longer; the cloud's own default is 90 days (cloud-api.md 1.3). In s. */
const LIFETIME_S = 3_600;

/**
 * Sign-in over HTTP, by the vendor's SDK on the station's transport. The client's name and secret are the SDK's public pair, in the form,
 * where `/oauth/token` takes them with no header at all. Throws `station/invalid-file` for a base URL that cannot be used.
 */
export function createHttpCloudAccounts(settings: Omit<HttpCloudSettings, 'token'>): CloudAccounts {
  const send = createCloudSender({ ...settings, token: async () => '' });

  /** Once, by nobody, and never again by itself. */
  const once = (secrets: readonly string[]): SdkExtras => {
    return { as: 'nobody', secrets, maxTries: 1, isIdempotent: false };
  };

  return {
    async signIn({ user, password }, options) {
      if (user === '' || password === '') {
        throw new StationError('cloud/sign-in-refused', 'User name and password are both needed.');
      }
      const sdk = await sdkOf(send, options, {
        ...once([password]),
        isAnswer: (status, json) => status === 403 && MFA_WANTED.safeParse(json).success,
      });
      const { body } = await renamed('cloud/sign-in-refused', () =>
        sdk.login({ username: user, password, tokenDuration: LIFETIME_S }),
      );
      const wanted = MFA_WANTED.safeParse(body);
      return wanted.success ? { kind: 'otp-wanted', mfaToken: wanted.data.mfa_token } : sessionOf(body);
    },

    async giveOtp({ mfaToken, code }, options) {
      const sdk = await sdkOf(send, options, once([mfaToken, code]));
      const { body } = await renamed('cloud/otp-refused', () => sdk.sendOtp({ mfaToken, otp: code }));
      return sessionOf(body);
    },

    async revoke(token, options) {
      const sdk = await sdkOf(createCloudSender({ ...settings, token: async () => token }), options, {
        acceptsEmpty: true,
        // 401: it was revoked or is over, which is what was asked for.
        isAnswer: (status, json) => status === 401 && json !== undefined,
      });
      await sdk.deleteCurrentAccessToken({});
    },
  };
}

/** Loaded when somebody signs in: a line that nobody supervises does not wait for the SDK to load. */
async function sdkOf(send: ReturnType<typeof createCloudSender>, options: CloudOptions, extras: SdkExtras) {
  const { sdkCalls } = await import('./sdk-over-transport.ts');
  return sdkCalls(send, options, extras);
}

/** The words of `error_description` vary; `error` does not (1.3). */
const MFA_WANTED = z.looseObject({ error: z.literal('mfa_required'), mfa_token: z.string().min(1).max(10_000) });

const TOKEN = z.looseObject({
  access_token: z.string().regex(/^[\x21-\x7e]{8,4096}$/),
  expires_in: z.number().positive().nullish(),
});

function sessionOf(body: unknown): SessionToken {
  const parsed = TOKEN.safeParse(body);
  if (!parsed.success) {
    // Never with what came: it may be the token.
    throw new StationError('cloud/bad-answer', 'The answer to POST /oauth/token has no token in it.');
  }
  const { access_token: token, expires_in: seconds } = parsed.data;
  // The time that was asked for, should the cloud not say it: the session must end.
  const lifetimeMs = Math.min(seconds ?? LIFETIME_S, LIFETIME_S) * 1_000;
  return { kind: 'signed-in', token, expiresAt: new Date(Date.now() + lifetimeMs).toISOString() };
}

/**
 * A refusal is one of what was typed. The status is 400 `invalid_grant` (recorded) and that of a wrong code is UNVERIFIED (1.3), so any
 * refusal and any permission class counts. A 429 here is the lock-out after ten failures, or 100 sign-ins in five minutes (3.2): either way
 * nobody signs in from this network now.
 */
async function renamed<Answer>(refusal: FailureCode, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (thrown) {
    if (!(thrown instanceof StationError)) throw thrown;
    const { code, message, cause } = thrown;
    const evidence = thrown.evidence ?? {};
    const isLockOut = code === 'cloud/rate-limited' || /block|locked|too many/i.test(message);
    if (isLockOut) throw new StationError('cloud/locked-out', message, { cause, evidence });
    if (code !== 'cloud/refused' && code !== 'cloud/permission') throw thrown;
    throw new StationError(refusal, message, { cause, evidence });
  }
}
