import { type Failure, failure } from '../domain/failure.ts';
import { CLOCK_TOLERANCE_MS } from '../ports/cloud-contact.ts';

/**
 * What a screen is told while this computer's clock is wrong by the cloud's; undefined while it is right, or not known. Records would bear
 * the wrong time, and certificates may be refused for it; nothing that is counted in days goes by this clock. `offsetMs` is this clock
 * minus the cloud's.
 */
export function clockFault(offsetMs: number | undefined): Failure | undefined {
  if (offsetMs === undefined || Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const detail = `The clock of this computer is ${minutes} minutes ${offsetMs > 0 ? 'ahead of' : 'behind'} the cloud's.`;
  return failure('network/clock', detail, { offsetMinutes: Math.round(offsetMs / 60_000) });
}
