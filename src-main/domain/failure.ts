import { FAILURES, type FailureCode } from './failure-codes.ts';
import type { JsonObject } from './json.ts';

/**
 * What went wrong, as a value: a code that is stored for years, a sentence for the engineer with the facts in it,
 * and evidence. The operator's sentence and the next action follow from the code (failure-codes.ts).
 */
export type Failure = {
  readonly code: FailureCode;
  /** For the engineer: one sentence with the values that matter. Never a secret, never the mobile secret. */
  readonly detail: string;
  readonly evidence?: JsonObject;
};

/** Success with a value, or a failure. For everything a caller must expect; surprises are thrown as StationError. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

/** Wraps a value as a success. */
export function ok<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

/** Wraps a failure code and the engineer's sentence as a refused result. */
export function refuse(code: FailureCode, detail: string, evidence?: JsonObject): { ok: false; failure: Failure } {
  return { ok: false, failure: failure(code, detail, evidence) };
}

/** Makes a failure value. */
export function failure(code: FailureCode, detail: string, evidence?: JsonObject): Failure {
  return evidence === undefined ? { code, detail } : { code, detail, evidence };
}

/** The one error class of the station: thrown where the job could not be done, with a code of the table. */
export class StationError extends Error {
  readonly code: FailureCode;
  readonly evidence: JsonObject | undefined;

  constructor(code: FailureCode, detail: string, options: { cause?: unknown; evidence?: JsonObject } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StationError';
    this.code = code;
    this.evidence = options.evidence;
  }

  /** The same facts as a value, for a record or an answer. */
  toFailure(): Failure {
    return failure(this.code, this.message, this.evidence);
  }
}

/** Any thrown thing as a failure value; what is not a StationError becomes `run/bug`. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof StationError) return thrown.toFailure();
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return failure('run/bug', text);
}

/** The English sentences of a code: what happened, for the operator, and what to do next. */
export function sentences(code: FailureCode): { readonly operator: string; readonly next: string } {
  const { operator, next } = FAILURES[code];
  return { operator, next };
}
