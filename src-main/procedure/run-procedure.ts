import { type Failure, failure, failureOf, StationError } from '../domain/failure.ts';
import { FAILURES } from '../domain/failure-codes.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Outcome, worse } from '../domain/outcome.ts';
import type { StepRecord } from '../domain/run-record.ts';
import type { Facts } from './facts.ts';
import type { AnyStep, Procedure, StepContext, StepResult } from './procedure.ts';
import { type Deadline, endSoonAfterAbort, startDeadline, waitUntil } from './time.ts';

/** What the runner needs besides the procedure: the context of its steps, and where the records go. */
export type RunOptions = {
  readonly context: Omit<StepContext, 'signal' | 'sleep' | 'budget'>;
  /** Aborted by the operator's stop; its reason is a StationError. */
  readonly stop: AbortSignal;
  /** How many times faster than real time the line is (1 for hardware). */
  readonly speed: number;
  /** Share of the time budgets that this line needs; 1 for hardware, less for rehearsals that must not wait for the dead. */
  readonly patience: number;
  readonly now: () => Date;
  /** Called as a step begins. */
  readonly onStep: (step: string, attempt: number) => void;
  /** Called as a step ends, before anything else happens; what it throws ends the run as an ERROR. */
  readonly onRecord: (record: StepRecord) => void;
};

export type RunVerdict = {
  readonly outcome: Outcome;
  readonly failure?: Failure;
  readonly facts: Partial<Facts>;
};

/**
 * Walks a procedure: run, judge, record, stop at the first step that does not pass, tear down, judge the whole. It has no
 * state of its own: four slots are four calls. It never rejects. A run passes only if every step of the procedure passed and
 * every fact the verdict needs is there; everything else is FAIL, ERROR or ABORTED.
 */
export async function runProcedure(procedure: Procedure, options: RunOptions): Promise<RunVerdict> {
  let facts: Partial<Facts> = {};
  let outcome: Outcome = 'PASS';
  let first: Failure | undefined;
  const started: AnyStep[] = [];
  const judge = (found: Failure): void => {
    outcome = worse(outcome, FAILURES[found.code].outcome);
    first ??= found;
  };

  for (const step of procedure.steps) {
    started.push(step);
    const result = await attemptStep(step, facts, options);
    if (!result.ok) {
      judge(result.failure);
      break;
    }
    facts = { ...facts, ...(result.facts as Partial<Facts>) };
  }

  for (const found of await tearDown(started, options)) judge(found);

  if (outcome === 'PASS') {
    const missing = procedure.verdictNeeds.filter((name) => facts[name] === undefined);
    if (procedure.steps.length === 0 || missing.length > 0) {
      judge(failure('run/incomplete', `No verdict without ${missing.join(', ') || 'any step'}.`));
    }
  }
  return first === undefined ? { outcome, facts } : { outcome, failure: first, facts };
}

/** Tries a step as often as it allows; every try is recorded. */
async function attemptStep(step: AnyStep, facts: Partial<Facts>, options: RunOptions): Promise<StepResult<object>> {
  const attempts = step.attempts ?? 1;
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(step, attempt, facts, options);
    const mayRetry = !result.ok && attempt < attempts && step.retryOn?.includes(result.failure.code);
    if (!mayRetry || isLost(options)) return result;
  }
}

function isLost(options: RunOptions): boolean {
  return options.stop.aborted || options.context.presence.lost.aborted;
}

async function runOnce(
  step: AnyStep,
  attempt: number,
  facts: Partial<Facts>,
  options: RunOptions,
): Promise<StepResult<object>> {
  const startedAt = options.now();
  const startedMs = performance.now();
  const budgetMs = step.timeoutMs * options.patience;
  const deadline = startDeadline(budgetMs, () => {
    const code = step.silenceIs ?? 'run/timeout';
    return new StationError(code, `The step ${step.id} did not end within ${budgetMs / 1000} s.`);
  });
  const signal = AbortSignal.any([options.stop, options.context.presence.lost, deadline.signal]);
  let result: StepResult<object>;
  try {
    options.onStep(step.id, attempt);
    signal.throwIfAborted();
    const context = { ...contextOf(options, signal), flashTurn: offTheClock(options.context.flashTurn, deadline) };
    const running: Promise<StepResult<object>> = step.run(facts, context);
    result = complete(step, await endSoonAfterAbort(running, signal, GRACE_MS));
    // A stop or a lost unit outranks whatever the step still managed to answer (ABORTED beats ERROR beats FAIL beats PASS).
    if (isLost(options)) result = overruled(result, signal.reason);
  } catch (thrown) {
    result = { ok: false, failure: failureOf(signal.aborted ? signal.reason : thrown) };
  } finally {
    deadline.end();
  }
  const record = recordOf(step.id, attempt, startedAt, performance.now() - startedMs, result);
  try {
    options.onRecord(record);
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown) };
  }
  return result;
}

/** Waiting until fewer slots flash is nobody's fault, so it does not use up the step's time. */
function offTheClock(flashTurn: StepContext['flashTurn'], deadline: Deadline): StepContext['flashTurn'] {
  return async (signal) => {
    deadline.pause();
    try {
      return await flashTurn(signal);
    } finally {
      deadline.resume();
    }
  };
}

/** What a step answered in the moment its signal aborted: the abort decides, the evidence stays. */
function overruled({ evidence }: StepResult<object>, reason: unknown): StepResult<object> {
  return { ok: false, failure: failureOf(reason), ...(evidence === undefined ? {} : { evidence }) };
}

/** A step that claims to have passed without giving what it declared has not passed. */
function complete(step: AnyStep, result: StepResult<object>): StepResult<object> {
  if (!result.ok) return result;
  const given = result.facts as Readonly<Record<string, unknown>>;
  const missing = (step.gives as readonly string[]).filter((name) => given[name] === undefined);
  if (missing.length === 0) return result;
  return { ok: false, failure: failure('run/incomplete', `The step ${step.id} did not give ${missing.join(', ')}.`) };
}

/** Tears down newest first, as one record; a fault in it is returned, never swallowed, and never improves the outcome. */
async function tearDown(started: readonly AnyStep[], options: RunOptions): Promise<Failure[]> {
  const startedAt = options.now();
  const startedMs = performance.now();
  const faults: Failure[] = [];
  const learnt: Record<string, JsonObject> = {};
  for (const step of started.toReversed()) {
    if (step.teardown === undefined) continue;
    const signal = AbortSignal.timeout(TEARDOWN_MS);
    try {
      const seen = await waitUntil(step.teardown(contextOf(options, signal)), signal);
      if (seen !== undefined) learnt[step.id] = seen;
    } catch (thrown) {
      // The unit may be gone or dead, which is why there is a teardown: said in the record, but no verdict of its own.
      learnt[step.id] = { notDone: failureOf(thrown).detail };
    }
  }
  try {
    options.onStep('teardown', 1);
    options.onRecord(
      recordOf('teardown', 1, startedAt, performance.now() - startedMs, { ok: true, facts: {}, learnt }),
    );
  } catch (thrown) {
    faults.push(failureOf(thrown));
  }
  return faults;
}

const TEARDOWN_MS = 5000;
/** Less than this is not waited on any line: a busy PC may need it to start a program. */
const SHORTEST_BUDGET_MS = 4000;
/** How long an aborted step may take to clean up (end a child process, close a port) before the run goes on without it. */
const GRACE_MS = 10_000;

function contextOf(options: RunOptions, signal: AbortSignal): StepContext {
  return {
    ...options.context,
    signal,
    budget: (milliseconds) => Math.max(milliseconds * options.patience, Math.min(milliseconds, SHORTEST_BUDGET_MS)),
    sleep: (milliseconds) => waitUntil(undefined, signal, milliseconds / options.speed),
  };
}

function recordOf(
  step: string,
  attempt: number,
  startedAt: Date,
  elapsedMs: number,
  result: StepResult<object>,
): StepRecord {
  return {
    step,
    attempt,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(elapsedMs),
    verdict: result.ok ? 'PASS' : FAILURES[result.failure.code].outcome,
    ...(result.ok ? { learnt: result.learnt } : { failure: result.failure }),
    ...(result.evidence === undefined ? {} : { evidence: result.evidence }),
  };
}
