import { type Failure, failure, failureOf, type Result, refuse } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { LearningSlot, LearningView } from '../domain/snapshot.ts';
import type { UsbUnit } from '../ports/usb-bus.ts';
import { shownDeviceId } from '../procedure/unit-presence.ts';
import type { LearntPorts, PortsBySlot } from './learnt-ports.ts';
import { type SlotPort, slotPorts } from './slot-ports.ts';

export type TeachingSetting = {
  /** The slots in their order, with the port the station file gives them. */
  readonly slots: readonly { readonly name: string; readonly portPath?: string | undefined }[];
  /** Where it is kept; a station without such a place forgets when it ends. */
  readonly kept?: LearntPorts | undefined;
  /** Writes an audit note. */
  readonly note: (kind: string, body: JsonObject) => void;
  /** The slots in which runs go on. */
  readonly busySlots: () => readonly string[];
  /** Told whenever the port of any slot changed. */
  readonly changed: () => void;
};

/**
 * Teaches the slots their USB ports: a person plugs a unit into one slot after the other, and the port on which it arrives is that
 * slot's from then on. Nothing is kept before `finish`.
 *
 *   off --start--> slot 1 is present --a unit arrives, or skip--> slot 2 is present -- ... --> every slot had its turn
 *                        ^---------------- undo ----------------------'
 *   any of them --finish--> off, kept          any of them --cancel--> off, nothing changed
 */
export class SlotTeaching {
  readonly #setting: TeachingSetting;
  #learnt: PortsBySlot = new Map();
  #round: Round | undefined;
  #unreadable: Failure | undefined;

  constructor(setting: TeachingSetting) {
    this.#setting = setting;
    const read = setting.kept?.read();
    if (read?.ok === true) this.#learnt = read.value;
    if (read?.ok === false) this.#unreadable = read.failure;
  }

  /** Why the kept ports could not be read; until something is kept again, no slot has a port. */
  get unreadable(): Failure | undefined {
    return this.#unreadable;
  }

  get isOn(): boolean {
    return this.#round !== undefined;
  }

  /** The ports as they hold now, by slot. */
  ports(): ReadonlyMap<string, SlotPort> {
    // What cannot be read may have been anything: falling back to the station file could build into the wrong slot.
    const { slots } = this.#setting;
    return slotPorts(this.#unreadable === undefined ? slots : slots.map(({ name }) => ({ name })), this.#learnt);
  }

  /** Begins a round over all slots, or over this one. Refuses while runs go on. */
  start(slot?: string): Result<null> {
    const { slots, busySlots } = this.#setting;
    if (this.#round !== undefined) return refuse('slot/learning', 'A round of teaching goes on already.');
    const busy = busySlots();
    if (busy.length > 0) return refuse('slot/busy', `Runs go on in ${busy.join(', ')}; teach the slots afterwards.`);
    const order = slots.map(({ name }) => name).filter((name) => slot === undefined || name === slot);
    if (order.length === 0) return refuse('slot/unknown', `There is no slot ${slot}.`);
    this.#round = { order, turns: [], portOfUnit: new Map(), refused: undefined };
    return DONE;
  }

  /** A unit was plugged in, or came back on the bus. True when that changed what a screen shows. */
  arrived(unit: UsbUnit): boolean {
    const round = this.#round;
    if (round === undefined) return false;
    const id = shownDeviceId(unit);
    const wasHere = id === undefined || round.portOfUnit.get(id) === unit.portPath;
    if (id !== undefined) round.portOfUnit.set(id, unit.portPath);
    const owner = round.turns.find(({ portPath }) => portPath === unit.portPath);
    if (owner !== undefined) {
      // The unit that taught this port has started again by itself: it teaches nothing twice.
      if (wasHere) return false;
      const detail = `Port ${unit.portPath} is slot ${owner.slot} since this round began.`;
      round.refused = failure('slot/port-taken', detail, { slot: owner.slot, portPath: unit.portPath });
      return true;
    }
    const present = presentOf(round);
    if (present === undefined) return false;
    round.refused = undefined;
    round.turns.push({ slot: present, portPath: unit.portPath });
    return true;
  }

  /** Passes the present slot over; it keeps the port it had. */
  skip(): Result<null> {
    const round = this.#round;
    const present = round && presentOf(round);
    if (round === undefined || present === undefined) return NOT_LEARNING;
    round.refused = undefined;
    round.turns.push({ slot: present });
    return DONE;
  }

  /** Takes the last turn back, learnt or skipped. */
  undo(): Result<null> {
    const round = this.#round;
    if (round === undefined) return NOT_LEARNING;
    round.refused = undefined;
    round.turns.pop();
    return DONE;
  }

  cancel(): Result<null> {
    if (this.#round === undefined) return NOT_LEARNING;
    this.#round = undefined;
    return DONE;
  }

  /** Keeps what was learnt. Slots that had no turn keep their port, unless another slot was taught it. */
  finish(): Result<null> {
    const round = this.#round;
    if (round === undefined) return NOT_LEARNING;
    const taught = taughtIn(round);
    if (taught.size > 0) {
      const after = withTaught(this.#learnt, taught);
      const lost = [...this.#learnt.keys()].filter((slot) => !after.has(slot));
      const kept = this.#keep(after, 'slots-learnt', { learnt: Object.fromEntries(taught), lost });
      if (!kept.ok) return kept;
    }
    this.#round = undefined;
    return DONE;
  }

  /** Drops what this slot, or every slot, was taught: the station file's port holds again, if it names one. */
  forget(slot?: string): Result<null> {
    if (this.#round !== undefined)
      return refuse('slot/learning', 'The slots are being taught; cancel or finish that first.');
    if (slot !== undefined && !this.#setting.slots.some(({ name }) => name === slot)) {
      return refuse('slot/unknown', `There is no slot ${slot}.`);
    }
    const busy = this.#setting.busySlots().filter((name) => slot === undefined || name === slot);
    if (busy.length > 0) return refuse('slot/busy', `A run goes on in ${busy.join(', ')}.`);
    const after = new Map([...this.#learnt].filter(([name]) => slot !== undefined && name !== slot));
    return this.#keep(after, 'slots-forgotten', { slots: slot === undefined ? 'all' : [slot] });
  }

  /** What a screen shows of the round; undefined when none goes on. */
  view(): LearningView | undefined {
    const round = this.#round;
    if (round === undefined) return undefined;
    const present = presentOf(round);
    const ports = slotPorts(this.#setting.slots, withTaught(this.#learnt, taughtIn(round)));
    const slots = round.order.map((slot, index): LearningSlot => {
      const portPath = ports.get(slot)?.portPath;
      return { slot, state: stateOf(round, index), ...(portPath === undefined ? {} : { portPath }) };
    });
    return {
      slots,
      ...(present === undefined ? {} : { present }),
      ...(round.refused === undefined ? {} : { refused: round.refused }),
    };
  }

  /** In the audit log first, then in the file, then in use. */
  #keep(after: PortsBySlot, kind: string, what: JsonObject): Result<null> {
    const { note, kept, changed } = this.#setting;
    note(kind, { ...what, before: Object.fromEntries(this.#learnt), after: Object.fromEntries(after) });
    try {
      kept?.write(after);
    } catch (thrown) {
      note('slots-not-kept', { why: failureOf(thrown).detail });
      return { ok: false, failure: failureOf(thrown) };
    }
    this.#learnt = after;
    this.#unreadable = undefined;
    changed();
    return DONE;
  }
}

/** One round: the slots in their order, and the turns taken so far; the slot after the last turn is the present one. */
type Round = {
  readonly order: readonly string[];
  readonly turns: { readonly slot: string; readonly portPath?: string }[];
  /** Where each unit that names itself was seen last in this round. */
  readonly portOfUnit: Map<string, string>;
  refused: Failure | undefined;
};

const DONE: Result<null> = { ok: true, value: null };
const NOT_LEARNING = refuse('slot/not-learning', 'No round of teaching goes on, or every slot of it had its turn.');

function presentOf(round: Round): string | undefined {
  return round.order[round.turns.length];
}

function stateOf({ turns }: Round, index: number): LearningSlot['state'] {
  const turn = turns[index];
  if (turn !== undefined) return turn.portPath === undefined ? 'skipped' : 'learnt';
  return index === turns.length ? 'present' : 'waiting';
}

function taughtIn({ turns }: Round): PortsBySlot {
  return new Map(turns.flatMap(({ slot, portPath }) => (portPath === undefined ? [] : [[slot, portPath] as const])));
}

/** What is learnt once these are taught too: a port belongs to the slot that was taught it last. */
function withTaught(learnt: PortsBySlot, taught: PortsBySlot): PortsBySlot {
  const taken = new Set(taught.values());
  return new Map([...[...learnt].filter(([, portPath]) => !taken.has(portPath)), ...taught]);
}
