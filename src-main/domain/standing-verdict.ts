import { type Failure, failure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { RunRecord } from './run-record.ts';

/**
 * The verdict on a unit as it stands now: how its run ended, unless the cloud rejected the unit afterwards. Such a unit is a reject, and
 * no list, page or export may show it as a pass; the record keeps what was written. Undefined while the run goes on.
 */
export function standingVerdict({
  ended,
  cloud,
}: Pick<RunRecord, 'ended' | 'cloud'>): { readonly outcome: Outcome; readonly failure?: Failure } | undefined {
  if (ended === undefined) return undefined;
  if (ended.outcome === 'PASS' && cloud?.last.state === 'rejected') {
    const why = cloud.last.failure;
    const detail = why === undefined ? 'The cloud gave no reason.' : why.detail;
    return { outcome: 'FAIL', failure: failure('cloud/rejected-later', detail) };
  }
  return { outcome: ended.outcome, ...(ended.failure === undefined ? {} : { failure: ended.failure }) };
}
