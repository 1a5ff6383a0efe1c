import type { CommandOutput } from '../contract/contract.ts';
import { type Result, refuse } from '../domain/failure.ts';
import { type Label, parseLabel, toRecordedLabel } from '../domain/label.ts';
import type { ScanView } from '../domain/snapshot.ts';
import { readScanCode } from './scan-codes.ts';
import { learn } from './slot-commands.ts';
import type { SlotTeaching } from './slot-teaching.ts';

export type ScanDeskSetting = {
  readonly teaching: SlotTeaching;
  /** The slot of this name as the station spells it; undefined when there is none. */
  readonly slotNamed: (name: string) => string | undefined;
  /** Begins a run for this label, in this slot if one is wanted. */
  readonly begin: (label: Label, wanted: string | undefined, isFull: boolean) => Result<CommandOutput['scan']>;
  readonly abort: (slot: string) => Result<null>;
  readonly openCarton: (name: string) => Result<null>;
};

/** Where scans arrive: a unit's label begins a run, a printed code is obeyed. Remembers what became of the last one, for the screen. */
export class ScanDesk {
  readonly #setting: ScanDeskSetting;
  #nextSlot: string | undefined;
  #last: ScanView | undefined;

  constructor(setting: ScanDeskSetting) {
    this.#setting = setting;
  }

  /** The last scan that was not an order to stop; undefined before the first. */
  get last(): ScanView | undefined {
    return this.#last;
  }

  /** Takes what the scanner read. The mobile secret of a label ends here. */
  scan(text: string, wanted: string | undefined, isFull = false): Result<CommandOutput['scan']> {
    const { teaching, slotNamed, begin, abort, openCarton } = this.#setting;
    const code = readScanCode(text);
    if (code?.kind === 'stop') {
      const stopped = abort(code.slot);
      return stopped.ok ? { ok: true, value: { slot: code.slot } } : stopped;
    }
    if (code?.kind === 'carton') {
      const opened = openCarton(code.name);
      return this.#ended(opened.ok ? { ok: true, value: {} } : opened);
    }
    if (code?.kind === 'learn') {
      const learnt = learn(teaching, code);
      return this.#ended(learnt.ok ? { ok: true, value: {} } : learnt);
    }
    if (code?.kind === 'slot') {
      this.#nextSlot = slotNamed(code.slot);
      if (this.#nextSlot === undefined) return this.#ended(refuse('slot/unknown', `There is no slot ${code.slot}.`));
      return this.#ended({ ok: true, value: { slot: this.#nextSlot } });
    }
    const label = parseLabel(text);
    if (!label.ok) return this.#ended(label);
    const slot = wanted ?? this.#nextSlot;
    this.#nextSlot = undefined;
    return this.#ended(begin(label.value, slot, isFull), label.value);
  }

  #ended(result: Result<CommandOutput['scan']>, label?: Label): Result<CommandOutput['scan']> {
    this.#last = {
      at: new Date().toISOString(),
      ...(label === undefined ? {} : { label: toRecordedLabel(label) }),
      ...(result.ok
        ? { ...(result.value.slot === undefined ? {} : { slot: result.value.slot }) }
        : { failure: result.failure }),
    };
    return result;
  }
}
