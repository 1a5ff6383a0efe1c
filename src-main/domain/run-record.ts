import type { CloudStanding } from './cloud-work.ts';
import type { Failure } from './failure.ts';
import type { Json, JsonObject } from './json.ts';
import type { Outcome } from './outcome.ts';

/** A scanned label as a record may hold it: what kind of code it was and its identifier. The mobile secret is never in it. */
export type RecordedLabel = {
  readonly kind: 'serial-number' | 'device-id' | 'iccid' | 'imei';
  readonly value: string;
};

/** What a run was asked to do; on disk before the unit is touched. All values JSON, times ISO 8601 UTC. */
export type RunBegun = {
  readonly runId: string;
  readonly at: string;
  readonly station: string;
  /** True when the unit, the line or the cloud is virtual: such a run never counts as production. */
  readonly virtual: boolean;
  readonly slot: string;
  readonly batch: string;
  readonly label: RecordedLabel;
  readonly recipe: RecordedRecipe;
  readonly procedure: { readonly id: string; readonly version: number };
  readonly appVersion: string;
  /** The earlier run this one reworks, when QA re-flashes a reject. */
  readonly reworkOf?: string;
};

/** The recipe as the record pins it. */
export type RecordedRecipe = {
  readonly name: string;
  readonly sha256: string;
  readonly productId: number;
  readonly productVersion: number;
  readonly platform: string;
  readonly deviceOs: string;
  readonly applicationSha256: string;
};

/** One attempt of one step, written as it ends. Each attempt has a record of its own. */
export type StepRecord = {
  readonly step: string;
  readonly attempt: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly verdict: Outcome;
  readonly failure?: Failure;
  /** The facts this step learnt, in JSON. */
  readonly learnt?: JsonObject;
  /** What was measured or seen on the way: answers, transcripts, timings. */
  readonly evidence?: JsonObject;
};

/** What is known of the unit when the run ends. Every field is absent until a step learnt it. */
export type UnitSummary = {
  readonly deviceId?: string;
  readonly serialNumber?: string;
  readonly platform?: string;
  readonly deviceOs?: string;
  readonly imei?: string;
  readonly iccid?: string;
  readonly modules?: Json;
  readonly productBinarySha256?: string;
  readonly membership?: string;
  readonly sim?: string;
};

/** The verdict on a run; written once, last. */
export type RunEnded = {
  readonly runId: string;
  readonly at: string;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly failure?: Failure;
  readonly unit: UnitSummary;
};

/** A whole run as it is read back from the audit log. `ended` is absent while it goes on, or after a crash. */
export type RunRecord = {
  readonly begun: RunBegun;
  readonly steps: readonly StepRecord[];
  readonly ended?: RunEnded;
  /** How far the cloud is with the unit; absent for a run that did not pass, or passed before there was an outbox. */
  readonly cloud?: CloudStanding;
};
