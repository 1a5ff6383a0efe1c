import type { FlashPlan } from '../firmware/flash-plan.ts';

/** From where to where one part of the plan moves the progress of the run, 0..1. */
export type ProgressRange = readonly [from: number, to: number];

/** How the progress of a run is shared out between what goes before, during and after the DFU visit: by the times the plan expects. */
export function progressRanges(plan: FlashPlan): {
  readonly before: ProgressRange;
  readonly writes: ProgressRange;
  readonly after: ProgressRange;
} {
  const [before, writes, after] = [plan.before, plan.writes, plan.after].map((steps) =>
    steps.reduce((sum, { expectedMs }) => sum + expectedMs, 0),
  ) as [number, number, number];
  const whole = before + writes + after;
  // A plan that expects no time at all, or whose writes take none, is over as soon as it begins.
  const first = whole === 0 ? 0 : before / whole;
  const second = whole === 0 ? 1 : (before + writes) / whole;
  return { before: [0, first], writes: [first, second], after: [second, 1] };
}

/** The progress of the run when so much, 0..1, of the part with this range is done. */
export function progressAt([from, to]: ProgressRange, share: number): number {
  return from + (to - from) * Math.min(1, Math.max(0, share));
}
