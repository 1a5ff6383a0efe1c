import type Database from 'better-sqlite3';
import type { CloudStep, CloudWork, OnlineProof } from '../../domain/cloud-work.ts';
import { StationError } from '../../domain/failure.ts';
import type { RunBegun, RunEnded, StepRecord } from '../../domain/run-record.ts';
import type { AuditLog, AuditVerdict } from '../../ports/audit-log.ts';
import { auditFailure } from './audit-failures.ts';
import { type AuditFiles, auditFiles, lockForWriting, openForReading, openForWriting } from './audit-files.ts';
import { type AuditLogReader, SqliteAuditLogReader } from './audit-log-reader.sqlite.ts';
import { type EntryContent, entryHash, GENESIS } from './entry.ts';
import { type EntryRows, entryRows } from './entry-rows.ts';
import { type Head, prepareHead, readHead, writeOpeningHead } from './head-file.ts';
import { runState } from './run-queries.ts';

export type { AuditLogReader } from './audit-log-reader.sqlite.ts';

export type AuditLogOptions = {
  /** The time an entry is written at; the real one unless told. */
  readonly clock?: () => Date;
  /** How long to wait for a reader or a checker that holds the file, in milliseconds. */
  readonly busyTimeoutMs?: number;
};

/**
 * Opens the audit log of a data folder (or a `.sqlite` file) for the one station that writes it, making it when it is not
 * there. Throws `station/data-in-use` when another station holds the folder, `audit/newer-version` for records of a later
 * Linewright, `audit/damaged` for a file that is not whole at its end, and `audit/write-failed` when the disk refuses.
 */
export function openAuditLog(folderOrFile: string, options: AuditLogOptions = {}): AuditLog {
  const files = auditFiles(folderOrFile);
  let unlock: (() => void) | undefined;
  let database: Database.Database | undefined;
  try {
    unlock = lockForWriting(files);
    database = openForWriting(files, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
    const entries = entryRows(database);
    checkEnd(files, entries);
    return new SqliteAuditLog(database, entries, files, options.clock ?? (() => new Date()), unlock);
  } catch (thrown) {
    database?.close();
    unlock?.();
    throw auditFailure(thrown, 'Opening the audit log');
  }
}

/**
 * Opens the audit log for reading only, also beside a running station: for `audit verify`, `runs` and `export`. Throws
 * `audit/missing`, `audit/newer-version` or `audit/damaged`.
 */
export function openAuditLogReadOnly(folderOrFile: string, options: AuditLogOptions = {}): AuditLogReader {
  const files = auditFiles(folderOrFile);
  try {
    const database = openForReading(files, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
    try {
      return new SqliteAuditLogReader(database, entryRows(database), files);
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  } catch (thrown) {
    throw auditFailure(thrown, 'Opening the audit log');
  }
}

/**
 * Verifies a log from its files, also when it is too damaged to be opened: that is a verdict too. Still throws
 * `audit/missing`, `audit/newer-version` and `audit/write-failed` (the disk does not let it be read).
 */
export function verifyAuditLog(folderOrFile: string, options: AuditLogOptions = {}): AuditVerdict {
  try {
    const log = openAuditLogReadOnly(folderOrFile, options);
    try {
      return log.verify();
    } finally {
      log.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.code !== 'audit/damaged') throw thrown;
    return { intact: false, entries: 0, defects: [{ entry: undefined, what: thrown.message }] };
  }
}

const BUSY_TIMEOUT_MS = 5000;

/** More JSON than this in one entry is a fault of the caller, not evidence. */
const MOST_BODY_CHARACTERS = 16 * 1024 * 1024;

class SqliteAuditLog extends SqliteAuditLogReader implements AuditLog {
  private readonly clock: () => Date;
  private readonly unlock: () => void;

  constructor(
    database: Database.Database,
    entries: EntryRows,
    files: AuditFiles,
    clock: () => Date,
    unlock: () => void,
  ) {
    super(database, entries, files);
    this.clock = clock;
    this.unlock = unlock;
  }

  beginRun(run: RunBegun): void {
    this.appendAll([{ kind: 'run-begun', runId: run.runId, value: run, day: localDay(run.at), wanted: 'unknown' }]);
  }

  addStep(runId: string, step: StepRecord): void {
    this.appendAll([{ kind: 'step', runId, value: step, wanted: 'open' }]);
  }

  endRun(ended: RunEnded, work?: CloudWork): void {
    const { runId } = ended;
    const verdict: Addition = { kind: 'run-ended', runId, value: ended, wanted: 'open' };
    this.appendAll(
      work === undefined ? [verdict] : [verdict, { kind: 'cloud-work', runId, value: work, wanted: 'ended' }],
    );
  }

  addCloudSteps(steps: readonly CloudStep[]): void {
    this.appendAll(steps.map((value) => ({ kind: 'cloud-step', runId: value.runId, value, wanted: 'in the cloud' })));
  }

  addOnlineProofs(proofs: readonly OnlineProof[]): void {
    this.appendAll(
      proofs.map((value) => ({ kind: 'online-proof', runId: value.runId, value, wanted: 'in the cloud' })),
    );
  }

  note(kind: string, body: Readonly<Record<string, unknown>>): void {
    this.appendAll([{ kind: `note/${kind}`, runId: null, value: body, wanted: undefined }]);
  }

  override close(): void {
    super.close();
    this.unlock();
  }

  /** All of them or none, in one transaction, on disk when it returns. */
  private appendAll(additions: readonly Addition[]): void {
    if (additions.length === 0) return;
    const at = this.clock().toISOString();
    const contents = additions.map((addition): EntryContent => {
      const body = JSON.stringify(addition.value);
      if (body.length > MOST_BODY_CHARACTERS) {
        throw new StationError('audit/write-failed', `A record of ${body.length} characters is too large to keep.`);
      }
      return { at, kind: addition.kind, runId: addition.runId, day: addition.day ?? null, body };
    });
    try {
      const publishHead = this.database
        .transaction((): (() => void) => {
          let head: Head | undefined;
          for (const [index, { kind, runId, wanted }] of additions.entries()) {
            const content = contents[index];
            const state = runId === null ? undefined : runState(this.database, runId);
            if (state !== wanted || content === undefined) {
              throw new StationError('run/bug', `A ${kind} cannot be recorded for run ${runId}: it is ${state}.`);
            }
            head = this.entries.append(content);
          }
          return head === undefined ? () => {} : prepareHead(this.files.head, head);
        })
        .immediate();
      publishHead();
    } catch (thrown) {
      throw auditFailure(thrown, `Recording ${additions[0]?.kind}`);
    }
  }
}

/** One entry to be added; `wanted` is the state its run must be in. */
type Addition = {
  readonly kind: string;
  readonly runId: string | null;
  readonly value: object;
  readonly day?: string;
  readonly wanted: ReturnType<typeof runState> | undefined;
};

/**
 * Before anything is added, the end must be the one that was left: a log continued over a cut end would bury the cut. The
 * rest is for verify, which takes longer. Writes the first head of a new log, and a head that a crash kept back.
 */
function checkEnd(files: AuditFiles, entries: EntryRows): void {
  const head = readHead(files.head);
  const last = entries.last();
  const end = last?.seq ?? 0;
  if (end !== entries.counter() || (head?.entry ?? 0) > end) {
    throw new StationError('audit/damaged', `Entries are missing at the end of the log, after entry ${end}.`);
  }
  if (head === undefined && end > 0) {
    throw new StationError('audit/damaged', 'The head file beside the audit log is missing.');
  }
  if (last !== undefined && entryHash(last) !== last.hash) {
    throw new StationError('audit/damaged', `Entry ${end}, the last one, was changed.`);
  }
  if (head !== undefined && head.entry > 0 && entries.read(head.entry)?.hash !== head.hash) {
    throw new StationError('audit/damaged', `Entry ${head.entry} is not the one the head file knows.`);
  }
  if (head === undefined || head.entry < end) {
    writeOpeningHead(files.head, { entry: end, hash: last?.hash ?? GENESIS });
  }
}

/** The day on the wall of the station, `YYYY-MM-DD`. */
function localDay(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) throw new StationError('run/bug', 'A run was begun without a valid time.');
  const two = (value: number) => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}
