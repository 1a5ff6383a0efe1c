import type { CloudStanding, CloudStep } from '../domain/cloud-work.ts';
import type { AuditLog } from '../ports/audit-log.ts';

export type Reopened = { readonly before: CloudStanding; readonly now: CloudStanding };

/**
 * Puts on record, all in one transaction, that the cloud work of these runs is done anew, and says which it was: those that were done,
 * rejected or not, and no others. Everything is then asked for and proven again; what is as it should be costs a look. Throws `audit/*`.
 */
export function reopenOnRecord(
  audit: Pick<AuditLog, 'readRun' | 'addCloudSteps'>,
  runIds: readonly string[],
): readonly Reopened[] {
  const at = new Date().toISOString();
  const reopened = runIds.flatMap((runId) => {
    const before = audit.readRun(runId)?.cloud;
    return before?.last.isDone === true ? [{ before, now: { ...before, last: askedAgain(before, at) } }] : [];
  });
  audit.addCloudSteps(reopened.map(({ now }) => now.last));
  return reopened;
}

/** When the import of the SIM was asked for is carried along, because what a second one costs nobody has verified (2.8.1). */
function askedAgain({ work, last }: CloudStanding, at: string): CloudStep {
  const simImportAskedAt = last.simImportAskedAt ?? work.simImportAskedAt;
  return {
    runId: work.runId,
    at,
    state: 'built',
    isDone: false,
    event: 'asked-again',
    ...(simImportAskedAt === undefined ? {} : { simImportAskedAt }),
  };
}
