import type { Failure } from '../../src-main/domain/failure.ts';
import type { FailureCode } from '../../src-main/domain/failure-codes.ts';

/** Units that left the line as good and are not: where they lie. */
export type UnitsToPull = {
  readonly runIds: readonly string[];
  /** The unit's number where there is one unit and it was told. */
  readonly unit?: string;
  readonly batch?: string;
  readonly carton?: string;
};

const PULLED: readonly FailureCode[] = ['cloud/rejected-later', 'online/late', 'online/wrong-version'];

/** The units that a trouble of the station is about; undefined when it is about no unit that must be pulled from its carton. */
export function unitsToPull({ code, evidence = {} }: Failure): UnitsToPull | undefined {
  if (!PULLED.includes(code)) return undefined;
  const { runId, runIds, unit, batch, carton } = evidence;
  const ids = [...(Array.isArray(runIds) ? runIds : []), runId].filter((id) => typeof id === 'string');
  return {
    runIds: ids,
    ...(typeof unit === 'string' ? { unit } : {}),
    ...(typeof batch === 'string' ? { batch } : {}),
    ...(typeof carton === 'string' ? { carton } : {}),
  };
}
