import type { FailureCode } from '../../src-main/domain/failure-codes.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { SlotHealth } from '../../src-main/domain/slot-health.ts';
import type { LearningSlot } from '../../src-main/domain/snapshot.ts';
import type { StepId } from '../../src-main/domain/step-id.ts';
import type { CloudWords } from './cloud-words.ts';

/** Everything a person reads on the screens, in one language. A missing entry does not compile. */
export type Dictionary = {
  /** The language in its own words, for the menu. */
  readonly language: string;
  /** What Intl formats dates and numbers with. */
  readonly locale: string;
  readonly words: Words;
  /** The one big word on a slot. */
  readonly verdicts: Readonly<Record<Outcome, string>>;
  /** A step that is not in this list shows its own English title. */
  readonly steps: Readonly<Record<StepId, string>>;
  readonly faults: Readonly<Record<RehearsalFault, string>>;
  readonly failures: FailureSentences;
};

/** For each code, what the operator is told and what to do next. */
export type FailureSentences = Readonly<Record<FailureCode, { readonly operator: string; readonly next: string }>>;

/** The faults offered for a rehearsal, by the names of the virtual unit; one that is not in this list shows its own name. */
export type RehearsalFault =
  | 'no-sim'
  | 'iccid-late'
  | 'modem-dead'
  | 'silent'
  | 'garbled-console'
  | 'protected'
  | 'dfu-not-entered'
  | 'dfu-error-write'
  | 'unplug-at-byte'
  | 'flip-bit'
  | 'no-return'
  | 'wrong-version-after-restart'
  | 'different-unit-after-restart';

export type Words = OperatorWords & RecordWords & SlotWords & CloudWords;

type OperatorWords = {
  readonly line: string;
  readonly records: string;
  readonly printedCodes: string;
  readonly batch: string;
  readonly chooseLanguage: string;
  readonly soundOn: string;
  readonly soundOff: string;
  readonly virtualLine: string;
  readonly virtualLineMeans: string;
  readonly connecting: string;
  readonly connectionLost: string;
  readonly connectionLostMeans: string;
  readonly accessRefused: string;
  readonly accessRefusedMeans: string;
  readonly pageFault: string;
  readonly stationFault: string;
  readonly slot: (slot: string) => string;
  readonly scanLabel: string;
  readonly scanLabelOfThisUnit: string;
  readonly putUnitIn: string;
  readonly leaveUnitIn: string;
  readonly takeUnitOut: string;
  readonly scanNextUnit: string;
  readonly scanGoesHere: string;
  readonly lastUnit: string;
  readonly rework: string;
  readonly stepOf: (step: number, steps: number) => string;
  readonly erasing: string;
  readonly writing: string;
  readonly reading: string;
  readonly bytesOf: (done: string, total: string) => string;
  readonly stop: string;
  readonly pressAgainToStop: string;
  readonly stopping: string;
  readonly scanRefused: string;
  readonly notDone: string;
  readonly rehearsal: string;
  readonly plugIn: string;
  readonly pullOut: string;
  readonly scanItsLabel: string;
  readonly newUnit: string;
  readonly fault: string;
  readonly noFault: string;
  /** For the state of a step, read out and shown beside its sign. */
  readonly stepStates: Readonly<Record<'waiting' | 'running' | 'passed' | 'failed' | 'error' | 'aborted', string>>;
};

type RecordWords = {
  readonly searchPlaceholder: string;
  readonly search: string;
  readonly day: string;
  readonly outcome: string;
  readonly anyOutcome: string;
  readonly anyBatch: string;
  readonly clear: string;
  readonly runsFound: (runs: number) => string;
  readonly noRuns: string;
  readonly runUnfinished: string;
  readonly back: string;
  readonly label: string;
  readonly unit: string;
  readonly steps: string;
  readonly attempt: (attempt: number) => string;
  readonly learnt: string;
  readonly evidence: string;
  readonly noEvidence: string;
  readonly forEngineer: string;
  readonly reworkOf: string;
  readonly virtualRun: string;
  readonly recipe: string;
  readonly product: string;
  readonly station: string;
  readonly run: string;
  readonly deviceId: string;
  readonly serialNumber: string;
  readonly platform: string;
  readonly membership: string;
  readonly productBinary: string;
  readonly modules: string;
  readonly flashAgain: string;
  readonly flashAgainMeans: string;
  readonly slotBusy: string;
  readonly cancel: string;
  readonly export: string;
  readonly exportMeans: string;
  readonly exportNeedsFilter: string;
  readonly exported: (runs: number) => string;
  readonly verifyAudit: string;
  readonly auditIntact: (entries: number) => string;
  readonly auditDamaged: string;
  readonly openBatch: string;
  readonly batchName: string;
  readonly batchNameRule: string;
  readonly batchOpened: (name: string) => string;
  readonly working: string;
  readonly printedCodesMeans: string;
  readonly print: string;
};

export type SlotWords = {
  readonly slots: string;
  readonly noPort: string;
  readonly waitsForTurn: string;
  /** On the card of a slot that makes rejects; without shouting. */
  readonly checkSlot: string;
  readonly checkCable: string;
  readonly teachSlots: string;
  readonly teachSlotsMeans: string;
  readonly teachThisSlot: string;
  readonly forgetPort: string;
  readonly pressAgainToForget: string;
  readonly plugIntoSlot: (slot: string) => string;
  readonly plugIntoSlotMeans: string;
  readonly everySlotHadItsTurn: string;
  readonly saveMeans: string;
  readonly undoLast: string;
  readonly skipSlot: string;
  readonly savePorts: string;
  /** For screen readers: what became of a slot in the teaching. */
  readonly learningStates: Readonly<Record<LearningSlot['state'], string>>;
  readonly flashesOnStation: string;
  readonly flashesPerHub: string;
  readonly noLimit: string;
  readonly healthVerdicts: Readonly<Record<SlotHealth['verdict'], string>>;
  /** `times` as a number in the language: how much longer than in the other slots. */
  readonly healthSlow: (times: string) => string;
  readonly healthSlowSwitch: (times: string) => string;
  readonly healthStalls: (count: number) => string;
  readonly healthFailures: (count: number) => string;
  readonly runs: string;
  /** Flash time over the time of the chip alone. */
  readonly pace: string;
  readonly stalls: string;
  readonly retries: string;
  readonly lostConnections: string;
  readonly toUpdateMode: string;
  readonly restart: string;
  readonly writeEverything: string;
  readonly writeEverythingMeans: string;
};
