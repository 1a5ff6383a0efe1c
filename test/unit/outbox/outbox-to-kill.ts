import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import type { CloudStep } from '../../../src-main/domain/cloud-work.ts';
import { Outbox } from '../../../src-main/outbox/outbox.ts';
import type { BulkCloud } from '../../../src-main/ports/cloud.ts';

/**
 * A station's outbox that is killed right after it has claimed the import of a SIM: before its own record says so, and before the request.
 * Arguments: the data folder, the cloud's time.
 */
const [, , data = '', at = ''] = process.argv;
const audit = openAuditLog(data);
const dies = (steps: readonly CloudStep[]): void => {
  if (steps.some(({ simImportAskedAt }) => simImportAskedAt !== undefined)) process.kill(process.pid, 'SIGKILL');
  audit.addCloudSteps(steps);
};
const cloud = {
  addDevices: async (_product: number, { identifiers }: { identifiers: readonly string[] }) =>
    new Map(identifiers.map((identifier) => [identifier, { kind: 'added' }])),
  device: async (_product: number, id: string) => ({ id, productId: _product, quarantined: false, denied: false }),
  sim: async () => undefined,
  importSims: async () => console.log('It asked the cloud.'),
} as unknown as BulkCloud;
const outbox = new Outbox('', {
  audit: {
    openCloudWork: () => audit.openCloudWork(),
    addCloudSteps: dies,
    countCloudStates: (batch) => audit.countCloudStates(batch),
    readRun: (runId) => audit.readRun(runId),
    findRuns: (query) => audit.findRuns(query),
  },
  cloud,
  simImports: openSimImports(data),
  cloudTime: () => new Date(at),
  pace: { gatherMs: 0, proveWithinMs: 1, proveAtMostMs: 1, speed: 1000 },
  changed: () => undefined,
  troubled: () => undefined,
});
console.log(`${outbox.backlog().open} open`);
setInterval(() => undefined, 1000);
