import type { CloudPolicy } from '../domain/cloud-policy.ts';
import type { Failure } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure-codes.ts';

/**
 * Whether a good unit may pass although this kept the station from asking the cloud: the recipe allows it, and the fault is of network,
 * token or cloud. A verdict of the cloud on the unit is never postponed.
 */
export function mayFinishLater({ finishLater }: CloudPolicy, { code }: Failure): boolean {
  return finishLater && (code.startsWith('network/') || POSTPONABLE.includes(code));
}

const POSTPONABLE: readonly FailureCode[] = [
  'cloud/unreachable',
  'cloud/timeout',
  'cloud/rate-limited',
  'cloud/server-error',
  'cloud/bad-answer',
  'cloud/permission',
  'cloud/rights-missing',
  'cloud/not-in-product',
  'sim/not-in-product',
];

/** One cloud call with its own retries may take this long, in ms. */
const CALL_MS = 30_000;

/** How long the next cloud call of a run may take, in ms: what is left of the recipe's time where the rest can be done later. */
export function callTimeMs({ finishLater }: CloudPolicy, cloudUntilMs: number): number {
  if (!finishLater) return CALL_MS;
  return Math.max(1, Math.min(CALL_MS, cloudUntilMs - performance.now()));
}
