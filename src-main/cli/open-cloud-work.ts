import { type AuditLogReader, openAuditLog, openAuditLogReadOnly } from '../adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from '../adapters/cloud/cloud.http.ts';
import { APP_VERSION } from '../build-station.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { type CloudLink, openCloudLink } from '../open-cloud-link.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { BulkCloud } from '../ports/cloud.ts';
import { readStationFile, type StationFile } from '../station/station-file.ts';
import { unwrap } from './open-store.ts';
import { EXIT, type Output } from './output.ts';

/** What every command on cloud work is given. */
export type CloudWorkOptions = {
  readonly json?: boolean;
  readonly data: string;
  /** `data` was said on the command line and goes before the station file's. */
  readonly hasOwnData: boolean;
  readonly station?: string;
  readonly batch?: string;
  readonly day?: string;
};

export type CloudOfStation = { readonly cloud: BulkCloud; readonly link: CloudLink };

type Record<Audit> = {
  readonly audit: Audit;
  /** The data folder it is in. */
  readonly data: string;
  readonly station: StationFile | undefined;
  /** The cloud of the station file; throws `request/invalid` where none was named. */
  readonly openCloud: () => Promise<CloudOfStation>;
};

/** Runs a command on the record, also beside a running station. What is thrown as a StationError is its answer. */
export function withRecord(
  options: CloudWorkOptions,
  output: Output,
  use: (open: Record<AuditLogReader>) => Promise<number>,
): Promise<number> {
  return withAudit(openAuditLogReadOnly, options, output, use);
}

/** The same with the right to write: refuses with `station/data-in-use` while a station runs, at whose screen it is done then. */
export function withOwnRecord(
  options: CloudWorkOptions,
  output: Output,
  use: (open: Record<AuditLog>) => Promise<number>,
): Promise<number> {
  // A folder without records is a mistake, not a new station.
  const open = (data: string): AuditLog => {
    openAuditLogReadOnly(data).close();
    return openAuditLog(data);
  };
  return withAudit(open, options, output, use);
}

async function withAudit<Audit extends AuditLogReader>(
  open: (data: string) => Audit,
  options: CloudWorkOptions,
  output: Output,
  use: (open: Record<Audit>) => Promise<number>,
): Promise<number> {
  let audit: Audit | undefined;
  let link: CloudLink | undefined;
  try {
    const station = options.station === undefined ? undefined : unwrap(await readStationFile(options.station));
    const data = station === undefined || options.hasOwnData ? options.data : station.data;
    audit = open(data);
    const openCloud = async (): Promise<CloudOfStation> => {
      if (station === undefined) {
        throw new StationError('request/invalid', 'Say --station with the file that names the cloud and its token.');
      }
      link = await openCloudLink(station, APP_VERSION);
      return { cloud: createHttpCloud(link.settings), link };
    };
    return await use({ audit, data, station, openCloud });
  } catch (thrown) {
    if (!(thrown instanceof StationError)) throw thrown;
    const exit = output.failed(failureOf(thrown));
    return thrown.code === 'request/invalid' ? EXIT.misuse : exit;
  } finally {
    link?.close();
    audit?.close();
  }
}

/** Today as the record counts days: the local calendar day. */
export function today(): string {
  const now = new Date();
  const part = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${part(now.getMonth() + 1)}-${part(now.getDate())}`;
}
