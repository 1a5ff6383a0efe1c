import type { CommandInput, CommandOutput } from '../contract/contract.ts';
import type { CloudBacklog, CloudStanding, CloudWork } from '../domain/cloud-work.ts';
import { type Failure, failure, type Result } from '../domain/failure.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { OutboxPace } from '../outbox/outbox-pace.ts';
import type { Ports } from '../ports/ports.ts';

export type CloudDeskSetting = {
  readonly ports: Pick<Ports, 'audit' | 'cloud'>;
  readonly batch: string;
  readonly outboxPace?: Partial<OutboxPace> | undefined;
  /** The cloud's own time, where it is known. */
  readonly cloudTime?: (() => Date | undefined) | undefined;
  readonly changed: () => void;
  /** A passed unit became a reject, or, tried again, a pass. */
  readonly reopened: (batch: string, isReject: boolean) => void;
  readonly trouble: (trouble: Failure) => void;
};

type CloudCommandName = 'openCarton' | 'askCloudAgain' | 'hurryCloud';
type CloudCommands = {
  [Name in CloudCommandName]: (input: CommandInput<Name>) => Promise<Result<CommandOutput[Name]>>;
};

/** The station's side of the cloud work: the outbox, the open carton, and what a person is told when a unit is rejected later. */
export class CloudDesk {
  readonly #setting: CloudDeskSetting;
  readonly #outbox: Outbox;
  #batch: string;
  #carton: string | undefined;

  /** Takes up what the record left open. Throws `audit/*` when the record cannot be read. */
  constructor(setting: CloudDeskSetting) {
    this.#setting = setting;
    this.#batch = setting.batch;
    const { ports, batch, outboxPace, cloudTime, changed } = setting;
    const kept = ports.audit.lastNote('carton-opened');
    if (kept?.batch === batch && typeof kept.carton === 'string') this.#carton = kept.carton;
    this.#outbox = new Outbox(batch, {
      audit: ports.audit,
      cloud: ports.cloud,
      ...(outboxPace === undefined ? {} : { pace: outboxPace }),
      ...(cloudTime === undefined ? {} : { cloudTime }),
      changed,
      troubled: (standing, why) => this.#troubled(standing, why),
    });
  }

  get carton(): string | undefined {
    return this.#carton;
  }

  backlog(): CloudBacklog {
    return this.#outbox.backlog();
  }

  add(work: CloudWork): void {
    this.#outbox.add(work);
  }

  /** A carton holds units of one batch, so none is open in the next. */
  openBatch(batch: string): void {
    this.#batch = batch;
    this.#carton = undefined;
    this.#outbox.openBatch(batch);
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
      hurryCloud: async () => {
        this.#outbox.hurry();
        return { ok: true, value: null };
      },
    };
  }

  close(): Promise<void> {
    return this.#outbox.close();
  }

  #askAgain(runId: string): Result<null> {
    const asked = this.#outbox.askAgain(runId);
    const batch = this.#setting.ports.audit.readRun(runId)?.begun.batch;
    if (asked.ok && batch !== undefined) this.#setting.reopened(batch, false);
    return asked;
  }

  #troubled({ work, last }: CloudStanding, why: Failure): void {
    const { trouble, reopened } = this.#setting;
    if (last.state !== 'rejected') {
      trouble(why);
      return;
    }
    reopened(work.batch, true);
    const unit = work.serialNumber ?? work.deviceId;
    const place = work.carton === undefined ? `batch ${work.batch}` : `carton ${work.carton} of batch ${work.batch}`;
    const detail = `${unit} passed and is in ${place}; the cloud rejected it: ${why.detail}`;
    const { runId, batch, carton = null } = work;
    trouble(failure('cloud/rejected-later', detail, { runId, code: why.code, unit, batch, carton }));
  }
}
