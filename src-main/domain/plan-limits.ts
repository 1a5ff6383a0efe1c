/**
 * Units of a free plan (cloud-api.md R11): developer units of one sandbox and members of its free products together, claimed or not
 * (R12). Members of a paid product count toward that product's plan alone, units in quarantine toward none (R14).
 */
export const FREE_PLAN_UNITS = 100;

export type PlanUse = {
  readonly used: number;
  /** Absent where nobody knows it: the cloud's interface does not tell which plan a product has. */
  readonly limit?: number;
  readonly left?: number;
  /** Where the plan is not known, and it may be the free one: how many more units that would take. */
  readonly leftIfFree?: number;
  readonly state: 'unknown' | 'plenty' | 'near' | 'full';
};

/** How much of a plan is used: `near` from nine tenths on, so that it is seen before the line stands still. */
export function planUse(used: number, limit: number | undefined): PlanUse {
  if (limit === undefined) {
    return { used, state: 'unknown', ...(used > FREE_PLAN_UNITS ? {} : { leftIfFree: FREE_PLAN_UNITS - used }) };
  }
  const left = Math.max(0, limit - used);
  return { used, limit, left, state: left === 0 ? 'full' : used >= limit * 0.9 ? 'near' : 'plenty' };
}

/**
 * The sentence for a person who is about to add units to a product that may have no place for them; undefined where it has. Without the
 * plan's limit it is reckoned with the free plan, unless the product has more units than that already.
 */
export function planShortage(members: number, more: number, limit: number | undefined): string | undefined {
  const after = members + more;
  const { left, leftIfFree } = planUse(members, limit);
  const room = left ?? leftIfFree;
  if (room === undefined || more <= room) return undefined;
  return limit === undefined
    ? `The product would have ${after} units: on a free plan, which ends at ${FREE_PLAN_UNITS}, the cloud refuses ${more - room} of them.`
    : `The product would have ${after} units, its plan ends at ${limit}: the cloud refuses ${more - room} of them.`;
}
