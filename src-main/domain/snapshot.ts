import type { Failure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { RecordedLabel, RecordedRecipe, UnitSummary } from './run-record.ts';

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
    readonly procedure: readonly StepTitle[];
  };
  readonly slots: readonly SlotView[];
  /** Counts of the open batch: runs by outcome. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /** The last scan and what became of it; a refused scan shows its failure until the next one. */
  readonly lastScan?: ScanView;
  /** Faults of the station itself, newest first: USB rights, recipe, audit. */
  readonly troubles: readonly Failure[];
  /** Present on a virtual line only: the shelf of units one can plug in. */
  readonly bench?: readonly VirtualUnitView[];
  /** Present on a virtual line only: the faults a virtual unit can be given, by name, without `none`. */
  readonly benchFaults?: readonly string[];
};

export type StepTitle = { readonly id: string; readonly title: string };

export type SlotView = {
  readonly slot: string;
  readonly portPath: string;
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
};

export type RunView = {
  readonly runId: string;
  readonly label: RecordedLabel;
  readonly startedAt: string;
  readonly reworkOf?: string;
  readonly steps: readonly StepView[];
  readonly progress?: ProgressView;
  /** Present once the run has ended and is on disk. */
  readonly ended?: {
    readonly outcome: Outcome;
    readonly failure?: Failure;
    readonly durationMs: number;
    readonly unit: UnitSummary;
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
  readonly slot: string;
  readonly platform: string;
  readonly serialNumber: string;
  readonly plugged: boolean;
  readonly fault: string;
};
