import type { CloudComparison, ComparedUnit } from '../domain/cloud-comparison.ts';
import type { JsonObject } from '../domain/json.ts';
import { reopenOnRecord } from '../outbox/asked-again.ts';
import { compareWithCloud, worthAskingAgain } from '../outbox/compare-with-cloud.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { placeText } from './cloud-list-commands.ts';
import { type CloudOfStation, type CloudWorkOptions, today, withOwnRecord, withRecord } from './open-cloud-work.ts';
import { EXIT, type Output } from './output.ts';

type VerifyOptions = CloudWorkOptions & { readonly reopen: boolean };

/**
 * `cloud verify`: which units of a batch or a day are really in the product with a live SIM, as its lists show it, and where the record
 * says something else. With `--reopen` the work of those is done anew, by the next start of the station or `cloud drain`. Exit 0 only
 * when record and cloud agree about every unit and nothing is open.
 */
export function verifyCloudCommand({ reopen, ...options }: VerifyOptions, output: Output): Promise<number> {
  if (!reopen) {
    return withRecord(options, output, async ({ audit, openCloud }) => {
      return tell(await comparisonOf(audit, options, await openCloud()), undefined, output);
    });
  }
  return withOwnRecord(options, output, async ({ audit, openCloud }) => {
    const comparison = await comparisonOf(audit, options, await openCloud());
    const reopened = reopenOnRecord(audit, worthAskingAgain(comparison)).length;
    const { compared: _, ...counts } = comparison;
    audit.note('cloud-checked', { batch: options.batch, day: options.day, ...counts, reopened });
    return tell(comparison, reopened, output);
  });
}

function comparisonOf(
  audit: Pick<AuditLog, 'cloudStandings'>,
  { batch, day }: CloudWorkOptions,
  { cloud }: CloudOfStation,
): Promise<CloudComparison> {
  const query = batch === undefined && day === undefined ? { day: today() } : { batch, day };
  return compareWithCloud(audit.cloudStandings(query), { cloud, signal: abortOnExitSignals() });
}

function tell(comparison: CloudComparison, reopened: number | undefined, output: Output): number {
  const { compared, ...counts } = comparison;
  for (const unit of compared) {
    // People want what is wrong; a program may want every unit.
    if (output.json || unit.differences.length > 0) output.result({ ok: true, ...json(unit) }, unitText(unit));
  }
  const { units, live, agree, open } = counts;
  const anew = reopened === undefined ? {} : { reopened };
  output.result(
    { ok: agree === units && open === 0, ...counts, ...anew },
    [
      `${units} units: ${live} in the product with a live SIM; record and cloud agree about ${agree}; ${open} still open.`,
      ...(reopened === undefined ? [] : [`${reopened} are done anew, when the station starts or by \`cloud drain\`.`]),
    ].join('\n'),
  );
  return agree === units && open === 0 ? EXIT.good : EXIT.bad;
}

function unitText(unit: ComparedUnit): string {
  const says = unit.differences.map((one) => `  ${one.says} [${one.kind}]`);
  return [`${placeText(unit)}  run ${unit.runId}`, ...says].join('\n');
}

function json(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
