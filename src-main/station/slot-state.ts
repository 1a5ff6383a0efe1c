import type { FAILURES } from '../domain/failure-codes.ts';
import type { Label } from '../domain/label.ts';
import type { RunBegun, RunEnded, StepRecord } from '../domain/run-record.ts';
import type { SlotHealth } from '../domain/slot-health.ts';
import type { ProgressView, RunView, SlotView, StepView } from '../domain/snapshot.ts';
import { type Recipe, recordedRecipe } from '../firmware/recipe.ts';
import type { UsbUnit } from '../ports/usb-bus.ts';
import { buildUnit } from '../procedure/build-unit.ts';
import { shownDeviceId } from '../procedure/unit-presence.ts';

/**
 * One slot as the station knows it. Changed by the station alone, from bus events and run observers; the screens get `view()`.
 *
 *   empty --unit arrives--> holding --scan--> running --verdict--> finished --unit leaves--> empty (verdict stays)
 *     `------ scan ------------------------------^
 */
export class SlotState {
  readonly name: string;
  /** Undefined until the slot is taught its USB port. */
  portPath: string | undefined;
  readonly recipe: Recipe;
  unit: UsbUnit | undefined;
  label: Label | undefined;
  /** The unit in the slot has had its verdict; a fresh one must replace it before another label is taken. */
  isFinished = false;
  /** The device ID of the last finished unit: when it shows up again (a restart of its own) it is no fresh one. */
  #finishedId: string | undefined;
  stop: AbortController | undefined;
  #run: Omit<RunView, 'steps'> | undefined;
  #steps: readonly StepView[] = [];

  constructor(name: string, portPath: string | undefined, recipe: Recipe) {
    this.name = name;
    this.portPath = portPath;
    this.recipe = recipe;
  }

  get isRunning(): boolean {
    return this.stop !== undefined;
  }

  /** The slot has another port from now on, or none, with this unit in it. What was built here before says nothing of that unit. */
  rebind(portPath: string | undefined, unit: UsbUnit | undefined): void {
    if (portPath === this.portPath) return;
    this.portPath = portPath;
    this.#finishedId = undefined;
    this.isFinished = false;
    this.unit = unit;
  }

  arrived(unit: UsbUnit): void {
    this.unit = unit;
    if (!this.isRunning) this.isFinished = this.#finishedId !== undefined && shownDeviceId(unit) === this.#finishedId;
  }

  removed(address: number): void {
    if (this.unit?.address !== address) return;
    this.unit = undefined;
    if (!this.isRunning) this.isFinished = false;
  }

  began(begun: RunBegun, label: Label, stop: AbortController): void {
    this.stop = stop;
    this.label = label;
    this.isFinished = false;
    this.#steps = buildUnit.steps.map(({ id }) => ({ step: id, state: 'waiting', attempt: 0 }));
    this.#run = {
      runId: begun.runId,
      label: begun.label,
      startedAt: begun.at,
      ...(begun.reworkOf === undefined ? {} : { reworkOf: begun.reworkOf }),
    };
  }

  stepBegan(step: string, attempt: number): void {
    this.#change(step, { state: 'running', attempt, startedAt: new Date().toISOString() });
  }

  stepEnded(record: StepRecord): void {
    this.#change(record.step, {
      state: STEP_STATES[record.verdict],
      attempt: record.attempt,
      startedAt: record.startedAt,
      durationMs: record.durationMs,
    });
    if (this.#run?.progress !== undefined) {
      const { progress: _done, ...rest } = this.#run;
      this.#run = rest;
    }
  }

  progressed(progress: ProgressView): void {
    if (this.#run !== undefined) this.#run = { ...this.#run, progress };
  }

  waitedForTurn(isWaiting: boolean): void {
    if (this.#run === undefined) return;
    const { isWaitingForTurn: _before, ...rest } = this.#run;
    this.#run = isWaiting ? { ...rest, isWaitingForTurn: true } : rest;
  }

  /** `carton` is the one that the passed unit was counted into. */
  ended(ended: RunEnded, carton?: string): void {
    this.stop = undefined;
    this.isFinished = this.unit !== undefined;
    this.#finishedId = ended.unit.deviceId;
    if (this.#run === undefined) return;
    const { outcome, failure, durationMs, unit } = ended;
    const verdict = { outcome, durationMs, unit, ...(failure === undefined ? {} : { failure }) };
    this.#run = { ...this.#run, ended: { ...verdict, ...(carton === undefined ? {} : { carton }) } };
  }

  view(health: SlotHealth): SlotView {
    return {
      slot: this.name,
      ...(this.portPath === undefined ? {} : { portPath: this.portPath }),
      recipe: recordedRecipe(this.recipe),
      ...(this.unit === undefined
        ? {}
        : { unit: { mode: this.unit.mode, platform: this.unit.platform.name, hasVerdict: this.isFinished } }),
      ...(this.#run === undefined ? {} : { run: { ...this.#run, steps: this.#steps } }),
      health,
    };
  }

  #change(step: string, change: Omit<StepView, 'step'>): void {
    this.#steps = this.#steps.map((view) => (view.step === step ? { step, ...change } : view));
  }
}

const STEP_STATES = { PASS: 'passed', FAIL: 'failed', ERROR: 'error', ABORTED: 'aborted' } as const satisfies Record<
  'PASS' | (typeof FAILURES)[keyof typeof FAILURES]['outcome'],
  StepView['state']
>;
