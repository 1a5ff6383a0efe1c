import { StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { JsonObject } from '../../domain/json.ts';

type Facts = {
  readonly isRetriable: boolean;
  /** False only when the request certainly reached nobody, or was refused before anything was done. */
  readonly mayHaveTakenEffect: boolean;
  readonly evidence: JsonObject;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
};

/** One try that did not end in a success. */
export class AttemptFailure extends Error {
  readonly code: FailureCode;
  readonly isRetriable: boolean;
  readonly mayHaveTakenEffect: boolean;
  readonly retryAfterMs: number | undefined;
  readonly evidence: JsonObject;

  constructor(code: FailureCode, detail: string, facts: Facts) {
    super(detail, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'AttemptFailure';
    this.code = code;
    this.isRetriable = facts.isRetriable;
    this.mayHaveTakenEffect = facts.mayHaveTakenEffect;
    this.retryAfterMs = facts.retryAfterMs;
    this.evidence = facts.evidence;
  }

  /** The same as the station's error, with the number of tries it took to give up. */
  toStationError(tries: number): StationError {
    return new StationError(this.code, this.message, { cause: this.cause, evidence: { ...this.evidence, tries } });
  }
}
