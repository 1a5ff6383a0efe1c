import type { RunRecord } from '../domain/run-record.ts';
import type { SlotHealth } from '../domain/slot-health.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import { type RunTrace, traceOf } from './run-trace.ts';
import { HEALTH_WINDOW, judgeSlots } from './slot-health.ts';

/**
 * The health of the station's slots: read from the audit log once, at start, and kept up with every run that ends. A virtual line's runs
 * and a real one's say nothing of each other, so each sees its own.
 */
export class SlotHealthBook {
  readonly #traces: Map<string, readonly RunTrace[]>;
  readonly #isVirtual: boolean;
  #health: ReadonlyMap<string, SlotHealth>;

  constructor(slots: readonly string[], audit: Pick<AuditLog, 'recentRuns'>, isVirtual: boolean) {
    this.#isVirtual = isVirtual;
    this.#traces = new Map(
      slots.map((slot) => {
        return [slot, audit.recentRuns(slot, HEALTH_WINDOW, isVirtual).map(traceOf).toReversed()];
      }),
    );
    this.#health = judgeSlots(this.#traces);
  }

  /** A run has ended. */
  add(run: RunRecord): void {
    const before = this.#traces.get(run.begun.slot);
    if (before === undefined || run.begun.virtual !== this.#isVirtual) return;
    this.#traces.set(run.begun.slot, [...before, traceOf(run)].slice(-HEALTH_WINDOW));
    this.#health = judgeSlots(this.#traces);
  }

  of(slot: string): SlotHealth {
    return this.#health.get(slot) ?? { slot, ...NOTHING_KNOWN };
  }
}

const NOTHING_KNOWN = { runs: 0, stalls: 0, retries: 0, suspectFailures: 0, verdict: 'unknown', reasons: [] } as const;
