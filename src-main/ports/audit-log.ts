import type { CloudStanding, CloudState, CloudStep, CloudWork, OnlineProof } from '../domain/cloud-work.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { RunBegun, RunEnded, RunRecord, StepRecord } from '../domain/run-record.ts';

/**
 * The local record. Writes are synchronous and durable: when a method returns, the entry survives a power cut (WAL with
 * synchronous=FULL). A write that fails throws StationError `audit/write-failed`; the station then stops, because a unit
 * without a record is worse than a stopped line. Entries are only ever added.
 */
export interface AuditLog {
  beginRun(run: RunBegun): void;
  addStep(runId: string, step: StepRecord): void;
  /** The verdict, and in the same transaction the cloud work of a unit that passed. */
  endRun(ended: RunEnded, work?: CloudWork): void;
  /** What became known of units' cloud work, all in one transaction. Throws `run/bug` for a run without cloud work. */
  addCloudSteps(steps: readonly CloudStep[]): void;
  addOnlineProofs(proofs: readonly OnlineProof[]): void;
  /** Cloud work that is not done, oldest first. */
  openCloudWork(): readonly CloudStanding[];
  /** The cloud's side of ended runs, oldest first; filters combine with AND. */
  cloudStandings(query: CloudQuery): readonly CloudStanding[];
  /** Units of a batch by state. */
  countCloudStates(batch: string): Readonly<Partial<Record<CloudState, number>>>;
  /** Units that are to come online and have not been seen yet, oldest first. */
  awaitedOnline(): readonly CloudStanding[];
  /** Anything else worth keeping: station start and stop, recipe loaded, export made. */
  note(kind: string, body: Readonly<Record<string, unknown>>): void;
  /** The newest note of this kind among the last some hundred thousand entries. */
  lastNote(kind: string): Readonly<Record<string, unknown>> | undefined;
  readRun(runId: string): RunRecord | undefined;
  /** Newest first. `text` matches any identifier exactly or by its last six or more characters; all filters combine with AND. */
  findRuns(query: RunQuery): readonly RunRecord[];
  /** The last ended runs of a slot, virtual or real, newest first, as far as they are among the last some thousand of the log. */
  recentRuns(slot: string, limit: number, isVirtual: boolean): readonly RunRecord[];
  /** Runs begun and not ended: what a crash cut off. */
  unfinishedRuns(): readonly RunBegun[];
  /** The run in which this device ID passed in this batch, if any. */
  passedInBatch(batch: string, deviceId: string): string | undefined;
  /** How many ended runs of a batch had each outcome; outcomes that did not occur may be left out. */
  countOutcomes(batch: string): Readonly<Partial<Record<Outcome, number>>>;
  /** Walks the whole chain. */
  verify(): AuditVerdict;
  close(): void;
}

export type RunQuery = {
  readonly text?: string | undefined;
  readonly batch?: string | undefined;
  /** Local calendar day of the run's beginning, `YYYY-MM-DD`. */
  readonly day?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** Runs whose unit is in this state in the cloud. */
  readonly cloud?: CloudState | undefined;
  readonly limit?: number | undefined;
};

export type CloudQuery = {
  readonly batch?: string | undefined;
  readonly day?: string | undefined;
  readonly state?: CloudState | undefined;
  readonly online?: OnlineProof['verdict'] | undefined;
  readonly limit?: number | undefined;
};

export type AuditVerdict =
  | { readonly intact: true; readonly entries: number; readonly head: string }
  | {
      readonly intact: false;
      readonly entries: number;
      /** One sentence per defect, in order, each naming the entry: changed, missing, reordered, or the page SQLite cannot read. */
      readonly defects: readonly { readonly entry: number | undefined; readonly what: string }[];
    };
