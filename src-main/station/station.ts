import type { CommandAnswer, CommandInput, CommandName, CommandOutput, StationCommands } from '../contract/contract.ts';
import { type Failure, failureOf, type Result, refuse, StationError } from '../domain/failure.ts';
import { type Label, parseLabel, toRecordedLabel } from '../domain/label.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { RunEnded } from '../domain/run-record.ts';
import type { ScanView, Snapshot } from '../domain/snapshot.ts';
import type { Recipe } from '../firmware/recipe.ts';
import type { BusEvent } from '../ports/usb-bus.ts';
import { buildUnit } from '../procedure/build-unit.ts';
import type { Bench } from './bench.ts';
import { chooseSlot } from './choose-slot.ts';
import { closeInterruptedRuns } from './recover-runs.ts';
import { beginRun, type RunSetting, runUnit } from './run-unit.ts';
import { readScanCode } from './scan-codes.ts';
import { searchCommands } from './search-commands.ts';
import { SlotState } from './slot-state.ts';

export type StationOptions = RunSetting & {
  readonly slots: readonly { readonly name: string; readonly portPath: string; readonly recipe: Recipe }[];
  readonly batch: string;
  readonly bench?: Bench;
};

/** The station: commands in, one snapshot out. Everything that changes, changes here. */
export class Station implements StationCommands {
  readonly #options: StationOptions;
  readonly #slots: readonly SlotState[];
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #running = new Set<Promise<RunEnded>>();
  readonly #unsubscribe: () => void;
  #batch: string;
  #counts: Record<Outcome, number>;
  #lastScan: ScanView | undefined;
  #nextSlot: string | undefined;
  #troubles: readonly Failure[] = [];
  #isClosing = false;

  /** Closes what a crash left open, then starts to watch the slots. Throws StationError when the record cannot be written. */
  constructor(options: StationOptions) {
    this.#options = options;
    this.#slots = options.slots.map(({ name, portPath, recipe }) => new SlotState(name, portPath, recipe));
    this.#batch = options.batch;
    const { audit } = options.ports;
    const interrupted = closeInterruptedRuns(audit, new Date());
    audit.note('station-started', {
      station: options.station,
      virtual: options.virtual,
      appVersion: options.appVersion,
      slots: options.slots.map(({ name, portPath, recipe }) => ({
        name,
        portPath,
        recipe: recipe.name,
        sha256: recipe.sha256,
      })),
      interruptedRuns: interrupted,
    });
    this.#counts = this.#countBatch();
    this.#unsubscribe = options.ports.bus.subscribe((event) => this.#onBus(event));
  }

  /** Carries out one command; refusals are answers, never rejections of the promise. */
  async call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandAnswer<Name>> {
    const commands: { [Key in CommandName]: (given: CommandInput<Key>) => Promise<Result<CommandOutput[Key]>> } = {
      scan: async ({ text, slot }) => this.#scan(text, slot),
      abortRun: async ({ slot }) => this.#abort(slot),
      rework: async ({ runId, slot }) => this.#rework(runId, slot),
      openBatch: async ({ name: batch }) => this.#openBatch(batch),
      bench: async ({ slot, action, fault }) => this.#useBench(slot, action, fault),
      ...searchCommands(this.#options.ports.audit),
    };
    try {
      return (await commands[name](input)) as CommandAnswer<Name>;
    } catch (thrown) {
      return { ok: false, failure: failureOf(thrown) };
    }
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#snapshot());
    return () => this.#listeners.delete(listener);
  }

  /** Takes no more runs, stops all there are, waits until their records are written, and lets go of everything. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const slot of this.#slots) slot.stop?.abort(new StationError('run/aborted', 'The station was closed.'));
    await Promise.all(this.#running);
    this.#unsubscribe();
    this.#listeners.clear();
  }

  #scan(text: string, wanted: string | undefined): Result<CommandOutput['scan']> {
    const code = readScanCode(text);
    if (code?.kind === 'stop') {
      const stopped = this.#abort(code.slot);
      return stopped.ok ? { ok: true, value: { slot: code.slot } } : stopped;
    }
    if (code?.kind === 'slot') {
      this.#nextSlot = this.#slotNamed(code.slot)?.name;
      return this.#scanned(
        this.#nextSlot === undefined
          ? refuse('slot/unknown', `There is no slot ${code.slot}.`)
          : { ok: true, value: { slot: this.#nextSlot } },
      );
    }
    const label = parseLabel(text);
    if (!label.ok) return this.#scanned(label);
    const slot = chooseSlot(this.#slots, label.value, wanted ?? this.#nextSlot);
    this.#nextSlot = undefined;
    if (!slot.ok) return this.#scanned(slot, label.value);
    return this.#scanned(this.#start(slot.value, label.value), label.value);
  }

  /** Remembers what became of a scan, for the screen. */
  #scanned(result: Result<CommandOutput['scan']>, label?: Label): Result<CommandOutput['scan']> {
    this.#lastScan = {
      at: new Date().toISOString(),
      ...(label === undefined ? {} : { label: toRecordedLabel(label) }),
      ...(result.ok
        ? { ...(result.value.slot === undefined ? {} : { slot: result.value.slot }) }
        : { failure: result.failure }),
    };
    this.#publish();
    return result;
  }

  #start(slot: SlotState, label: Label, reworkOf?: string): Result<{ runId: string; slot: string }> {
    if (this.#isClosing) return refuse('run/aborted', 'The station is being closed and begins no more runs.');
    const { name, portPath, recipe } = slot;
    const order = {
      label,
      slot: { name, portPath },
      recipe,
      batch: this.#batch,
      ...(reworkOf === undefined ? {} : { reworkOf }),
    };
    let begun: ReturnType<typeof beginRun>;
    try {
      begun = beginRun(order, this.#options);
    } catch (thrown) {
      this.#trouble(failureOf(thrown));
      return { ok: false, failure: failureOf(thrown) };
    }
    const stop = new AbortController();
    slot.began(begun, label, stop);
    const change =
      <Given extends unknown[]>(apply: (...given: Given) => void) =>
      (...given: Given): void => {
        apply(...given);
        this.#publish();
      };
    const run = runUnit(begun, order, this.#options, stop.signal, {
      step: change((step, attempt) => slot.stepBegan(step, attempt)),
      recorded: change((record) => slot.stepEnded(record)),
      progress: change((progress) => slot.progressed(progress)),
    });
    this.#running.add(run);
    void run.then((ended) => {
      this.#running.delete(run);
      if (begun.batch === this.#batch) this.#counts[ended.outcome] += 1;
      if (ended.failure?.code === 'audit/write-failed') this.#trouble(ended.failure);
      slot.ended(ended);
      this.#publish();
    });
    return { ok: true, value: { runId: begun.runId, slot: name } };
  }

  #abort(name: string): Result<null> {
    const slot = this.#slotNamed(name);
    if (slot === undefined) return refuse('slot/unknown', `There is no slot ${name}.`);
    slot.stop?.abort(new StationError('run/aborted', 'The operator stopped the run.'));
    return { ok: true, value: null };
  }

  /** By its name, in upper or lower case: a scanner under Caps Lock means the same slot. */
  #slotNamed(name: string): SlotState | undefined {
    return this.#slots.find((slot) => slot.name.toLowerCase() === name.toLowerCase());
  }

  #rework(runId: string, slotName: string): Result<{ runId: string }> {
    const earlier = this.#options.ports.audit.readRun(runId);
    if (earlier === undefined) return refuse('run/not-found', `There is no run ${runId}.`);
    if (earlier.ended === undefined || earlier.ended.outcome === 'PASS') {
      return refuse('run/not-a-reject', `Run ${runId} ${earlier.ended === undefined ? 'has not ended' : 'passed'}.`);
    }
    const label = parseLabel(earlier.begun.label.value);
    if (!label.ok) return label;
    const slot = chooseSlot(this.#slots, label.value, slotName);
    if (!slot.ok) return slot;
    const started = this.#start(slot.value, label.value, runId);
    this.#publish();
    return started;
  }

  #openBatch(batch: string): Result<null> {
    this.#options.ports.audit.note('batch-opened', { batch, before: this.#batch });
    this.#batch = batch;
    this.#counts = this.#countBatch();
    this.#publish();
    return { ok: true, value: null };
  }

  async #useBench(
    slot: string,
    action: CommandInput<'bench'>['action'],
    fault: string | undefined,
  ): Promise<Result<null>> {
    const { bench } = this.#options;
    if (bench === undefined) return refuse('station/not-virtual', 'There is no bench of virtual units here.');
    if (!this.#slots.some(({ name }) => name === slot)) return refuse('slot/unknown', `There is no slot ${slot}.`);
    if (action === 'scan') {
      const scanned = this.#scan(bench.labelText(slot), slot);
      return scanned.ok ? { ok: true, value: null } : scanned;
    }
    if (action === 'plug') await bench.plug(slot, fault);
    if (action === 'unplug') await bench.unplug(slot);
    if (action === 'fresh') await bench.fresh(slot);
    this.#publish();
    return { ok: true, value: null };
  }

  #onBus(event: BusEvent): void {
    const portPath = event.kind === 'arrived' ? event.unit.portPath : event.portPath;
    const slot = this.#slots.find((one) => one.portPath === portPath);
    if (event.kind === 'trouble') {
      this.#trouble(event.failure);
    } else if (slot !== undefined) {
      if (event.kind === 'arrived') slot.arrived(event.unit);
      else slot.removed(event.address);
      this.#publish();
    }
  }

  #trouble(trouble: Failure): void {
    this.#remember(trouble);
    this.#publish();
  }

  #remember(trouble: Failure): void {
    const known = this.#troubles.filter(({ detail }) => detail !== trouble.detail);
    this.#troubles = [trouble, ...known].slice(0, 10);
  }

  #countBatch(): Record<Outcome, number> {
    const counts: Record<Outcome, number> = { PASS: 0, FAIL: 0, ERROR: 0, ABORTED: 0 };
    return { ...counts, ...this.#options.ports.audit.countOutcomes(this.#batch) };
  }

  #snapshot(): Snapshot {
    const { station, virtual, appVersion, bench } = this.#options;
    return {
      station: {
        name: station,
        appVersion,
        virtual,
        batch: this.#batch,
        procedure: buildUnit.steps.map(({ id, title }) => ({ id, title })),
      },
      slots: this.#slots.map((slot) => slot.view()),
      counts: { ...this.#counts },
      troubles: this.#troubles,
      ...(this.#lastScan === undefined ? {} : { lastScan: this.#lastScan }),
      ...(bench === undefined ? {} : { bench: bench.units(), benchFaults: bench.faultNames() }),
    };
  }

  #publish(): void {
    if (this.#listeners.size === 0) return;
    const snapshot = this.#snapshot();
    for (const listener of this.#listeners) {
      try {
        listener(snapshot);
      } catch (thrown) {
        this.#remember(failureOf(thrown)); // a screen that breaks is no reason to stop a unit; the next snapshot tells
      }
    }
  }
}
