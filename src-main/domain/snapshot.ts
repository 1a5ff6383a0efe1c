import type { CloudBacklog } from './cloud-work.ts';
import type { Failure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { RecordedLabel, RecordedRecipe, UnitSummary } from './run-record.ts';
import type { SlotHealth } from './slot-health.ts';

/**
 * Everything the screens show, whole, at one moment. The first one arrives on subscribing, so a window opened late or
 * reloaded shows the truth; there are no deltas. Plain JSON.
 */
export type Snapshot = {
  readonly station: {
    readonly name: string;
    readonly appVersion: string;
    /** A virtual line: a banner says so on every screen, and nothing built counts. */
    readonly virtual: boolean;
    readonly batch: string;
    /** The carton that passed units go into now; absent where none is open. */
    readonly carton?: string;
    readonly procedure: readonly StepTitle[];
  };
  readonly slots: readonly SlotView[];
  /** Present while the slots are being taught their USB ports. */
  readonly learning?: LearningView;
  /** How many units are flashed at once; an absent member is no limit. */
  readonly flashLimit: FlashLimit;
  /** Counts of the open batch: runs by outcome. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /** What the cloud still has to do, of all units of this station. */
  readonly cloud: CloudBacklog;
  /** The last scan and what became of it; a refused scan shows its failure until the next one. */
  readonly lastScan?: ScanView;
  /** Faults of the station itself, newest first: USB rights, recipe, audit. */
  readonly troubles: readonly Failure[];
  /** Present on a virtual line only: the shelf of units one can plug in. */
  readonly bench?: readonly VirtualUnitView[];
  /** Present on a virtual line only: the faults a virtual unit can be given, by name, without `none`. */
  readonly benchFaults?: readonly string[];
};

/** How many flashes go on at once: on the whole station, and behind one hub. */
export type FlashLimit = { readonly station?: number; readonly perHub?: number };

/** A round of teaching: one unit is plugged into one slot after the other. */
export type LearningView = {
  /** The slot that a unit is plugged into next; absent once every slot has had its turn. */
  readonly present?: string;
  readonly slots: readonly LearningSlot[];
  /** Why the last unit taught nothing; until the next one. */
  readonly refused?: Failure;
};

export type LearningSlot = {
  readonly slot: string;
  readonly state: 'waiting' | 'present' | 'learnt' | 'skipped';
  /** The port as it will be kept: the new one of a learnt slot, the earlier one, if any, of every other. */
  readonly portPath?: string;
};

export type StepTitle = { readonly id: string; readonly title: string };

export type SlotView = {
  readonly slot: string;
  /** The USB port of the slot; absent until the slot is taught. */
  readonly portPath?: string;
  readonly recipe: RecordedRecipe;
  /** What is plugged into the slot now. */
  readonly unit?: {
    readonly mode: 'normal' | 'dfu';
    readonly platform: string;
    /** The verdict of the slot's last run is about this very unit; false for a unit that has had none. */
    readonly hasVerdict: boolean;
  };
  /** The run going on, or the last one: its verdict stays until the next unit. */
  readonly run?: RunView;
  /** What the last runs say of cable, hub and port. */
  readonly health: SlotHealth;
};

export type RunView = {
  readonly runId: string;
  readonly label: RecordedLabel;
  readonly startedAt: string;
  readonly reworkOf?: string;
  readonly steps: readonly StepView[];
  readonly progress?: ProgressView;
  /** The unit is ready to be flashed and waits until fewer others are. */
  readonly isWaitingForTurn?: boolean;
  /** Present once the run has ended and is on disk. */
  readonly ended?: {
    readonly outcome: Outcome;
    readonly failure?: Failure;
    readonly durationMs: number;
    readonly unit: UnitSummary;
    /** The carton that a passed unit was counted into; it stays this one when another is opened. */
    readonly carton?: string;
  };
};

export type StepView = {
  readonly step: string;
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'error' | 'aborted';
  readonly attempt: number;
  readonly startedAt?: string;
  readonly durationMs?: number;
};

export type ProgressView = {
  readonly what: string;
  readonly phase: 'erase' | 'write' | 'read';
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Over all writes of the run, 0..1, never going back. */
  readonly overall: number;
};

export type ScanView = {
  readonly at: string;
  /** The identifier as recorded; never the mobile secret, never raw text that was not understood. */
  readonly label?: RecordedLabel;
  readonly slot?: string;
  readonly failure?: Failure;
};

export type VirtualUnitView = {
  /** The place on the bench: the slot of this name, unless the slots were taught otherwise. */
  readonly slot: string;
  /** The port that this place's cable leads to. */
  readonly portPath: string;
  readonly platform: string;
  readonly serialNumber: string;
  readonly plugged: boolean;
  readonly fault: string;
};
