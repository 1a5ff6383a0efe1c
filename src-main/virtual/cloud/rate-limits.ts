import { type Answer, refuse } from './answer.ts';
import type { CloudClock } from './cloud-clock.ts';

/** The limits of cloud-api.md 3.2, in cloud time. `open-streams` counts what is open, the others what was asked in the window. */
export const RATE_LIMITS = {
  requests: { count: 10_000, windowMs: 300_000 },
  token: { count: 100, windowMs: 300_000 },
  'token-changes': { count: 100, windowMs: 300_000 },
  streams: { count: 100, windowMs: 300_000 },
  'open-streams': { count: 100, windowMs: Number.POSITIVE_INFINITY },
  serial: { count: 50, windowMs: 3_600_000 },
} as const;

export type RateLimitName = keyof typeof RATE_LIMITS;

/** Another count for a limit, or `off`. */
export type RateLimitSettings = Partial<Readonly<Record<RateLimitName, number | 'off'>>>;

export type RateLimits = {
  /** Counts one request of this sender (an IP address or an account), or returns the 429 that refuses it. */
  spend(name: Exclude<RateLimitName, 'open-streams'>, who: string): Answer | undefined;
  /** Counts one open stream, and returns how to count its end; or the 429. */
  open(who: string): Answer | (() => void);
  /** Resolves when no stream is open, at once if none is. */
  allClosed(): Promise<void>;
  /** The 429 of an address that is locked out from signing in. */
  lockOut(ip: string): Answer | undefined;
  /** Counts a sign-in from an address: the tenth failure in a row locks it out for 30 minutes (1.3). */
  signedIn(ip: string, succeeded: boolean): void;
  /** From now on this limit is another. */
  set(settings: RateLimitSettings): void;
  /** Forgets everything that was counted. */
  clear(): void;
};

const FAILURES = 10;
const LOCK_OUT_MS = 30 * 60_000;

/** Counters that live as long as the process; a restart of the virtual cloud forgets them. */
export function createRateLimits(clock: CloudClock, initial: RateLimitSettings = {}): RateLimits {
  let settings = initial;
  const windows = new Map<string, number[]>();
  const openStreams = new Map<string, number>();
  const isClosed = () => [...openStreams.values()].every((count) => count === 0);
  const waiting: (() => void)[] = [];
  const failures = new Map<string, { count: number; lockedUntilMs: number }>();
  const countOf = (name: RateLimitName) => {
    const setting = settings[name] ?? RATE_LIMITS[name].count;
    return setting === 'off' ? Number.POSITIVE_INFINITY : setting;
  };
  return {
    spend(name, who) {
      const most = countOf(name);
      if (most === Number.POSITIVE_INFINITY) return undefined;
      const { windowMs } = RATE_LIMITS[name];
      const now = clock.now();
      const key = `${name} ${who}`;
      const times = dropOlder(windows.get(key) ?? [], now - windowMs);
      windows.set(key, times);
      const oldestMs = times.length < most ? undefined : (times[times.length - most] ?? now);
      if (oldestMs !== undefined) return tooMany(oldestMs + windowMs - now);
      times.push(now);
      return undefined;
    },
    open(who) {
      const open = openStreams.get(who) ?? 0;
      if (open >= countOf('open-streams')) return tooMany(60_000);
      openStreams.set(who, open + 1);
      return () => {
        openStreams.set(who, (openStreams.get(who) ?? 1) - 1);
        if (isClosed()) for (const resolve of waiting.splice(0)) resolve();
      };
    },
    allClosed: () => new Promise((resolve) => (isClosed() ? resolve() : waiting.push(resolve))),
    lockOut(ip) {
      const leftMs = (failures.get(ip)?.lockedUntilMs ?? 0) - clock.now();
      return leftMs > 0 ? tooMany(leftMs) : undefined;
    },
    signedIn(ip, succeeded) {
      if (succeeded) return void failures.delete(ip);
      const count = (failures.get(ip)?.count ?? 0) + 1;
      // The count starts anew with the lock-out, so that ten more tries are free after it.
      const locks = count >= FAILURES;
      failures.set(ip, { count: locks ? 0 : count, lockedUntilMs: locks ? clock.now() + LOCK_OUT_MS : 0 });
    },
    set(changed) {
      settings = { ...settings, ...changed };
    },
    clear() {
      windows.clear();
      failures.clear();
    },
  };
}

/** Times stand in order, and few are dropped at once, so this is cheap on average. */
function dropOlder(times: number[], beforeMs: number): number[] {
  const first = times.findIndex((time) => time > beforeMs);
  if (first < 0) return [];
  return first === 0 ? times : times.slice(first);
}

/** Body and headers of a real 429 are UNVERIFIED (3.2). */
export function tooMany(waitMs?: number): Answer {
  const refusal = refuse(429, 'too_many_requests', 'Too many requests, slow down');
  if (waitMs === undefined) return refusal;
  return { ...refusal, headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) } };
}
