import { type Result, refuse } from '../domain/failure.ts';
import { type Label, parseLabel } from '../domain/label.ts';
import type { AuditLog } from '../ports/audit-log.ts';

/**
 * The label of a run that QA may flash again: one that ended and did not pass, or passed and was rejected by the cloud later. Refuses with
 * `run/not-found` or `run/not-a-reject`. Throws `audit/*`.
 */
export function labelToRework(audit: Pick<AuditLog, 'readRun'>, runId: string): Result<Label> {
  const earlier = audit.readRun(runId);
  if (earlier === undefined) return refuse('run/not-found', `There is no run ${runId}.`);
  const isRejectedLater = earlier.cloud?.last.state === 'rejected';
  if (earlier.ended === undefined || (earlier.ended.outcome === 'PASS' && !isRejectedLater)) {
    return refuse('run/not-a-reject', `Run ${runId} ${earlier.ended === undefined ? 'has not ended' : 'passed'}.`);
  }
  return parseLabel(earlier.begun.label.value);
}
