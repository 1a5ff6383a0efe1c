import type { CloudStanding, CloudStep } from '../domain/cloud-work.ts';
import { type Failure, failureOf } from '../domain/failure.ts';
import { Nap } from '../procedure/nap.ts';
import { waitUntil } from '../procedure/time.ts';
import { askForMembership } from './ask-for-membership.ts';
import { describeUnits } from './describe-units.ts';
import type { LaneSetting, Round } from './lane.ts';
import { proveMembership } from './prove-membership.ts';
import { QueuedUnit } from './queued-unit.ts';
import { Takt } from './takt.ts';
import { watchSims } from './watch-sims.ts';

/**
 * The cloud work of one product, one round after the other: ask for what is new, prove what was asked for, import and watch SIMs. A
 * round that fails as a whole (no network, no right, too many requests) holds the lane for a while and is begun again; nothing in it
 * is lost, because only answers move a unit.
 */
export class ProductLane {
  readonly #setting: LaneSetting;
  readonly #pages: Round['pages'] = { devices: undefined, sims: undefined };
  readonly #limit: Round['limit'];
  readonly #takt = new Takt();
  readonly #units = new Map<string, QueuedUnit>();
  readonly #idlers = new Set<() => void>();
  readonly #nap = new Nap();
  #faults = 0;
  /** Units came or finished since the round that goes on took stock. */
  #hasNews = false;
  /** Why nothing goes on at present. */
  held: Failure | undefined;
  /** Resolves when the lane has stopped. */
  readonly ended: Promise<void>;

  constructor(setting: LaneSetting) {
    this.#setting = setting;
    this.#limit = { chunk: setting.pace.chunk };
    this.ended = this.#run();
  }

  add(standing: CloudStanding): void {
    this.#units.set(standing.work.runId, new QueuedUnit(standing, performance.now()));
    this.#hasNews = true;
    if (this.held === undefined) this.#nap.wake();
  }

  units(): readonly QueuedUnit[] {
    return [...this.#units.values()];
  }

  hurry(): void {
    this.#nap.wake();
  }

  idle(signal: AbortSignal): Promise<void> {
    if (this.#units.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idlers.add(resolve);
    return waitUntil(promise, signal);
  }

  async #run(): Promise<void> {
    const { signal, pace } = this.#setting;
    await Promise.resolve(); // whoever made the lane adds its units first
    while (!signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await this.#round();
        this.#faults = 0;
        this.#hold(undefined);
      } catch (thrown) {
        if (signal.aborted) return;
        waitMs = Math.min(pace.longestPauseMs, pace.firstPauseMs * 2 ** this.#faults) * (1 + Math.random());
        this.#faults = Math.min(this.#faults + 1, 30);
        this.#hold(failureOf(thrown));
      }
      await this.#nap.sleep(waitMs, this.#setting.signal);
    }
  }

  /** Does what is due; resolves with the milliseconds until something is again. */
  async #round(): Promise<number> {
    const round: Round = {
      ...this.#setting,
      nowMs: performance.now(),
      pages: this.#pages,
      limit: this.#limit,
      takt: this.#takt,
      record: (steps) => this.#record(steps),
    };
    this.#hasNews = false;
    const units = firstOfEachDevice(this.units());
    const due = [
      await askForMembership(units, round),
      await proveMembership(units, round),
      await describeUnits(units, round),
      await watchSims(units, round),
    ];
    return this.#hasNews ? 0 : Math.max(0, Math.min(...due) - performance.now());
  }

  #record(steps: readonly { readonly unit: QueuedUnit; readonly step: CloudStep }[]): void {
    if (steps.length === 0) return;
    this.#setting.audit.addCloudSteps(steps.map(({ step }) => step));
    for (const { unit, step } of steps) {
      const before = unit.state;
      unit.last = step;
      if (step.isDone) this.#finish(unit);
      if (before !== step.state) this.#setting.moved(unit, before);
      if (step.failure !== undefined) this.#setting.troubled({ work: unit.work, last: step }, step.failure);
    }
    this.#setting.changed();
    if (this.#units.size > 0) return;
    for (const resolve of this.#idlers) resolve();
    this.#idlers.clear();
  }

  #finish({ work }: QueuedUnit): void {
    this.#units.delete(work.runId);
    this.#hasNews = true;
  }

  #hold(failure: Failure | undefined): void {
    if (this.held === undefined && failure === undefined) return;
    this.held = failure;
    this.#setting.changed();
  }
}

/** One unit that was built twice is done in order: its later work waits for the earlier. */
function firstOfEachDevice(units: readonly QueuedUnit[]): readonly QueuedUnit[] {
  const first = new Map<string, QueuedUnit>();
  for (const unit of units) if (!first.has(unit.deviceId)) first.set(unit.deviceId, unit);
  return [...first.values()];
}
