/**
 * How a run ended. FAIL is a verdict on the unit, ERROR a fault of the station, the fixture or the cloud,
 * ABORTED a choice of the operator. PASS is what remains when every step gave what it had to give.
 */
export type Outcome = 'PASS' | 'FAIL' | 'ERROR' | 'ABORTED';

const RANK: Readonly<Record<Outcome, number>> = { PASS: 0, FAIL: 1, ERROR: 2, ABORTED: 3 };

/** The outcome that wins when two meet: ABORTED beats ERROR beats FAIL beats PASS (style.md 3.4). */
export function worse(one: Outcome, other: Outcome): Outcome {
  return RANK[one] >= RANK[other] ? one : other;
}
