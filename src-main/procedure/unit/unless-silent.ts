import { failure, type Result, StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';

/**
 * Asks a unit something. A unit that is on the bus and answers no request in time has a fault of its own: that becomes a failure with
 * the given code. Every other transport fault goes on being thrown, because cable, hub or station may be behind it.
 */
export async function unlessSilent<Value>(
  code: FailureCode,
  ask: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.evidence?.reason !== 'timeout') throw thrown;
    return { ok: false, failure: failure(code, thrown.message, thrown.evidence) };
  }
}
