import type { CommandInput, CommandOutput } from '../contract/contract.ts';
import type { CloudBacklog, CloudStanding, CloudWork } from '../domain/cloud-work.ts';
import { type Failure, ok, type Result, StationError } from '../domain/failure.ts';
import { onlinePaceAt } from '../online/online-pace.ts';
import { onlineReport } from '../online/online-report.ts';
import { OnlineWatch } from '../online/online-watch.ts';
import { compareWithCloud, worthAskingAgain } from '../outbox/compare-with-cloud.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { OutboxPace } from '../outbox/outbox-pace.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProductEvents } from '../ports/product-events.ts';
import { PullList } from './pull-list.ts';

export type CloudDeskSetting = {
  readonly ports: Pick<Ports, 'audit' | 'cloud' | 'simImports'>;
  /** Tells at once when a unit comes online; without it the products are only read now and then. */
  readonly events?: ProductEvents | undefined;
  readonly batch: string;
  readonly outboxPace?: Partial<OutboxPace> | undefined;
  /** The cloud's own time, where it is known. */
  readonly cloudTime?: (() => Date | undefined) | undefined;
  readonly changed: () => void;
  /** A passed unit became a reject, or, tried again, a pass. */
  readonly reopened: (unit: Pick<CloudWork, 'batch' | 'runId'>, isReject: boolean) => void;
  readonly trouble: (trouble: Failure) => void;
};

type CloudCommandName = 'openCarton' | 'askCloudAgain' | 'confirmPulled' | 'hurryCloud' | 'checkCloud' | 'onlineReport';
type CloudCommands = {
  [Name in CloudCommandName]: (input: CommandInput<Name>) => Promise<Result<CommandOutput[Name]>>;
};

type Filter = { readonly batch?: string | undefined; readonly day?: string | undefined };

/**
 * The station's side of the cloud work: the outbox, the watch for units that come online, the open carton, and what a person is told
 * when a unit is rejected later.
 */
export class CloudDesk {
  readonly #setting: CloudDeskSetting;
  readonly #outbox: Outbox;
  readonly #online: OnlineWatch;
  readonly #pulls: PullList;
  readonly #closing = new AbortController();
  #batch: string;
  #carton: string | undefined;

  /** Takes up what the record left open. Throws `audit/*` when the record cannot be read. */
  constructor(setting: CloudDeskSetting) {
    this.#setting = setting;
    this.#batch = setting.batch;
    const { ports, batch, events, outboxPace, cloudTime, changed, trouble } = setting;
    const kept = ports.audit.lastNote('carton-opened');
    if (kept?.batch === batch && typeof kept.carton === 'string') this.#carton = kept.carton;
    this.#pulls = new PullList(ports.audit);
    this.#outbox = new Outbox(batch, {
      audit: ports.audit,
      cloud: ports.cloud,
      simImports: ports.simImports,
      ...(outboxPace === undefined ? {} : { pace: outboxPace }),
      ...(cloudTime === undefined ? {} : { cloudTime }),
      changed,
      troubled: (standing, why) => this.#troubled(standing, why),
    });
    this.#online = new OnlineWatch(batch, {
      audit: ports.audit,
      cloud: ports.cloud,
      events,
      cloudTime: () => cloudTime?.(),
      pace: onlinePaceAt(outboxPace?.speed ?? 1),
      changed,
      troubled: trouble,
    });
  }

  get carton(): string | undefined {
    return this.#carton;
  }

  backlog(): CloudBacklog {
    const { awaitedOnline, onlineProblems } = this.#online.counts();
    const isAsked = awaitedOnline > 0 || onlineProblems > 0;
    return { ...this.#outbox.backlog(), ...(isAsked ? { awaitedOnline, onlineProblems } : {}) };
  }

  /** Units that somebody must take out of their carton, newest first. */
  toPull(): readonly Failure[] {
    return this.#pulls.named();
  }

  /** The unit of this run, if it is one to pull, is in somebody's hands. */
  inHand(runId: string): Result<null> {
    const pulled = this.#pulls.pulled(runId);
    this.#setting.changed();
    return pulled;
  }

  add(work: CloudWork): void {
    this.#outbox.add(work);
    this.#online.add(work);
  }

  /** A carton holds units of one batch, so none is open in the next. */
  openBatch(batch: string): void {
    this.#batch = batch;
    this.#carton = undefined;
    this.#outbox.openBatch(batch);
    this.#online.openBatch(batch);
  }

  /** Passed units go into this carton from now on. Throws `audit/*` when that cannot be written. */
  openCarton(name: string | undefined): Result<null> {
    const { audit } = this.#setting.ports;
    audit.note('carton-opened', { batch: this.#batch, carton: name ?? null, before: this.#carton ?? null });
    this.#carton = name;
    this.#setting.changed();
    return { ok: true, value: null };
  }

  commands(): CloudCommands {
    return {
      openCarton: async ({ name }) => this.openCarton(name),
      askCloudAgain: async ({ runId }) => this.#askAgain(runId),
      confirmPulled: async ({ runId }) => this.inHand(runId),
      hurryCloud: async () => {
        this.#outbox.hurry();
        return { ok: true, value: null };
      },
      checkCloud: async ({ reopen, ...query }) => this.#check(query, reopen ?? false),
      onlineReport: async (query) => ok(onlineReport(this.#standings(query))),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort(new StationError('run/aborted', 'The station was closed.'));
    await Promise.all([this.#outbox.close(), this.#online.close()]);
  }

  async #check(query: Filter, isReopened: boolean): Promise<Result<CommandOutput['checkCloud']>> {
    const { audit, cloud } = this.#setting.ports;
    const check = await compareWithCloud(this.#standings(query), { cloud, signal: this.#closing.signal });
    const reopened = this.#outbox.reopen(isReopened ? worthAskingAgain(check) : []);
    if (!reopened.ok) return reopened;
    for (const { before } of reopened.value) if (before.last.state === 'rejected') this.#takenBack(before.work);
    const { compared: _, ...counts } = check;
    audit.note('cloud-checked', { ...query, ...counts, reopened: reopened.value.length });
    return ok({ ...check, reopened: reopened.value.length });
  }

  /** Of the open batch, unless told otherwise. */
  #standings({ batch, day }: Filter): readonly CloudStanding[] {
    const { audit } = this.#setting.ports;
    return audit.cloudStandings(batch === undefined && day === undefined ? { batch: this.#batch } : { batch, day });
  }

  #askAgain(runId: string): Result<null> {
    const asked = this.#outbox.askAgain(runId);
    const batch = this.#setting.ports.audit.readRun(runId)?.begun.batch;
    if (asked.ok && batch !== undefined) this.#takenBack({ batch, runId });
    return asked;
  }

  /** A reject counts as a pass again until the cloud has spoken. */
  #takenBack(work: Pick<CloudWork, 'batch' | 'runId'>): void {
    this.#pulls.remove(work.runId);
    this.#setting.reopened(work, false);
    this.#setting.changed();
  }

  #troubled({ work, last }: CloudStanding, why: Failure): void {
    const { trouble, reopened } = this.#setting;
    if (last.state !== 'rejected') {
      trouble(why);
      return;
    }
    reopened(work, true);
    this.#pulls.add({ work, last });
  }
}
