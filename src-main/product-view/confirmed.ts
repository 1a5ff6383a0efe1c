import { StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';

/**
 * Passes when a person has confirmed what costs money or cannot be undone; else throws `cloud/needs-confirmation` with what would
 * happen, so that the question on the screen is about this unit and this number, and not about "this action".
 */
export function requireConfirmed(
  isConfirmed: boolean | undefined,
  whatWouldHappen: string,
  evidence?: JsonObject,
): void {
  if (isConfirmed === true) return;
  throw new StationError('cloud/needs-confirmation', whatWouldHappen, evidence === undefined ? {} : { evidence });
}
