/** Devices of a free plan, per sandbox (cloud-api.md R11). */
export const FREE_PLAN_DEVICES = 100;
/** Developer SIMs of an account; SIMs of a product are paid by the product and do not count (R13). */
export const SANDBOX_SIMS = 100;

/** What decides where a unit counts. */
export type CountedUnit = {
  readonly owner: string | undefined;
  /** It is a member; a unit in quarantine or denied is none (R14). */
  readonly isMember: boolean;
  /** The product it is a member of is on a free plan. */
  readonly isProductFree?: boolean;
};

/**
 * Whether a unit counts toward the 100 of this user's sandbox (R11, R12): a developer unit by its owner; one that is in a product only
 * where that product is on the free plan, and then whoever owns it.
 */
export function countsInSandbox(unit: CountedUnit, user: string): boolean {
  if (unit.isMember) return unit.isProductFree === true;
  return unit.owner === user;
}

/** Whether a unit counts toward the plan of its product: every member does, claimed or not (R12, R14). */
export function countsInProduct(unit: Pick<CountedUnit, 'isMember'>): boolean {
  return unit.isMember;
}

export type PlanUse = {
  readonly used: number;
  /** Absent where nobody knows it: the cloud's interface does not tell which plan a product has. */
  readonly limit?: number;
  readonly left?: number;
  readonly state: 'unknown' | 'plenty' | 'near' | 'full';
};

/** How much of a plan is used: `near` from nine tenths on, so that it is seen before the line stands still. */
export function planUse(used: number, limit: number | undefined): PlanUse {
  if (limit === undefined) return { used, state: 'unknown' };
  const left = Math.max(0, limit - used);
  return { used, limit, left, state: left === 0 ? 'full' : used >= limit * 0.9 ? 'near' : 'plenty' };
}
