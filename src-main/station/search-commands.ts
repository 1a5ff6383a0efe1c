import type { CommandInput, CommandOutput } from '../contract/contract.ts';
import { type Result, refuse } from '../domain/failure.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import { runsToCsv, runsToJsonLines } from './export-runs.ts';

type SearchName = 'findRuns' | 'readRun' | 'exportRuns' | 'verifyAudit';
type SearchCommands = {
  [Name in SearchName]: (input: CommandInput<Name>) => Promise<Result<CommandOutput[Name]>>;
};

const FIND_LIMIT = 200;
/** A day of the fastest line is some thousands of units; more than this is asked for in parts. */
const EXPORT_LIMIT = 100_000;

/** The commands that only read the record: find, read, export, verify. */
export function searchCommands(audit: AuditLog): SearchCommands {
  return {
    findRuns: async ({ limit, ...query }) => ({
      ok: true,
      value: audit.findRuns({ ...query, limit: limit ?? FIND_LIMIT }),
    }),
    readRun: async ({ runId }) => {
      const run = audit.readRun(runId);
      return run === undefined ? refuse('run/not-found', `There is no run ${runId}.`) : { ok: true, value: run };
    },
    exportRuns: async ({ format, ...query }) => {
      const runs = audit.findRuns({ ...query, limit: EXPORT_LIMIT }).toReversed();
      const what = [query.batch, query.day].filter((part) => part !== undefined).join('-') || 'all';
      audit.note('exported', { query, format, runs: runs.length });
      return {
        ok: true,
        value: {
          fileName: `linewright-${what.replaceAll(/[^\w.-]+/g, '_')}.${format}`,
          mediaType: format === 'csv' ? 'text/csv' : 'application/jsonl',
          text: format === 'csv' ? runsToCsv(runs) : runsToJsonLines(runs),
          runs: runs.length,
        },
      };
    },
    verifyAudit: async () => {
      const verdict = audit.verify();
      const summary = verdict.intact
        ? `${verdict.entries} entries, unbroken; newest ${verdict.head.slice(0, 16)}`
        : verdict.defects
            .map(({ entry, what }) => `${entry === undefined ? 'record' : `entry ${entry}`}: ${what}`)
            .join('; ');
      return { ok: true, value: { intact: verdict.intact, entries: verdict.entries, summary } };
    },
  };
}
