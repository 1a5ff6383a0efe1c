import { randomUUID } from 'node:crypto';
import type { CloudWork } from '../domain/cloud-work.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { FAILURES } from '../domain/failure-codes.ts';
import { type Label, toRecordedLabel } from '../domain/label.ts';
import type { RunBegun, RunEnded, StepRecord } from '../domain/run-record.ts';
import type { ProgressView } from '../domain/snapshot.ts';
import { type Recipe, recordedRecipe } from '../firmware/recipe.ts';
import type { Ports } from '../ports/ports.ts';
import { buildUnit } from '../procedure/build-unit.ts';
import { type RunVerdict, runProcedure } from '../procedure/run-procedure.ts';
import { followUnit, type UnitPresence } from '../procedure/unit-presence.ts';
import { cloudWorkOf } from './cloud-work-of.ts';
import { summaryOf } from './unit-summary.ts';

/** What to build: this label, in this slot, by this recipe. */
export type RunOrder = {
  readonly label: Label;
  readonly slot: { readonly name: string; readonly portPath: string };
  readonly recipe: Recipe;
  readonly batch: string;
  /** The earlier run this one reworks. */
  readonly reworkOf?: string;
  /** QA: flash everything, whatever the unit already holds. */
  readonly isFull?: boolean;
};

/** What every run of a station has in common. */
export type RunSetting = {
  readonly ports: Ports;
  readonly station: string;
  readonly virtual: boolean;
  readonly appVersion: string;
  /** How many times faster than real time the line is; 1 for hardware. */
  readonly speed: number;
  /** Share of the procedure's time budgets; 1 for hardware. */
  readonly patience: number;
  /** The carton that passed units go into now; undefined where the line does not count cartons. */
  readonly carton?: () => string | undefined;
  /** The cloud's own time, where it is known. */
  readonly cloudTime?: (() => Date | undefined) | undefined;
  /** How many slots flash at once; absent: all. `onWait` is told when the turn does not come at once. */
  readonly flashTurn?: (portPath: string, signal: AbortSignal, onWait: () => void) => Promise<() => void>;
};

/** Hears of a run as it goes; what it is told has already been written down. */
export type RunObserver = {
  readonly step: (step: string, attempt: number) => void;
  readonly recorded: (record: StepRecord) => void;
  readonly progress: (progress: ProgressView) => void;
  /** The run waits for its turn to flash, or waits no longer. */
  readonly waiting: (isWaiting: boolean) => void;
  /** The unit passed, and what the cloud has to do for it is on record. */
  readonly passed: (work: CloudWork) => void;
};

/**
 * Begins a run: on disk first. Throws `audit/write-failed` when that is not possible, and then nothing has been touched.
 */
export function beginRun(order: RunOrder, setting: RunSetting): RunBegun {
  const begun: RunBegun = {
    runId: randomUUID(),
    at: new Date().toISOString(),
    station: setting.station,
    virtual: setting.virtual,
    slot: order.slot.name,
    batch: order.batch,
    label: toRecordedLabel(order.label),
    recipe: recordedRecipe(order.recipe),
    procedure: { id: buildUnit.id, version: buildUnit.version },
    appVersion: setting.appVersion,
    ...(order.reworkOf === undefined ? {} : { reworkOf: order.reworkOf }),
  };
  setting.ports.audit.beginRun(begun);
  return begun;
}

/**
 * Builds one unit: walks the procedure, writes every step as it ends, and the verdict last. Only then does it resolve, so a screen
 * that shows PASS shows something that is on disk. Never rejects: a verdict that could not be written is an ERROR.
 */
export async function runUnit(
  begun: RunBegun,
  order: RunOrder,
  setting: RunSetting,
  stop: AbortSignal,
  observer: RunObserver,
): Promise<RunEnded> {
  const { ports } = setting;
  const startedMs = performance.now();
  const steps: StepRecord[] = [];
  const verdict = await walk(begun, order, setting, stop, { steps, observer });
  const ended: RunEnded = {
    runId: begun.runId,
    at: new Date().toISOString(),
    durationMs: Math.round(performance.now() - startedMs),
    outcome: verdict.outcome,
    ...(verdict.failure === undefined ? {} : { failure: verdict.failure }),
    unit: summaryOf(steps),
  };
  const cloudAt = setting.cloudTime?.()?.toISOString();
  const more = { at: ended.at, cloudAt, carton: setting.carton?.(), steps };
  const work = ended.outcome === 'PASS' ? cloudWorkOf(begun, order.recipe, verdict.facts, more) : undefined;
  try {
    ports.audit.endRun(ended, work);
    if (work !== undefined) observer.passed(work);
    return ended;
  } catch (thrown) {
    return { ...ended, outcome: 'ERROR', failure: failureOf(thrown) };
  }
}

/** Follows the slot's port and walks the procedure; each step's record goes to disk, then to `steps`, then to the observer. */
async function walk(
  begun: RunBegun,
  order: RunOrder,
  setting: RunSetting,
  stop: AbortSignal,
  { steps, observer }: { readonly steps: StepRecord[]; readonly observer: RunObserver },
): Promise<RunVerdict> {
  const { ports } = setting;
  let presence: UnitPresence;
  try {
    presence = followUnit(ports.bus, order.slot.portPath);
  } catch (thrown) {
    const found = failureOf(thrown);
    return { outcome: FAILURES[found.code].outcome, failure: found, facts: {} };
  }
  const turns = turnsOf(order, setting, observer);
  const verdict = await runProcedure(buildUnit, {
    context: {
      ports,
      recipe: order.recipe,
      slot: order.slot,
      batch: order.batch,
      isRework: order.reworkOf !== undefined,
      isFull: order.isFull ?? false,
      cloudTime: setting.cloudTime,
      flashTurn: turns.take,
      label: order.label,
      presence,
      progress: observer.progress,
    },
    stop,
    speed: setting.speed,
    patience: setting.patience,
    now: () => new Date(),
    onStep: observer.step,
    onRecord: (record) => {
      ports.audit.addStep(begun.runId, record);
      steps.push(record);
      observer.recorded(record);
    },
  });
  turns.end();
  presence.end();
  return verdict;
}

/**
 * The turns one run takes. A step gives its turn back by itself; `end` gives back what a step left, and what comes too late for it, so
 * that no run that hung or was stopped in the wrong moment keeps the others from flashing.
 */
function turnsOf({ slot }: RunOrder, { flashTurn }: RunSetting, { waiting }: RunObserver) {
  const held = new Set<() => void>();
  const isOver = new AbortController();
  return {
    take: async (signal: AbortSignal): Promise<() => void> => {
      if (flashTurn === undefined) return () => {};
      let hasWaited = false;
      try {
        const giveBack = await flashTurn(slot.portPath, AbortSignal.any([signal, isOver.signal]), () => {
          hasWaited = true;
          waiting(true);
        });
        if (isOver.signal.aborted) giveBack();
        else held.add(giveBack);
        return () => {
          held.delete(giveBack);
          giveBack();
        };
      } finally {
        if (hasWaited) waiting(false);
      }
    },
    end: (): void => {
      isOver.abort(new StationError('run/aborted', 'The run is over.'));
      for (const giveBack of held) giveBack();
    },
  };
}
