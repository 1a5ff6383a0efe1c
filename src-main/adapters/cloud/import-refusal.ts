import { StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';

/**
 * What the refusal of a whole import or claim means beyond its status (cloud-api.md 2.2.1, 2.2.3; both UNVERIFIED): the plan is full, told
 * as 403 and not to be taken for a missing right; or the request is too large, which a server before the cloud may say in a page of its
 * own. Other errors are given back as they are.
 */
export function importRefusal(thrown: unknown): unknown {
  if (!(thrown instanceof StationError)) return thrown;
  const { text, status } = thrown.evidence ?? {};
  const isFull = REFUSALS.has(thrown.code) && typeof text === 'string' && FULL.test(text);
  const code: FailureCode = isFull ? 'cloud/limit-reached' : status === 413 ? 'cloud/refused' : thrown.code;
  if (code === thrown.code) return thrown;
  return new StationError(code, thrown.message, { cause: thrown, evidence: thrown.evidence ?? {} });
}

const REFUSALS: ReadonlySet<FailureCode> = new Set(['cloud/permission', 'cloud/refused']);
const FULL = /\blimit\b.*\b(reached|exceeded)\b|\b(reached|exceeded)\b.*\blimit\b/i;
