import { existsSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';
import type { BulkJournal, BulkMark } from '../../ports/bulk-journal.ts';
import { bookFailure } from './book-failures.ts';
import { guard } from './owned-database.ts';

/** What a bulk job is: the same file, into the same product. */
export type BulkJob = {
  readonly kind: 'pre-add' | 'import-sims';
  readonly productId: number;
  /** Name and hash of the list. */
  readonly file: string;
  readonly sha256: string;
};

/**
 * Opens the journal of a job at this path. A new job must find no journal there and makes one; with `resume` there must be one, of the
 * same job. While it is open nobody else has it, however the process ends. Throws `identity/file-changed` for the journal of another
 * file, product or kind of job, `request/invalid` for one that is there or missing against the wish, `station/data-in-use` for one that
 * another process works on, `identity/damaged` for what is no journal, and `identity/write-failed`.
 */
export function openBulkJournal(path: string, job: BulkJob, resume: boolean): BulkJournal {
  const isThere = existsSync(path);
  if (isThere && !resume) {
    throw new StationError(
      'request/invalid',
      `There is a job at ${path} already. Go on with it (--resume), or give the new one another result file (--out).`,
    );
  }
  if (!isThere && resume) throw new StationError('request/invalid', `There is no job to go on with at ${path}.`);
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    guard(database);
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('synchronous = FULL');
    database.pragma('fullfsync = ON');
    const held = database;
    held.transaction(() => begin(held, job)).immediate();
    return new SqliteBulkJournal(database);
  } catch (thrown) {
    database?.close();
    if (!isThere) rmSync(path, { force: true });
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY')) {
      throw new StationError('station/data-in-use', `Another Linewright works on the job at ${path}.`, {
        cause: thrown,
      });
    }
    throw bookFailure(thrown, `Opening the journal ${path}`, 'identity/write-failed');
  }
}

/** "LwBJ": tells a journal from any other database. */
const APPLICATION_ID = 0x4c77424a;
const VERSION = 1;

/** Makes the tables of a new journal, or checks that it is this job's. */
function begin(database: Database.Database, job: BulkJob): void {
  const number = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
  if (database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) {
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${VERSION}`);
    database.exec(`
      CREATE TABLE job (kind TEXT NOT NULL, product_id INTEGER NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;
      CREATE TABLE mark (identifier TEXT PRIMARY KEY, state TEXT NOT NULL, result TEXT, reason TEXT) STRICT, WITHOUT ROWID;`);
    database.prepare('INSERT INTO job VALUES (?, ?, ?, ?)').run(job.kind, job.productId, job.file, job.sha256);
    return;
  }
  if (number('application_id') !== APPLICATION_ID || number('user_version') !== VERSION) {
    throw new StationError('identity/damaged', 'The file is no journal of a bulk job of this version.');
  }
  const kept = database.prepare<[], BulkJob>('SELECT kind, product_id AS productId, file, sha256 FROM job').get();
  if (kept === undefined) throw new StationError('identity/damaged', 'The journal does not say what its job is.');
  if (kept.sha256 === job.sha256 && kept.kind === job.kind && kept.productId === job.productId) return;
  const what = (one: BulkJob): string =>
    `${one.kind} of ${one.file} (SHA-256 ${one.sha256.slice(0, 12)}) into product ${one.productId}`;
  throw new StationError('identity/file-changed', `The journal is of a ${what(kept)}, not of a ${what(job)}.`);
}

class SqliteBulkJournal implements BulkJournal {
  readonly #database: Database.Database;
  readonly #put: Database.Statement<[string, string, string | null, string | null]>;
  readonly #marks = new Map<string, BulkMark>();
  #settled = 0;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#put = database.prepare('INSERT OR REPLACE INTO mark (identifier, state, result, reason) VALUES (?, ?, ?, ?)');
    type Row = { identifier: string; state: string; result: string | null; reason: string | null };
    for (const row of database.prepare<[], Row>('SELECT * FROM mark').all()) {
      const { identifier, state, result, reason } = row;
      this.#keep({
        identifier,
        state: state as BulkMark['state'],
        ...(result === null ? {} : { result: result as NonNullable<BulkMark['result']> }),
        ...(reason === null ? {} : { reason }),
      });
    }
  }

  marks(): ReadonlyMap<string, BulkMark> {
    return this.#marks;
  }

  settled(): number {
    return this.#settled;
  }

  write(marks: readonly BulkMark[]): void {
    if (marks.length === 0) return;
    try {
      this.#database
        .transaction(() => {
          for (const { identifier, state, result, reason } of marks) {
            this.#put.run(identifier, state, result ?? null, reason ?? null);
          }
        })
        .immediate();
    } catch (thrown) {
      throw bookFailure(thrown, 'Writing the journal', 'identity/write-failed');
    }
    for (const mark of marks) this.#keep(mark);
  }

  close(): void {
    this.#database.close();
  }

  #keep(mark: BulkMark): void {
    if (this.#marks.get(mark.identifier)?.state === 'settled') this.#settled -= 1;
    if (mark.state === 'settled') this.#settled += 1;
    this.#marks.set(mark.identifier, mark);
  }
}
