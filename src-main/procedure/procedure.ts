import type { Failure } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure-codes.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ProgressView } from '../domain/snapshot.ts';
import type { StepId } from '../domain/step-id.ts';
import type { Recipe } from '../firmware/recipe.ts';
import type { Ports } from '../ports/ports.ts';
import type { Facts } from './facts.ts';
import type { UnitPresence } from './unit-presence.ts';

/** The name of a fact. */
export type FactName = keyof Facts;

/**
 * One step of a procedure, as data. `run` gets the facts it needs and answers with the facts it gives, or with a failure of
 * the table. It throws only when the station could not do its job; the thrown code then decides the outcome.
 */
export type Step<Needs extends FactName = never, Gives extends FactName = never> = {
  /** Stable, stored in records for years. */
  readonly id: StepId;
  /** For the operator, English; the other languages are in the renderer. */
  readonly title: string;
  readonly needs: readonly Needs[];
  readonly gives: readonly Gives[];
  readonly timeoutMs: number;
  /** What it means when time runs out; without it a time-out is an ERROR of the station. */
  readonly silenceIs?: FailureCode;
  /** How often the step is tried in all when it ends with one of `retryOn`; every try has its own record. */
  readonly attempts?: number;
  readonly retryOn?: readonly FailureCode[];
  readonly run: (facts: Pick<Facts, Needs>, context: StepContext) => Promise<StepResult<Pick<Facts, Gives>>>;
  /** Undoes what the step left behind; always runs once the step was started, newest first, whatever the outcome. */
  readonly teardown?: (context: StepContext) => Promise<JsonObject | undefined>;
};

export type StepResult<Given> =
  | { readonly ok: true; readonly facts: Given; readonly learnt: JsonObject; readonly evidence?: JsonObject }
  | { readonly ok: false; readonly failure: Failure; readonly evidence?: JsonObject };

/** What a step may use. Ports and signal are all it has; there is no other way out of a step. */
export type StepContext = {
  readonly ports: Ports;
  readonly recipe: Recipe;
  readonly slot: { readonly name: string; readonly portPath: string };
  readonly batch: string;
  /** Set when this run reworks an earlier one: a unit that passed in this batch may then be built, and its SIM be imported, again. */
  readonly isRework: boolean;
  /** QA: flash everything, whatever the unit already holds. */
  readonly isFull: boolean;
  /** Waits for this slot's turn to flash; the caller must give it back, whatever happens. Rejects with the signal's reason. */
  readonly flashTurn: (signal: AbortSignal) => Promise<() => void>;
  /** The scanned label text, already parsed at the door of the station. */
  readonly label: Facts['label'];
  /** Aborts on the operator's stop, on the step's time-out and when the unit leaves unexpectedly; the reason is a StationError. */
  readonly signal: AbortSignal;
  readonly presence: UnitPresence;
  readonly progress: (progress: ProgressView) => void;
  /** A time budget, given for hardware, on this line: a fast virtual line waits less long for what never comes. */
  readonly budget: (milliseconds: number) => number;
  /** The cloud's own time, where it is known: what is timed over hours goes by it, because this computer's clock may be set. */
  readonly cloudTime?: (() => Date | undefined) | undefined;
  /** Waits, ending early on abort (rejecting with its reason). On a fast virtual line it is as much faster as the line. */
  readonly sleep: (milliseconds: number) => Promise<void>;
};

// biome-ignore lint/suspicious/noExplicitAny: a list of steps forgets which facts each one needs; the builder has checked them
export type AnyStep = Step<any, any>;

/** A checked list of steps. `verdictNeeds` are the facts without which no run of it can pass. */
export type Procedure = {
  readonly id: string;
  readonly version: number;
  readonly steps: readonly AnyStep[];
  readonly verdictNeeds: readonly FactName[];
};

/** The facts without which no unit may ever pass: what runs in it is proven, the product has it, its SIM is accounted for. */
const VERDICT_NEEDS = ['agreement', 'proof', 'sim', 'membership', 'simState'] as const;
type VerdictNeed = (typeof VERDICT_NEEDS)[number];

/**
 * Builds a procedure step by step. The compiler refuses a step whose facts no earlier step gives, and a procedure that could
 * end without the facts a verdict needs.
 */
export class ProcedureBuilder<Have extends FactName = never> {
  readonly #id: string;
  readonly #version: number;
  readonly #steps: readonly AnyStep[];

  constructor(id: string, version: number, steps: readonly AnyStep[] = []) {
    this.#id = id;
    this.#version = version;
    this.#steps = steps;
  }

  /** Adds a step whose needs are all given by the steps before it. */
  step<Needs extends FactName, Gives extends FactName>(
    step: Exclude<Needs, Have> extends never ? Step<Needs, Gives> : never,
  ): ProcedureBuilder<Have | Gives> {
    return new ProcedureBuilder<Have | Gives>(this.#id, this.#version, [...this.#steps, step as AnyStep]);
  }

  /** The finished procedure; compiles only when every fact a verdict needs is given by some step. */
  build(this: VerdictNeed extends Have ? ProcedureBuilder<Have> : never): Procedure {
    const builder = this as ProcedureBuilder<Have>;
    return { id: builder.#id, version: builder.#version, steps: builder.#steps, verdictNeeds: VERDICT_NEEDS };
  }
}
