import type { Failure } from '../../src-main/domain/failure.ts';
import type { RunView } from '../../src-main/domain/snapshot.ts';
import { unitsToPull } from '../frame/units-to-pull.ts';

/**
 * The verdict that a slot may show: the one of its run, unless the unit has become a reject since, by the cloud. The unit may still lie in the slot
 * then, and nobody may take it for a good one.
 */
export function verdictNow(run: RunView, troubles: readonly Failure[]): RunView['ended'] {
  if (run.ended?.outcome !== 'PASS') return run.ended;
  const rejected = troubles.find((trouble) => unitsToPull(trouble)?.runIds.includes(run.runId));
  return rejected === undefined ? run.ended : { ...run.ended, outcome: 'FAIL', failure: rejected };
}
