import type Database from 'better-sqlite3';
import type { CloudStanding, CloudState } from '../../domain/cloud-work.ts';
import { StationError } from '../../domain/failure.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { RunBegun, RunRecord } from '../../domain/run-record.ts';
import type { AuditLog, AuditVerdict, CloudQuery, RunQuery } from '../../ports/audit-log.ts';
import { auditFailure } from './audit-failures.ts';
import type { AuditFiles } from './audit-files.ts';
import { awaitedOnline, countStates, findStandings, openWork } from './cloud-queries.ts';
import type { EntryRows } from './entry-rows.ts';
import { type Head, readHead } from './head-file.ts';
import {
  countOutcomes,
  findRunIds,
  lastNote,
  passedInBatch,
  readRun,
  recentRunIdsOfSlot,
  unfinishedRunIds,
} from './run-queries.ts';
import { verifyChain } from './verify-chain.ts';

/** What can be asked of a log without the right to write. */
export type AuditLogReader = Pick<
  AuditLog,
  | 'readRun'
  | 'findRuns'
  | 'recentRuns'
  | 'unfinishedRuns'
  | 'passedInBatch'
  | 'countOutcomes'
  | 'openCloudWork'
  | 'cloudStandings'
  | 'countCloudStates'
  | 'awaitedOnline'
  | 'lastNote'
  | 'verify'
  | 'close'
>;

/** Everything that reads; the writing log is built on it. */
export class SqliteAuditLogReader implements AuditLogReader {
  protected readonly database: Database.Database;
  protected readonly entries: EntryRows;
  protected readonly files: AuditFiles;

  constructor(database: Database.Database, entries: EntryRows, files: AuditFiles) {
    this.database = database;
    this.entries = entries;
    this.files = files;
  }

  readRun(runId: string): RunRecord | undefined {
    return this.reading('Reading a run', () => readRun(this.entries, runId));
  }

  findRuns(query: RunQuery): readonly RunRecord[] {
    return this.reading('Finding runs', () => findRunIds(this.database, query).flatMap((runId) => this.known(runId)));
  }

  recentRuns(slot: string, limit: number, isVirtual: boolean): readonly RunRecord[] {
    return this.reading('Finding the runs of a slot', () =>
      recentRunIdsOfSlot(this.database, { slot, limit, isVirtual }).flatMap((runId) => this.known(runId)),
    );
  }

  unfinishedRuns(): readonly RunBegun[] {
    return this.reading('Finding unfinished runs', () =>
      unfinishedRunIds(this.database).flatMap((runId) => this.known(runId).map((run) => run.begun)),
    );
  }

  passedInBatch(batch: string, deviceId: string): string | undefined {
    return this.reading('Looking for a duplicate', () => passedInBatch(this.database, batch, deviceId));
  }

  countOutcomes(batch: string): Readonly<Partial<Record<Outcome, number>>> {
    return this.reading('Counting a batch', () => countOutcomes(this.database, batch));
  }

  openCloudWork(): readonly CloudStanding[] {
    return this.reading('Finding open cloud work', () => openWork(this.database));
  }

  cloudStandings(query: CloudQuery): readonly CloudStanding[] {
    return this.reading('Finding cloud work', () => findStandings(this.database, query));
  }

  countCloudStates(batch: string): Readonly<Partial<Record<CloudState, number>>> {
    return this.reading('Counting cloud work', () => countStates(this.database, batch));
  }

  awaitedOnline(): readonly CloudStanding[] {
    return this.reading('Finding units to come online', () => awaitedOnline(this.database));
  }

  lastNote(kind: string): Readonly<Record<string, unknown>> | undefined {
    return this.reading('Finding a note', () => lastNote(this.database, kind));
  }

  verify(): AuditVerdict {
    return this.reading('Verifying', () => {
      const head = headForVerdict(this.files);
      return inOneRead(this.database, () => verifyChain(this.database, this.entries, head));
    });
  }

  close(): void {
    this.database.close();
  }

  protected reading<Value>(doing: string, read: () => Value): Value {
    try {
      return read();
    } catch (thrown) {
      throw auditFailure(thrown, doing);
    }
  }

  private known(runId: string): readonly RunRecord[] {
    const run = readRun(this.entries, runId);
    if (run === undefined) throw new StationError('audit/damaged', `The beginning of run ${runId} is not in the log.`);
    return [run];
  }
}

function headForVerdict(files: AuditFiles): Head | undefined | 'unreadable' {
  try {
    return readHead(files.head);
  } catch (thrown) {
    if (thrown instanceof StationError) return 'unreadable';
    throw thrown;
  }
}

/**
 * Reads from one and the same state of the file, whatever a station writes meanwhile. Not SQLite's usual wrapper, because
 * that commits at the end, and a commit after a damaged page was met throws the verdict away.
 */
function inOneRead<Value>(database: Database.Database, read: () => Value): Value {
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    try {
      if (database.inTransaction) database.exec('ROLLBACK');
    } catch {
      // Nothing was written, so there is nothing to undo; closing the connection ends the read.
    }
  }
}
