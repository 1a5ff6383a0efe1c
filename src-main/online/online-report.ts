import type { CloudStanding } from '../domain/cloud-work.ts';
import type { OnlineReport, OnlineReportRow } from '../domain/online-report.ts';

/** The list for QA, from the standings of a batch or a day. A unit that the cloud rejected is not awaited: it is a reject. */
export function onlineReport(standings: readonly CloudStanding[]): OnlineReport {
  const asked = standings.filter(({ work }) => work.online !== undefined);
  const listed = asked.flatMap(rowOf).toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
  const count = (verdict: OnlineReportRow['verdict']) => listed.filter((row) => row.verdict === verdict).length;
  return {
    units: asked.length,
    online: asked.filter(({ online }) => online?.verdict === 'online').length,
    awaited: count('awaited'),
    late: count('late'),
    wrongVersion: count('wrong-version'),
    listed,
  };
}

const ORDER: Readonly<Record<OnlineReportRow['verdict'], number>> = { late: 0, 'wrong-version': 1, awaited: 2 };

function rowOf({ work, last, online }: CloudStanding): readonly OnlineReportRow[] {
  if (work.online === undefined || online?.verdict === 'online') return [];
  if (online === undefined && last.state === 'rejected') return [];
  const { runId, deviceId, serialNumber, batch, carton, at: passedAt } = work;
  const { withinHours, productVersion: wantedVersion } = work.online;
  const { firstOnlineAt, productVersion } = online ?? {};
  return [
    {
      runId,
      verdict: online?.verdict ?? 'awaited',
      deviceId,
      ...(serialNumber === undefined ? {} : { serialNumber }),
      batch,
      ...(carton === undefined ? {} : { carton }),
      passedAt,
      withinHours,
      wantedVersion,
      ...(firstOnlineAt === undefined ? {} : { firstOnlineAt }),
      ...(productVersion === undefined ? {} : { productVersion }),
    },
  ];
}
