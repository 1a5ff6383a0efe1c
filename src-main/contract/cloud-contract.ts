import * as z from 'zod';
import type { CloudComparison } from '../domain/cloud-comparison.ts';
import type { OnlineReport } from '../domain/online-report.ts';

const filter = { batch: z.string().max(80).optional(), day: z.iso.date().optional() };

/** Commands on the cloud work of many units; of the open batch unless a batch or a day is named. */
export const CLOUD_WORK_COMMANDS = {
  /**
   * QA, supervisor: hold the record against what the products show now. `reopen`: the work of units on which they disagree is done anew,
   * so that each is proven again or becomes a reject.
   */
  checkCloud: z.strictObject({ ...filter, reopen: z.boolean().optional() }),
  /** QA: units that came online late, with another firmware, or not yet. */
  onlineReport: z.strictObject(filter),
} as const;

export type CloudWorkOutput = {
  /** `reopened`: of how many units the work is done anew. */
  checkCloud: CloudComparison & { readonly reopened: number };
  onlineReport: OnlineReport;
};
