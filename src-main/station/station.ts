import type { CommandAnswer, CommandInput, CommandName, CommandOutput, StationCommands } from '../contract/contract.ts';
import { type Failure, failureOf, type Result, refuse, StationError } from '../domain/failure.ts';
import type { Label } from '../domain/label.ts';
import type { RunEnded } from '../domain/run-record.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { BusEvent, UsbUnit } from '../ports/usb-bus.ts';
import { buildUnit } from '../procedure/build-unit.ts';
import { BatchTally } from './batch-tally.ts';
import { benchCommand } from './bench-command.ts';
import { chooseSlot, slotNamed } from './choose-slot.ts';
import { clockFault } from './clock-fault.ts';
import { CloudDesk } from './cloud-desk.ts';
import { consultAtScan } from './consult-at-scan.ts';
import { FlashTurns } from './flash-turns.ts';
import { labelToRework } from './label-to-rework.ts';
import { openProductDesk } from './open-product-desk.ts';
import { type ProductDesk, productCommands } from './product-desk.ts';
import { closeInterruptedRuns } from './recover-runs.ts';
import { beginRun, type RunOrder, type RunSetting, runUnit } from './run-unit.ts';
import { ScanDesk } from './scan-desk.ts';
import { Screens } from './screens.ts';
import { searchCommands } from './search-commands.ts';
import { slotCommands } from './slot-commands.ts';
import { SlotHealthBook } from './slot-health-book.ts';
import { SlotState } from './slot-state.ts';
import { SlotTeaching } from './slot-teaching.ts';
import type { StationOptions } from './station-options.ts';
import { Troubles } from './troubles.ts';

/** The station: commands in, one snapshot out. Everything that changes, changes here. */
export class Station implements StationCommands {
  readonly #options: StationOptions;
  readonly #setting: RunSetting;
  readonly #slots: readonly SlotState[];
  readonly #teaching: SlotTeaching;
  readonly #desk: ScanDesk;
  readonly #turns: FlashTurns;
  readonly #health: SlotHealthBook;
  readonly #batch: BatchTally;
  readonly #cloud: CloudDesk;
  readonly #products: ProductDesk | undefined;
  /** Every unit on the bus by its port, also on ports of no slot: a slot may be taught one of them. */
  readonly #present = new Map<string, UsbUnit>();
  // A screen that breaks is no reason to stop a unit; the next snapshot tells.
  readonly #screens = new Screens(
    () => this.#snapshot(),
    (thrown) => this.#troubles.remember(failureOf(thrown)),
  );
  readonly #running = new Set<Promise<RunEnded>>();
  readonly #unsubscribe: () => void;
  readonly #troubles = new Troubles();
  #isClosing = false;

  /** Closes what a crash left open, then starts to watch the slots. Throws StationError when the record cannot be written. */
  constructor(options: StationOptions) {
    this.#options = options;
    const { audit } = options.ports;
    this.#turns = new FlashTurns(options.flashLimit);
    this.#setting = {
      ...options,
      flashTurn: (portPath, signal, onWait) => this.#turns.take(portPath, signal, onWait),
      carton: () => this.#cloud.carton,
    };
    this.#teaching = new SlotTeaching({
      slots: options.slots,
      kept: options.learntPorts,
      note: (kind, body) => audit.note(kind, body),
      busySlots: () => this.#slots.filter(({ isRunning }) => isRunning).map(({ name }) => name),
      changed: () => this.#rebind(),
    });
    this.#desk = new ScanDesk({
      teaching: this.#teaching,
      slotNamed: (name) => slotNamed(this.#slots, name)?.name,
      begin: (label, wanted, isFull) => this.#begin(label, wanted, { isFull }),
      abort: (slot) => this.#abort(slot),
      openCarton: (name) => this.#cloud.openCarton(name),
    });
    const ports = this.#teaching.ports();
    this.#slots = options.slots.map(({ name, recipe }) => new SlotState(name, ports.get(name)?.portPath, recipe));
    const interrupted = closeInterruptedRuns(audit, new Date());
    audit.note('station-started', {
      station: options.station,
      virtual: options.virtual,
      appVersion: options.appVersion,
      slots: options.slots.map(({ name, recipe: { name: recipe, sha256 } }) => {
        return { name, ...ports.get(name), recipe, sha256 };
      }),
      interruptedRuns: interrupted,
    });
    this.#batch = new BatchTally(options.batch, audit);
    this.#cloud = new CloudDesk({
      ...options,
      events: options.productClouds?.own.events,
      changed: () => this.#publish(),
      reopened: ({ batch }, isReject) => this.#batch.reopened(batch, isReject),
      trouble: (trouble) => this.#trouble(trouble),
    });
    this.#products = openProductDesk(options);
    this.#health = new SlotHealthBook([...ports.keys()], audit, options.virtual);
    this.#unsubscribe = options.ports.bus.subscribe((event) => this.#onBus(event));
  }

  /** Carries out one command; refusals are answers, never rejections of the promise. */
  async call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandAnswer<Name>> {
    const { audit } = this.#options.ports;
    const commands: { [Key in CommandName]: (given: CommandInput<Key>) => Promise<Result<CommandOutput[Key]>> } = {
      scan: async ({ text, slot, full }) => this.#scan(text, slot, full),
      abortRun: async ({ slot }) => this.#abort(slot),
      rework: async ({ runId, slot, full }) => this.#rework(runId, slot, full ?? false),
      openBatch: async ({ name: batch }) => this.#openBatch(batch),
      bench: async (given) =>
        benchCommand(this.#options.bench, given, {
          scan: (text, slot) => this.#scan(text, slot),
          slotOn: (portPath) => this.#slots.find((slot) => slot.portPath === portPath)?.name,
          changed: () => this.#publish(),
        }),
      ...searchCommands(audit),
      ...this.#cloud.commands(),
      ...productCommands(this.#products),
      ...slotCommands({ teaching: this.#teaching, turns: this.#turns, audit }, () => this.#publish()),
    };
    try {
      return (await commands[name](input)) as CommandAnswer<Name>;
    } catch (thrown) {
      return { ok: false, failure: failureOf(thrown) };
    }
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    return this.#screens.subscribe(listener);
  }

  /** Takes no more runs, stops all there are, waits until their records are written, and lets go of everything. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const slot of this.#slots) slot.stop?.abort(new StationError('run/aborted', 'The station was closed.'));
    await Promise.all(this.#running);
    await Promise.all([this.#cloud.close(), this.#products?.close()]);
    this.#unsubscribe();
    this.#screens.close();
  }

  #scan(text: string, wanted: string | undefined, isFull?: boolean): Result<CommandOutput['scan']> {
    const result = this.#desk.scan(text, wanted, isFull);
    this.#publish();
    return result;
  }

  #begin(label: Label, wanted: string | undefined, more: Pick<RunOrder, 'reworkOf' | 'isFull'> = {}) {
    if (this.#teaching.isOn) return refuse('slot/learning', 'No run begins while the slots are being taught.');
    const slot = chooseSlot(this.#slots, label, wanted);
    return slot.ok ? this.#start(slot.value, label, more) : slot;
  }

  #start(
    slot: SlotState,
    label: Label,
    more: Pick<RunOrder, 'reworkOf' | 'isFull'>,
  ): Result<{ runId: string; slot: string }> {
    if (this.#isClosing) return refuse('run/aborted', 'The station is being closed and begins no more runs.');
    const { name, portPath, recipe } = slot;
    if (portPath === undefined) return refuse('slot/not-learnt', `Slot ${name} has no USB port yet.`);
    const order: RunOrder = { label, slot: { name, portPath }, recipe, batch: this.#batch.name, ...more };
    let begun: ReturnType<typeof beginRun>;
    try {
      const refused = consultAtScan(this.#options.ports, label, recipe.platform);
      if (refused !== undefined) return { ok: false, failure: refused };
      begun = beginRun(order, this.#setting);
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
    let carton: string | undefined;
    const run = runUnit(begun, order, this.#setting, stop.signal, {
      step: change((step, attempt) => slot.stepBegan(step, attempt)),
      recorded: change((record) => slot.stepEnded(record)),
      progress: change((progress) => slot.progressed(progress)),
      waiting: change((isWaiting) => slot.waitedForTurn(isWaiting)),
      passed: (work) => {
        carton = work.carton;
        this.#cloud.add(work);
      },
    });
    this.#running.add(run);
    void run.then((ended) => {
      this.#running.delete(run);
      this.#batch.add(begun.batch, ended.outcome);
      if (ended.failure?.code === 'audit/write-failed') this.#trouble(ended.failure);
      slot.ended(ended, carton);
      this.#noteHealth(ended.runId);
      this.#publish();
    });
    return { ok: true, value: { runId: begun.runId, slot: name } };
  }

  #noteHealth(runId: string): void {
    try {
      const run = this.#options.ports.audit.readRun(runId);
      if (run !== undefined) this.#health.add(run);
    } catch (thrown) {
      this.#troubles.remember(failureOf(thrown)); // the run is over and judged; only the slot's figures are the poorer
    }
  }

  #abort(name: string): Result<null> {
    const slot = slotNamed(this.#slots, name);
    if (slot === undefined) return refuse('slot/unknown', `There is no slot ${name}.`);
    slot.stop?.abort(new StationError('run/aborted', 'The operator stopped the run.'));
    return { ok: true, value: null };
  }

  #rework(runId: string, slotName: string, isFull: boolean): Result<{ runId: string }> {
    const label = labelToRework(this.#options.ports.audit, runId);
    if (!label.ok) return label;
    const started = this.#begin(label.value, slotName, { reworkOf: runId, isFull });
    if (started.ok) this.#cloud.inHand(runId); // refused for a reject that never passed, and then there is nothing to pull
    this.#publish();
    return started;
  }

  #openBatch(batch: string): Result<null> {
    this.#batch.open(batch);
    this.#cloud.openBatch(batch);
    this.#publish();
    return { ok: true, value: null };
  }

  #onBus(event: BusEvent): void {
    if (event.kind === 'trouble') {
      this.#trouble(event.failure);
      return;
    }
    const portPath = event.kind === 'arrived' ? event.unit.portPath : event.portPath;
    const slot = this.#slots.find((one) => one.portPath === portPath);
    if (event.kind === 'arrived') {
      this.#present.set(portPath, event.unit);
      slot?.arrived(event.unit);
    } else {
      if (this.#present.get(portPath)?.address === event.address) this.#present.delete(portPath);
      slot?.removed(event.address);
    }
    const hasTaught = event.kind === 'arrived' && this.#teaching.arrived(event.unit);
    if (slot !== undefined || hasTaught) this.#publish();
  }

  /** The slots were taught, or told to forget: each has its new port, and the unit that is in it. */
  #rebind(): void {
    for (const [name, { portPath }] of this.#teaching.ports()) {
      const unit = portPath === undefined ? undefined : this.#present.get(portPath);
      slotNamed(this.#slots, name)?.rebind(portPath, unit);
    }
  }

  #trouble(trouble: Failure): void {
    this.#troubles.remember(trouble);
    this.#publish();
  }

  #snapshot(): Snapshot {
    const { station, virtual, appVersion, bench } = this.#options;
    const learning = this.#teaching.view();
    const { unreadable } = this.#teaching;
    return {
      station: {
        name: station,
        appVersion,
        virtual,
        batch: this.#batch.name,
        ...(this.#cloud.carton === undefined ? {} : { carton: this.#cloud.carton }),
        procedure: buildUnit.steps.map(({ id, title }) => ({ id, title })),
      },
      slots: this.#slots.map((slot) => slot.view(this.#health.of(slot.name))),
      ...(learning === undefined ? {} : { learning }),
      flashLimit: this.#turns.limit,
      counts: this.#batch.counts,
      cloud: this.#cloud.backlog(),
      // Said for as long as it is so, and no longer: the next step is to teach the slots again.
      troubles: [unreadable, clockFault(this.#options.clockOffsetMs?.())]
        .filter((fault) => fault !== undefined)
        .concat(this.#cloud.toPull(), this.#troubles.all()),
      ...(this.#desk.last === undefined ? {} : { lastScan: this.#desk.last }),
      ...(bench === undefined ? {} : { bench: bench.units(), benchFaults: bench.faultNames() }),
    };
  }

  #publish(): void {
    this.#screens.publish();
  }
}
