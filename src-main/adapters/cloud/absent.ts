import type { Refusal } from './error-answer.ts';

/** The status of an unknown device is UNVERIFIED, its text is recorded to hold "not found" (2.4, 2.7). A missing product is no absence. */
export function isUnknownDevice(status: number, refusal: Refusal): boolean {
  if (isUnknownProduct(refusal)) return false;
  if (status === 404) return refusal.code === 'cloud/refused';
  return (status === 400 || status === 403) && /device.*not found/i.test(refusal.text);
}

/**
 * A SIM, group or firmware version the product does not have: 404, and as JSON only, because a proxy's 404 page means nothing (2.8.3).
 * A missing product is no absence.
 */
export function isUnknownHere(status: number, refusal: Refusal): boolean {
  return status === 404 && refusal.code === 'cloud/refused' && !isUnknownProduct(refusal);
}

function isUnknownProduct(refusal: Refusal): boolean {
  return /product not found/i.test(refusal.text);
}
