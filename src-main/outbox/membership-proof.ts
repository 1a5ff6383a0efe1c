import type { CloudStep } from '../domain/cloud-work.ts';
import type { Round } from './lane.ts';
import type { QueuedUnit } from './queued-unit.ts';
import { firstSimLookMs } from './sim-pauses.ts';

/**
 * The step of a unit that is proven to be in the product: done when there is nothing else to do, else its SIM is looked at when it may
 * be active for the first time. `how` is kept as evidence. Units that were told of in one answer have one `answeredMs`, so that what
 * comes next for them is one request again.
 */
export function stepOfMember(
  unit: QueuedUnit,
  round: Round,
  how: 'already-member' | 'read back',
  answeredMs: number,
): CloudStep {
  const at = round.cloudTime();
  const { sim } = unit.work;
  if (sim !== undefined) unit.simDueMs = answeredMs + firstSimLookMs(sim) / round.pace.speed;
  return unit.step('in-product', at, {
    isDone: sim === undefined && unit.isDescribed,
    evidence: { membership: how },
    ...(sim === undefined ? {} : { simSince: unit.last.simSince ?? at.toISOString() }),
  });
}

/**
 * The unit could not be proven this time. It is looked for once more by itself, then asked for again, later and later: a list may lag
 * behind, and an answer may have been no more than words.
 */
export function notProven(unit: QueuedUnit, { pace }: Round): void {
  unit.misses += 1;
  if (unit.misses % 2 === 0) unit.askedAtMs = undefined;
  const pauseMs = pace.firstPauseMs * 2 ** Math.min(unit.misses, 20);
  unit.membershipDueMs = performance.now() + Math.min(pace.longestPauseMs * 10, pauseMs);
}
