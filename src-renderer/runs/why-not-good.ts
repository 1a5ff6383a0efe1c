import type { FailureCode } from '../../src-main/domain/failure-codes.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { standingVerdict } from '../../src-main/domain/standing-verdict.ts';

/** Everything that is wrong with the unit of a run, as failure codes: its verdict, what the cloud says of it, its first time online. */
export function whyNotGood(run: Pick<RunRecord, 'ended' | 'cloud'>): readonly FailureCode[] {
  const { cloud } = run;
  const verdict = cloud?.online?.verdict;
  return [
    standingVerdict(run)?.failure?.code,
    cloud?.last.failure?.code,
    verdict === 'late' || verdict === 'wrong-version' ? (`online/${verdict}` as const) : undefined,
  ].filter((code) => code !== undefined);
}
