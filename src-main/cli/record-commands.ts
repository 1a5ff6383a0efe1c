import { writeFile } from 'node:fs/promises';
import { type AuditLogReader, openAuditLogReadOnly, verifyAuditLog } from '../adapters/audit/audit-log.sqlite.ts';
import { failure, failureOf } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { AuditVerdict, RunQuery } from '../ports/audit-log.ts';
import { runsToCsv, runsToJsonLines } from '../station/export-runs.ts';
import { EXIT, type Output } from './output.ts';
import { runAsJson, runAsText } from './run-result.ts';

/** `audit verify`: walks the whole chain. Exit 0 only when it is intact. */
export function verifyCommand(data: string, output: Output): number {
  let verdict: AuditVerdict;
  try {
    verdict = verifyAuditLog(data);
  } catch (thrown) {
    return output.failed(failureOf(thrown));
  }
  const text = verdict.intact
    ? `intact: ${verdict.entries} entries, newest ${verdict.head}`
    : [
        'NOT INTACT',
        ...verdict.defects.map(({ entry, what }) => `  ${entry === undefined ? '' : `entry ${entry}: `}${what}`),
      ].join('\n');
  output.result(JSON.parse(JSON.stringify(verdict)), text);
  return verdict.intact ? EXIT.good : EXIT.bad;
}

/** The filters of `runs` and `audit export` as they come from the command line. */
export function queryOf(options: {
  readonly batch?: string;
  readonly day?: string;
  readonly outcome?: Outcome;
  readonly limit?: number;
}): RunQuery {
  const { batch, day, outcome, limit } = options;
  return { batch, day, outcome, limit };
}

/** `runs`: finds runs by any identifier, day, batch or outcome, newest first. */
export function runsCommand(data: string, query: RunQuery, output: Output): number {
  return withAudit(data, output, (audit) => {
    for (const run of audit.findRuns(query)) output.result(runAsJson(run), runAsText(run));
    return EXIT.good;
  });
}

/** `audit export`: a day or a batch as CSV or JSON Lines, oldest first, to a file or to standard output. */
export async function exportCommand(
  data: string,
  query: RunQuery,
  to: { readonly format: 'csv' | 'jsonl'; readonly file: string | undefined },
  output: Output,
): Promise<number> {
  let text = '';
  let count = 0;
  const code = withAudit(data, output, (audit) => {
    const runs = audit.findRuns({ ...query, limit: query.limit ?? 1_000_000 }).toReversed();
    count = runs.length;
    text = to.format === 'csv' ? runsToCsv(runs) : runsToJsonLines(runs);
    return EXIT.good;
  });
  if (code !== EXIT.good) return code;
  if (to.file === undefined) {
    process.stdout.write(text);
    return EXIT.good;
  }
  try {
    await writeFile(to.file, text, { flag: 'wx' });
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return output.failed(failure('request/invalid', `${to.file} cannot be written: ${why}.`));
  }
  output.result({ ok: true, file: to.file, format: to.format, runs: count }, `${count} runs written to ${to.file}`);
  return EXIT.good;
}

function withAudit(data: string, output: Output, use: (audit: AuditLogReader) => number): number {
  let audit: AuditLogReader | undefined;
  try {
    audit = openAuditLogReadOnly(data);
    return use(audit);
  } catch (thrown) {
    return output.failed(failureOf(thrown));
  } finally {
    audit?.close();
  }
}
