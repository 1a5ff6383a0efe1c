import type { DfuVisit } from '../../src-main/virtual/unit/unit-meter.ts';

/** One visit to DFU mode in figures, all milliseconds of the unit's own clock. */
export type VisitFigures = {
  /** First to last transfer of the visit. */
  readonly wallMs: number;
  readonly eraseMs: number;
  readonly programMs: number;
  readonly wireMs: number;
  /** What the unit itself needs: erase + program + wire. */
  readonly busyMs: number;
  /** wallMs / busyMs; 1 is a host that never lets the unit wait. */
  readonly ratio: number;
  readonly sectorsErased: number;
  readonly bytesProgrammed: number;
};

/** The figures of one visit, from what the unit counted. */
export function figuresOf(visit: DfuVisit): VisitFigures {
  const { eraseMs, programMs, wireMs, sectorsErased, bytesProgrammed } = visit;
  const wallMs = visit.lastTransferAt - visit.firstTransferAt;
  const busyMs = eraseMs + programMs + wireMs;
  return { wallMs, eraseMs, programMs, wireMs, busyMs, ratio: wallMs / busyMs, sectorsErased, bytesProgrammed };
}

/** The middle value, or the mean of the two middle ones; throws RangeError without any value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('There is no median of nothing.');
  return (lower + upper) / 2;
}
