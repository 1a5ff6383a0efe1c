import type { AuditLog } from '../ports/audit-log.ts';

/**
 * When this station last asked for the import of a SIM into a product, ISO 8601 UTC, by a run or by the outbox; undefined when the
 * record tells of none. Importing is what costs money, and what a second import does nobody has verified (cloud-api.md 2.8.1).
 */
export function simImportOnRecord(
  audit: Pick<AuditLog, 'findRuns'>,
  iccid: string,
  productId: number,
): string | undefined {
  const asked = audit.findRuns({ text: iccid, limit: 20 }).flatMap(({ begun, steps, cloud }) => {
    if (begun.recipe.productId !== productId) return [];
    const byRun = steps.some(({ step, evidence }) => step === 'activate-sim' && evidence?.imported === true);
    return [byRun ? begun.at : undefined, cloud?.last.simImportAskedAt].filter((at) => at !== undefined);
  });
  return asked.toSorted().at(-1);
}
