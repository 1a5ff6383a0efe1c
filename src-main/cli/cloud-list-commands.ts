import type { CloudStanding } from '../domain/cloud-work.ts';
import type { JsonObject } from '../domain/json.ts';
import type { OnlineReportRow } from '../domain/online-report.ts';
import { onlineReport } from '../online/online-report.ts';
import { type CloudWorkOptions, withRecord } from './open-cloud-work.ts';
import { EXIT, type Output } from './output.ts';

/** `cloud pending`: units whose cloud work is not done, one a line. */
export function pendingCommand(options: CloudWorkOptions, output: Output): Promise<number> {
  const { batch, day } = options;
  return withRecord(options, output, async ({ audit }) => {
    const isAll = batch === undefined && day === undefined;
    const pending = isAll
      ? audit.openCloudWork()
      : audit.cloudStandings({ batch, day }).filter(({ last }) => !last.isDone);
    for (const standing of pending) tell(standing, output);
    if (pending.length === 0 && !output.json) output.result({}, 'Nothing is left to do.');
    return EXIT.good;
  });
}

/** `cloud rejected`: units that passed and that the cloud rejected, one a line, with the carton they are in. */
export function rejectedCommand(options: CloudWorkOptions, output: Output): Promise<number> {
  const { batch, day } = options;
  return withRecord(options, output, async ({ audit }) => {
    const rejected = audit.cloudStandings({ batch, day, state: 'rejected' });
    for (const standing of rejected) tell(standing, output);
    if (rejected.length === 0 && !output.json) output.result({}, 'The cloud has rejected nothing.');
    return EXIT.good;
  });
}

/** `cloud online`: the list for QA. Exit 0 only when no unit was late or came with another firmware. */
export function onlineCommand(options: CloudWorkOptions, output: Output): Promise<number> {
  const { batch, day } = options;
  return withRecord(options, output, async ({ audit }) => {
    const { listed, ...counts } = onlineReport(audit.cloudStandings({ batch, day }));
    const { units, online, awaited, late, wrongVersion } = counts;
    for (const row of listed) output.result({ ok: true, ...json(row) }, onlineText(row));
    output.result(
      { ok: true, ...counts },
      `${units} units are to come online: ${online} have, ${awaited} not yet, ${late} too late, ${wrongVersion} with other firmware.`,
    );
    return late + wrongVersion === 0 ? EXIT.good : EXIT.bad;
  });
}

function tell({ work, last }: CloudStanding, output: Output): void {
  const { runId, deviceId, serialNumber, batch, carton, productId, at } = work;
  const { state, failure } = last;
  const reason = failure === undefined ? {} : { failure: { code: failure.code, detail: failure.detail } };
  const unit = { runId, deviceId, serialNumber, batch, carton, productId, passedAt: at };
  output.result(
    { ok: true, ...json(unit), state, ...reason },
    [
      `${state.padEnd(11)} ${placeText(work)}  passed ${at}  run ${runId}`,
      ...(failure === undefined ? [] : [`  ${failure.detail} [${failure.code}]`]),
    ].join('\n'),
  );
}

function onlineText(row: OnlineReportRow): string {
  const { verdict, withinHours, wantedVersion, firstOnlineAt, productVersion, passedAt } = row;
  const at = firstOnlineAt === undefined ? '' : ` at ${firstOnlineAt}`;
  const what = {
    awaited: `not yet, passed ${passedAt}, is to come within ${withinHours} h`,
    late: `not within ${withinHours} h, passed ${passedAt}${at === '' ? '' : `, came${at}`}`,
    'wrong-version': `version ${productVersion ?? 'unknown'} instead of ${wantedVersion}${at}`,
  }[verdict];
  return `${verdict.padEnd(13)} ${placeText(row)}: ${what}`;
}

/** Which unit it is and where it lies. */
export function placeText(unit: {
  readonly deviceId: string;
  readonly serialNumber?: string;
  readonly batch: string;
  readonly carton?: string;
}): string {
  const { deviceId, serialNumber, batch, carton } = unit;
  const place = carton === undefined ? batch : `${batch} carton ${carton}`;
  return `${serialNumber === undefined ? '' : `${serialNumber} `}${deviceId}  ${place}`;
}

function json(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
