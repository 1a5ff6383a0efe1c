import type { CloudStanding, CloudWork } from '../domain/cloud-work.ts';
import type { Failure } from '../domain/failure.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { BulkCloud } from '../ports/cloud.ts';
import type { ProductEvents } from '../ports/product-events.ts';
import { type OnlinePace, onlinePaceAt } from './online-pace.ts';
import { onlineTroubles } from './online-troubles.ts';
import { ProductWatch } from './product-watch.ts';
import type { Judged } from './verdict-book.ts';

export type OnlineWatchOptions = {
  readonly audit: Pick<AuditLog, 'awaitedOnline' | 'addOnlineProofs' | 'cloudStandings'>;
  readonly cloud: Pick<BulkCloud, 'device' | 'listDevices'>;
  readonly events?: ProductEvents | undefined;
  /** The cloud's own time; undefined while it is not known, and nobody is late then. */
  readonly cloudTime: () => Date | undefined;
  readonly pace?: Partial<OnlinePace>;
  /** The counts changed. */
  readonly changed: () => void;
  /** Units were late, or came with another firmware; or a verdict could not be written. */
  readonly troubled: (trouble: Failure) => void;
};

/** What a screen shows of it. */
export type OnlineCounts = {
  /** Units of this station that are still to come online. */
  readonly awaitedOnline: number;
  /** Units of the open batch that were late or came with another firmware. */
  readonly onlineProblems: number;
};

/**
 * Records of each unit whose recipe asks for it when it first came online and with which firmware (docs/cloud-work.md). Off the takt:
 * nothing waits for it. One watch per product, from the first unit on that is awaited.
 */
export class OnlineWatch {
  readonly #options: OnlineWatchOptions;
  readonly #watches = new Map<number, ProductWatch>();
  readonly #closing = new AbortController();
  #batch: string;
  #problems = 0;

  /** Takes up what the record is still waiting for. Throws `audit/*` when the record cannot be read. */
  constructor(batch: string, options: OnlineWatchOptions) {
    this.#options = options;
    this.#batch = batch;
    this.#problems = this.#countProblems();
    const awaited = Map.groupBy(options.audit.awaitedOnline(), ({ work }) => work.productId);
    for (const [productId, standings] of awaited) this.#begin(productId, standings);
  }

  /** Takes in a unit whose work has just been recorded with its verdict. */
  add(work: CloudWork): void {
    if (work.online === undefined) return;
    const { runId, at, reached: state, isDone, productId } = work;
    const standing: CloudStanding = { work, last: { runId, at, state, isDone } };
    const watch = this.#watches.get(productId);
    if (watch === undefined) this.#begin(productId, [standing]);
    else watch.add(standing);
    this.#options.changed();
  }

  /** From now on the problems are counted of this batch. */
  openBatch(batch: string): void {
    this.#batch = batch;
    this.#problems = this.#countProblems();
  }

  counts(): OnlineCounts {
    const awaitedOnline = [...this.#watches.values()].reduce((sum, { awaited }) => sum + awaited, 0);
    return { awaitedOnline, onlineProblems: this.#problems };
  }

  /** Stops in the middle of waiting for an answer; verdicts that are known are written first. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#watches.values()].map(({ ended }) => ended));
  }

  #begin(productId: number, standings: readonly CloudStanding[]): void {
    const { audit, cloud, events, cloudTime, pace, troubled } = this.#options;
    const setting = {
      productId,
      audit,
      cloud,
      events,
      cloudTime,
      pace: { ...onlinePaceAt(1), ...pace },
      signal: this.#closing.signal,
      recorded: (judged: readonly Judged[]) => this.#recorded(judged),
      failed: (failure: Failure) => {
        // That network, token or cloud are at fault is what the outbox tells people.
        if (!/^(cloud|network)\//.test(failure.code)) troubled(failure);
      },
    };
    this.#watches.set(productId, new ProductWatch(setting, standings));
  }

  #recorded(judged: readonly Judged[]): void {
    for (const { standing, wasLate } of judged) {
      if (standing.work.batch === this.#batch) this.#problems += Number(isProblem(standing)) - Number(wasLate);
    }
    // That a late unit came after all is good news; that it came with another firmware is not.
    const news = judged.filter(({ standing, wasLate }) => !wasLate || standing.online?.verdict === 'wrong-version');
    const problems = news.map(({ standing }) => standing).filter(isProblem);
    for (const trouble of onlineTroubles(problems)) this.#options.troubled(trouble);
    this.#options.changed();
  }

  #countProblems(): number {
    const { audit } = this.#options;
    const verdicts = ['late', 'wrong-version'] as const;
    return verdicts.reduce((sum, online) => sum + audit.cloudStandings({ batch: this.#batch, online }).length, 0);
  }
}

function isProblem({ online }: CloudStanding): boolean {
  return online?.verdict !== 'online';
}
