import type { RunEnded } from '../domain/run-record.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import { summaryOf } from './unit-summary.ts';

/**
 * Closes, by name, every run that a crash or a power cut left without a verdict: it becomes ERROR `run/interrupted`. Called once at
 * start, before anything else writes. Returns the run ids.
 */
export function closeInterruptedRuns(audit: AuditLog, now: Date): readonly string[] {
  return audit.unfinishedRuns().map((begun) => {
    const steps = audit.readRun(begun.runId)?.steps ?? [];
    const last = steps.at(-1);
    const ended: RunEnded = {
      runId: begun.runId,
      at: now.toISOString(),
      durationMs: Math.max(0, now.getTime() - Date.parse(begun.at)),
      outcome: 'ERROR',
      failure: {
        code: 'run/interrupted',
        detail: `The station stopped after ${last === undefined ? 'the run was begun' : `the step ${last.step}`}; closed at the next start.`,
      },
      unit: summaryOf(steps),
    };
    audit.endRun(ended);
    return begun.runId;
  });
}
