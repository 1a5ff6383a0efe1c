import type { CloudStanding } from '../domain/cloud-work.ts';
import { type Failure, failure, type Result, refuse } from '../domain/failure.ts';
import { rejectedLater } from '../outbox/rejected-later.ts';
import type { AuditLog } from '../ports/audit-log.ts';

/** More than so many are not named on a screen; the list of rejected units has them all. */
const MOST_NAMED = 50;

/**
 * Units that had passed, were rejected by the cloud, and have not been pulled yet. It comes from the record, so that a restart forgets
 * none; a unit leaves it when somebody says that it was pulled, when it is reworked, or when the cloud takes it after all.
 */
export class PullList {
  readonly #audit: Pick<AuditLog, 'addCloudSteps' | 'readRun'>;
  readonly #units = new Map<string, Failure>();

  /** Throws `audit/*` when the record cannot be read. */
  constructor(audit: Pick<AuditLog, 'cloudStandings' | 'addCloudSteps' | 'readRun'>) {
    this.#audit = audit;
    for (const standing of audit.cloudStandings({ state: 'rejected' })) {
      if (standing.last.event !== 'pulled') this.add(standing);
    }
  }

  /** Newest first. */
  named(): readonly Failure[] {
    return [...this.#units.values()].slice(-MOST_NAMED).toReversed();
  }

  add({ work, last }: CloudStanding): void {
    const why = last.failure ?? failure('cloud/device-rejected', 'the record does not say why');
    this.#units.set(work.runId, rejectedLater(work, why));
  }

  /** The cloud takes the unit after all, or is asked to. */
  remove(runId: string): void {
    this.#units.delete(runId);
  }

  /** The unit of this run is in somebody's hands; on record first. `run/not-found` when it is not one to pull. Throws `audit/*`. */
  pulled(runId: string): Result<null> {
    const last = this.#audit.readRun(runId)?.cloud?.last;
    if (!this.#units.has(runId) || last?.state !== 'rejected') {
      return refuse('run/not-found', `The unit of run ${runId} is not one to pull.`);
    }
    this.#audit.addCloudSteps([{ ...last, at: new Date().toISOString(), event: 'pulled' }]);
    this.#units.delete(runId);
    return { ok: true, value: null };
  }
}
