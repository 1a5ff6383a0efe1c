import type { CloudBacklog, CloudStanding, CloudState, CloudWork } from '../domain/cloud-work.ts';
import { type Failure, failureOf, type Result, refuse } from '../domain/failure.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { BulkCloud } from '../ports/cloud.ts';
import type { SimImports } from '../ports/sim-imports.ts';
import { type Reopened, reopenOnRecord } from './asked-again.ts';
import { type OutboxPace, PACE } from './outbox-pace.ts';
import { ProductLane } from './product-lane.ts';
import type { QueuedUnit } from './queued-unit.ts';
import { rememberImports } from './sims-under-way.ts';

export type OutboxOptions = {
  readonly audit: Pick<AuditLog, 'openCloudWork' | 'addCloudSteps' | 'countCloudStates' | 'readRun' | 'findRuns'>;
  readonly cloud: BulkCloud;
  /** The one record of SIM imports that this station shares with the bulk jobs on its data folder. */
  readonly simImports: SimImports;
  /** The cloud's own time, where it is known: SIMs are timed by it, because the station's clock may be set (cloud-api.md 2.8). */
  readonly cloudTime?: () => Date | undefined;
  readonly pace?: Partial<OutboxPace>;
  /** Something of the backlog changed. */
  readonly changed: () => void;
  /** A unit that had passed was rejected by the cloud, or its SIM is overdue. */
  readonly troubled: (standing: CloudStanding, failure: Failure) => void;
};

/**
 * Carries out the cloud work of units that passed: everything that is not done when the station starts, and what is added later. One
 * lane per product; each goes on until its units are in the product with a live SIM or rejected, whatever the network does, and holds
 * nothing that the record does not hold. A kill at any moment costs at most a request asked again, and every request may be.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #pace: OutboxPace;
  readonly #lanes = new Map<number, ProductLane>();
  readonly #closing = new AbortController();
  #batch: string;
  #counts: Record<CloudState, number>;

  /** Takes up what the record left open. Throws `audit/*` or `identity/*` when a record cannot be read or written. */
  constructor(batch: string, options: OutboxOptions) {
    this.#options = options;
    this.#pace = { ...PACE, ...options.pace };
    this.#batch = batch;
    this.#counts = this.#counted();
    const open = options.audit.openCloudWork();
    rememberImports(open, options.simImports);
    for (const standing of open) this.#lane(standing.work.productId).add(standing);
  }

  /** Takes in a unit whose work has just been recorded with its verdict. */
  add(work: CloudWork): void {
    const { runId, at, reached: state, isDone, batch } = work;
    if (batch === this.#batch) this.#counts[state] += 1;
    if (!isDone) this.#lane(work.productId).add({ work, last: { runId, at, state, isDone } });
    this.#options.changed();
  }

  /** Tries a rejected unit again, because a person has put the reason right. On the record first; `run/not-found` when there is none such. */
  askAgain(runId: string): Result<null> {
    if (this.#options.audit.readRun(runId)?.cloud?.last.state !== 'rejected') {
      return refuse('run/not-found', `The cloud has rejected no unit of run ${runId}.`);
    }
    const reopened = this.reopen([runId]);
    return reopened.ok ? { ok: true, value: null } : reopened;
  }

  /**
   * Does the work of these runs anew, because record and cloud disagree: each is proven again, or becomes a reject. Runs whose work is
   * still going on are left alone. On the record first; the answer says which it was.
   */
  reopen(runIds: readonly string[]): Result<readonly Reopened[]> {
    let reopened: readonly Reopened[];
    try {
      reopened = reopenOnRecord(this.#options.audit, runIds);
    } catch (thrown) {
      return { ok: false, failure: failureOf(thrown) };
    }
    for (const { before, now } of reopened) {
      this.#moved(now.work, before.last.state, now.last.state);
      this.#lane(now.work.productId).add(now);
    }
    this.#options.changed();
    return { ok: true, value: reopened };
  }

  /** From now on the counts are of this batch. */
  openBatch(batch: string): void {
    this.#batch = batch;
    this.#counts = this.#counted();
  }

  /** What a screen shows; always true of this moment. */
  backlog(): CloudBacklog {
    const units = [...this.#lanes.values()].flatMap((lane) => lane.units());
    const oldestAt = units.reduce<string | undefined>(
      (oldest, { work }) => (oldest === undefined || work.at < oldest ? work.at : oldest),
      undefined,
    );
    const held = [...this.#lanes.values()].map((lane) => lane.held).find((failure) => failure !== undefined);
    return {
      open: units.length,
      notInProduct: units.filter(({ state }) => state === 'built').length,
      ...(oldestAt === undefined ? {} : { oldestAt }),
      batch: this.#counts,
      ...(held === undefined ? {} : { held }),
    };
  }

  /** Goes on at once where a fault made it wait: a person says that network or token are put right. */
  hurry(): void {
    for (const lane of this.#lanes.values()) lane.hurry();
  }

  /** Resolves when nothing is left to do; rejects with the signal's reason. */
  async idle(signal: AbortSignal): Promise<void> {
    for (const lane of this.#lanes.values()) await lane.idle(signal);
  }

  /** Stops after the present answer, or in the middle of waiting for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.ended));
  }

  #lane(productId: number): ProductLane {
    const known = this.#lanes.get(productId);
    if (known !== undefined) return known;
    const { audit, cloud, simImports, cloudTime, changed, troubled } = this.#options;
    const lane = new ProductLane({
      productId,
      audit,
      cloud,
      simImports,
      cloudTime: () => cloudTime?.() ?? new Date(),
      pace: this.#pace,
      signal: this.#closing.signal,
      moved: (unit: QueuedUnit, before) => this.#moved(unit.work, before, unit.state),
      changed,
      troubled,
    });
    this.#lanes.set(productId, lane);
    return lane;
  }

  #moved(work: CloudWork, before: CloudState, now: CloudState): void {
    if (work.batch !== this.#batch) return;
    this.#counts[before] -= 1;
    this.#counts[now] += 1;
  }

  #counted(): Record<CloudState, number> {
    const none = { built: 0, 'in-product': 0, 'sim-pending': 0, 'sim-active': 0, rejected: 0 };
    return { ...none, ...this.#options.audit.countCloudStates(this.#batch) };
  }
}
