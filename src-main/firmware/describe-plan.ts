import type { Json, JsonObject } from '../domain/json.ts';
import type { FlashPlan, PlannedMark, PlannedUpdate, PlannedWrite } from './flash-plan.ts';

/**
 * A plan as JSON, for a run's record and `linewright plan --json`: `before`, `writes` and `after` in the order they are carried out, each
 * with what, reason, transport, bytes and expected milliseconds; writes with address as hex text; `skipped` and `remarks`; totals.
 * Stable: scripts read it.
 */
export function describePlan(plan: FlashPlan): JsonObject {
  return {
    before: plan.before.map(describeUpdate),
    writes: plan.writes.map(describeWrite),
    after: plan.after.map((step) => ('mark' in step ? describeMark(step) : describeUpdate(step))),
    skipped: plan.skipped,
    remarks: plan.remarks,
    totalBytes: plan.totalBytes,
    expectedMs: Math.round(plan.expectedMs),
  };
}

function describeWrite(write: PlannedWrite): JsonObject {
  return {
    ...described(write),
    alt: write.alt,
    address: `0x${write.address.toString(16).padStart(8, '0')}`,
    bytes: write.bytes.length,
    compare: write.compare,
    ...(write.module === undefined ? {} : { sha256: write.module.fileSha256 }),
  };
}

function describeUpdate(update: PlannedUpdate): JsonObject {
  return { ...described(update), bytes: update.bytes.length, sha256: update.module.fileSha256 };
}

function describeMark(mark: PlannedMark): JsonObject {
  return { ...described(mark), mark: mark.mark, bytes: 0 };
}

function described(step: PlannedWrite | PlannedUpdate | PlannedMark): { readonly [key: string]: Json } {
  const { what, reason, transport, expectedMs } = step;
  return { what, reason, transport, expectedMs: Math.round(expectedMs) };
}
