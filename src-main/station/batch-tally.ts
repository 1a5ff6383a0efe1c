import type { Outcome } from '../domain/outcome.ts';
import type { AuditLog } from '../ports/audit-log.ts';

/** The batch that runs belong to now, and how the ended runs of it came out: counted from the record when it is opened, and kept up. */
export class BatchTally {
  readonly #audit: Pick<AuditLog, 'countOutcomes' | 'note'>;
  #name: string;
  #counts: Readonly<Record<Outcome, number>>;

  /** Throws `audit/*` when the record cannot be read. */
  constructor(name: string, audit: Pick<AuditLog, 'countOutcomes' | 'note'>) {
    this.#audit = audit;
    this.#name = name;
    this.#counts = this.#counted();
  }

  get name(): string {
    return this.#name;
  }

  get counts(): Readonly<Record<Outcome, number>> {
    return this.#counts;
  }

  /** Runs belong to this batch from now on; the ones that go on stay in theirs. Throws `audit/*` when that cannot be written. */
  open(name: string): void {
    this.#audit.note('batch-opened', { batch: name, before: this.#name });
    this.#name = name;
    this.#counts = this.#counted();
  }

  /** A run of this batch has ended; one of an earlier batch counts there. */
  add(batch: string, outcome: Outcome): void {
    if (batch === this.#name) this.#counts = { ...this.#counts, [outcome]: this.#counts[outcome] + 1 };
  }

  /** A pass of this batch became a reject, or, asked for again, a pass. */
  reopened(batch: string, isReject: boolean): void {
    if (batch !== this.#name) return;
    const by = isReject ? 1 : -1;
    this.#counts = { ...this.#counts, PASS: this.#counts.PASS - by, FAIL: this.#counts.FAIL + by };
  }

  #counted(): Readonly<Record<Outcome, number>> {
    return { PASS: 0, FAIL: 0, ERROR: 0, ABORTED: 0, ...this.#audit.countOutcomes(this.#name) };
  }
}
