import type { RunView, SlotView, StepView } from '../../src-main/domain/snapshot.ts';

/** What a slot shows: one of these, never a mixture. */
export type SlotPhase =
  /** Nothing has been built here yet. */
  | { readonly kind: 'idle'; readonly unitIn: boolean }
  /** A label was scanned; the unit is not in yet. */
  | { readonly kind: 'awaiting-unit'; readonly run: RunView }
  | { readonly kind: 'working'; readonly run: RunView }
  /** `unitIn`: the unit just built is still in. `nextUnitIn`: another one is, and its label is wanted. */
  | {
      readonly kind: 'verdict';
      readonly run: RunView;
      readonly ended: NonNullable<RunView['ended']>;
      readonly unitIn: boolean;
      readonly nextUnitIn: boolean;
    };

/** The phase of a slot, from what the station shows of it. A verdict never stands over a unit that it is not about. */
export function slotPhase({ run, unit }: SlotView): SlotPhase {
  const occupied = unit !== undefined;
  if (run === undefined) return { kind: 'idle', unitIn: occupied };
  if (run.ended !== undefined) {
    const unitIn = unit?.hasVerdict === true;
    return { kind: 'verdict', run, ended: run.ended, unitIn, nextUnitIn: occupied && !unitIn };
  }
  return { kind: presentStep(run)?.step === 'wait-for-unit' && !occupied ? 'awaiting-unit' : 'working', run };
}

/** The step going on, or the last one that was. */
export function presentStep(run: RunView): StepView | undefined {
  return run.steps.find(({ state }) => state === 'running') ?? run.steps.findLast(({ state }) => state !== 'waiting');
}

/** The number of the present step among all, from 1, and how many there are. */
export function stepCount(run: RunView): { readonly step: number; readonly steps: number } {
  const ids = [...new Set(run.steps.map(({ step }) => step))];
  const present = presentStep(run);
  return { step: present === undefined ? 1 : ids.indexOf(present.step) + 1, steps: ids.length };
}

/** Rows and columns in which this many slots fill a screen. */
export function slotGrid(slots: number): { readonly columns: number; readonly rows: number } {
  const rows = slots <= 3 ? 1 : 2;
  return { columns: Math.ceil(slots / rows), rows };
}
