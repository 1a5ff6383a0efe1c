import type { CloudStanding, CloudState, CloudStep, CloudWork } from '../domain/cloud-work.ts';
import type { Failure } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';

/**
 * A unit in the outbox. `work` and `last` are what the record says; the rest is when to do what next, and is made anew at every start:
 * losing it costs a request, never a unit.
 */
export class QueuedUnit {
  readonly work: CloudWork;
  last: CloudStep;
  /** When it came into this outbox, on the monotonic clock; all times below likewise. */
  readonly sinceMs: number;
  /** When its import was last answered; undefined while it has not been asked for. */
  askedAtMs: number | undefined;
  /** Not to be asked about its membership before this. */
  membershipDueMs = 0;
  /** How often its membership was looked for in vain. */
  misses = 0;
  /** How often the cloud refused it, alone and without a reason that names it. */
  refusals = 0;
  /** Not to be looked at its SIM before this. */
  simDueMs = 0;
  simLooks = 0;
  /** The product was seen without the SIM: a removable one must be imported. */
  isSimAbsent = false;
  /**
   * Its SIM is not to be imported before this: who finds a unit in the product already leaves that to whoever added it, so that two
   * stations that built one unit do not both import its SIM.
   */
  mayImportAtMs = 0;
  /** How often it was found that somebody else is importing its SIM. */
  simHolds = 0;
  isDescribed: boolean;

  constructor({ work, last }: CloudStanding, nowMs: number) {
    this.work = work;
    this.last = last;
    this.sinceMs = nowMs;
    this.isDescribed = work.name === undefined && work.groups === undefined;
  }

  get state(): CloudState {
    return this.last.state;
  }

  get deviceId(): string {
    return this.work.deviceId;
  }

  /** When the import of its SIM was asked for, by the run itself or by the outbox. */
  get simImportAskedAt(): string | undefined {
    return this.last.simImportAskedAt ?? this.work.simImportAskedAt;
  }

  /** The next step of its record; what is carried along is carried along. */
  step(
    state: CloudState,
    at: Date,
    more: { readonly isDone?: boolean; readonly failure?: Failure; readonly evidence?: JsonObject } & Partial<
      Pick<CloudStep, 'event' | 'simImportAskedAt' | 'simSince'>
    > = {},
  ): CloudStep {
    const { simSince } = this.last;
    const { simImportAskedAt } = this;
    return {
      runId: this.work.runId,
      at: at.toISOString(),
      state,
      isDone: false,
      ...(simImportAskedAt === undefined ? {} : { simImportAskedAt }),
      ...(simSince === undefined ? {} : { simSince }),
      ...more,
    };
  }
}
