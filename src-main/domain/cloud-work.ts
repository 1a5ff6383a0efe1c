import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { ActivationClass } from './sku-table.ts';

/**
 * How far the cloud is with a unit that passed. Each is proven by what was read back from the cloud, never by the answer to a change:
 *
 *   built --> in-product --> sim-pending --> sim-active
 *     |           |               |
 *     +-----------+---------------+--> rejected
 *
 * A unit without a SIM in its recipe is done when it is in the product. A rejected unit may be tried again, and is `built` then.
 */
export const CLOUD_STATES = ['built', 'in-product', 'sim-pending', 'sim-active', 'rejected'] as const;
export type CloudState = (typeof CLOUD_STATES)[number];

/** What the cloud has to do for one unit; in the record together with the verdict PASS of its run. Plain JSON. */
export type CloudWork = {
  readonly runId: string;
  /** When the run passed, ISO 8601 UTC by the station's clock. */
  readonly at: string;
  readonly productId: number;
  readonly deviceId: string;
  readonly batch: string;
  /** The carton the unit was put into; absent where the line does not count cartons. */
  readonly carton?: string;
  readonly serialNumber?: string;
  readonly sim?: WorkSim;
  /** E-mail of the user it is claimed for; absent: it stays unclaimed, as it should (cloud-api.md R6). */
  readonly claimUser?: string;
  readonly name?: string;
  readonly groups?: readonly string[];
  /** Present where the recipe wants to know when the unit first came online. */
  readonly online?: {
    readonly productVersion: number;
    readonly withinHours: number;
    /** When the run passed by the cloud's clock; absent where the station had not heard the cloud's time. */
    readonly since?: string;
  };
  /** When the run itself asked for the import of a removable SIM; absent when it did not. */
  readonly simImportAskedAt?: string;
  /** How far the run itself got before it ended, proven, and whether that was all there is to do. */
  readonly reached: CloudState;
  readonly isDone: boolean;
};

export type WorkSim = {
  readonly iccid: string;
  /** A removable SIM needs an import of its own (cloud-api.md R23). */
  readonly form: 'embedded' | 'removable';
  readonly activation: ActivationClass;
};

/** One thing that became known of a unit's cloud work; written before anything follows from it. Plain JSON. */
export type CloudStep = {
  readonly runId: string;
  readonly at: string;
  readonly state: CloudState;
  /** Nothing is left to do. */
  readonly isDone: boolean;
  /** Why it was rejected, or why the SIM is overdue. */
  readonly failure?: Failure;
  /** `sim-overdue`: past the limit of its class (cloud-api.md R27). `asked-again`: a person had a rejected unit tried again. `pulled`: it was taken out of its carton. */
  readonly event?: 'sim-overdue' | 'asked-again' | 'pulled';
  /**
   * When the import of the SIM was asked for; written before the request goes out, because what a second import costs nobody has
   * verified (2.8.1), and carried along in every later step. By the cloud's clock where that is known, ISO 8601 UTC.
   */
  readonly simImportAskedAt?: string;
  /** Since when the SIM is known to be on its way, by the cloud's clock where that is known; carried along likewise. */
  readonly simSince?: string;
  readonly evidence?: JsonObject;
};

/** When and with what a unit first came online, or that it did not in time. Plain JSON. */
export type OnlineProof = {
  readonly runId: string;
  readonly at: string;
  /**
   * `late`: the cloud had never heard of it when its time was over. That stays when it comes online afterwards with the right version; then
   * a second proof says when.
   */
  readonly verdict: 'online' | 'late' | 'wrong-version';
  /** When the cloud first heard of it, ISO 8601 UTC; where only a list told, it may have been earlier. */
  readonly firstOnlineAt?: string;
  readonly productVersion?: number;
};

/** Whether a proof says when the unit was online; the first one of a late unit does not. */
export function wasSeenOnline({ verdict, firstOnlineAt }: Pick<OnlineProof, 'verdict' | 'firstOnlineAt'>): boolean {
  return verdict !== 'late' || firstOnlineAt !== undefined;
}

/** The cloud's side of a run as the record tells it now. */
export type CloudStanding = {
  readonly work: CloudWork;
  readonly last: CloudStep;
  readonly online?: OnlineProof;
};

/** What a screen shows of the cloud work of the whole station. */
export type CloudBacklog = {
  /** Units whose cloud work is not done. */
  readonly open: number;
  /** Of these, units that are not in the product yet. */
  readonly notInProduct: number;
  /** When the oldest of them passed, ISO 8601 UTC; absent when there is none. */
  readonly oldestAt?: string;
  /** Units of the open batch, by state. */
  readonly batch: Readonly<Record<CloudState, number>>;
  /** Units that are still to come online; absent where no recipe asks for it. */
  readonly awaitedOnline?: number;
  /** Units of the open batch that came online late or with another firmware; absent likewise. */
  readonly onlineProblems?: number;
  /** Why nothing goes on at present; absent while it does. */
  readonly held?: Failure;
};
