import type { CloudBacklog } from '../../src-main/domain/cloud-work.ts';
import type { FailureCode } from '../../src-main/domain/failure-codes.ts';

/** What the top bar says of the cloud work: one of these, never a mixture. `units` is the number that goes with it. */
export type CloudSignKind = {
  readonly kind: 'held' | 'open' | 'rejected' | 'up-to-date';
  readonly units: number;
};

/**
 * The sign for a backlog: first what keeps it from going on, then what is open. Units of the open batch that the cloud rejected keep it
 * from saying that all is well.
 */
export function cloudSign({ open, held, batch }: CloudBacklog): CloudSignKind {
  if (held !== undefined) return { kind: 'held', units: open };
  if (open > 0) return { kind: 'open', units: open };
  if (batch.rejected > 0) return { kind: 'rejected', units: batch.rejected };
  return { kind: 'up-to-date', units: 0 };
}

/**
 * Whether the next action of this code is meant for a unit in the operator's hand ("keep the unit and try again"). The outbox tries
 * again by itself, so while it is held for such a reason nobody has anything to do.
 */
export function passesByItself(code: FailureCode): boolean {
  return BY_ITSELF.has(code);
}

const BY_ITSELF: ReadonlySet<FailureCode> = new Set([
  'cloud/unreachable',
  'cloud/timeout',
  'cloud/rate-limited',
  'cloud/server-error',
]);
