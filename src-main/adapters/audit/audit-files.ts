import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';
import { auditFailure, isBusy, isUnopenable } from './audit-failures.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';

/** Where the parts of one audit log lie; all in one folder, moved and kept together. */
export type AuditFiles = {
  /** The log itself (with `-wal` and `-shm` beside it while it is open). */
  readonly database: string;
  /** The number and hash of the last entry, so that a cut end is noticed. */
  readonly head: string;
  /** Locked by the one station that may write. */
  readonly lock: string;
};

/** The files of the log in a data folder, or of the log whose `.sqlite` file is given. */
export function auditFiles(folderOrFile: string): AuditFiles {
  const path = resolve(folderOrFile);
  const database = path.endsWith('.sqlite') ? path : join(path, 'audit.sqlite');
  const bare = database.slice(0, -'.sqlite'.length);
  return { database, head: `${bare}.head`, lock: `${bare}.lock` };
}

/**
 * Takes the right to write in this folder; give it back with the function returned. It is an exclusive lock of SQLite on an
 * empty file: the operating system drops it with the process, however that ends, so no stale lock is ever left. Throws
 * `station/data-in-use` when another station, or this one, holds it.
 */
export function lockForWriting(files: AuditFiles): () => void {
  mkdirSync(dirname(files.lock), { recursive: true });
  const lock = new Database(files.lock, { timeout: 0 });
  try {
    // Nothing is ever written to it, so it needs no journal file beside it.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    lock.close();
    if (!isBusy(thrown)) throw thrown;
    throw new StationError('station/data-in-use', `Another Linewright writes in ${dirname(files.lock)}.`, {
      cause: thrown,
    });
  }
  return () => lock.close();
}

/**
 * Opens the database for writing, making it when it is not there. Durable on return of every transaction: WAL with
 * synchronous=FULL, set at every open because SQLite keeps neither FULL nor its Mac counterpart in the file.
 */
export function openForWriting(files: AuditFiles, busyTimeoutMs: number): Database.Database {
  if (!existsSync(files.database) && existsSync(files.head)) {
    throw new StationError('audit/damaged', 'The audit log is gone; only its head file is there.');
  }
  const database = new Database(files.database, { timeout: busyTimeoutMs });
  try {
    guard(database);
    schemaVersion(database);
    const mode = database.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal') {
      throw new StationError('audit/write-failed', `The disk of ${files.database} cannot hold a write-ahead log.`);
    }
    database.pragma('synchronous = FULL');
    database.pragma('fullfsync = ON');
    database.pragma('checkpoint_fullfsync = ON');
    database.pragma('recursive_triggers = ON');
    // No stale copies in unused room: whoever looks for a record in the file finds the one that counts.
    database.pragma('secure_delete = ON');
    migrate(database);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Opens the database for reading only, also while a station writes to it. Throws `audit/missing` when there is none. */
export function openForReading(files: AuditFiles, busyTimeoutMs: number): Database.Database {
  if (!existsSync(files.database)) {
    if (existsSync(files.head)) {
      throw new StationError('audit/damaged', 'The audit log is gone; only its head file is there.');
    }
    throw new StationError('audit/missing', `There is no audit log at ${files.database}.`);
  }
  try {
    return checked(new Database(files.database, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true }));
  } catch (thrown) {
    const isArchive = isUnopenable(thrown) && !existsSync(`${files.database}-wal`);
    if (!isArchive) throw auditFailure(thrown, 'Opening the audit log');
  }
  try {
    return checked(new Database(archivedCopy(files.database), { readonly: true }));
  } catch (thrown) {
    throw auditFailure(thrown, 'Opening the archived audit log');
  }
}

/** The connection, if the file is an audit log of this version; closed and thrown for otherwise. */
function checked(database: Database.Database): Database.Database {
  try {
    guard(database);
    const version = schemaVersion(database);
    if (version < SCHEMA_VERSION) {
      throw new StationError(
        'audit/damaged',
        `The file has schema version ${version}, not ${SCHEMA_VERSION}: it is no audit log, or a station must open it first.`,
      );
    }
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/**
 * A closed log on a medium that cannot be written: SQLite wants to make its shared-memory file beside it and cannot, so the
 * file is read whole into memory. Bytes 18 and 19 of the header say "write-ahead log" and become "rollback journal" (SQLite
 * file format 1.3.3), without which a database in memory is refused.
 */
function archivedCopy(path: string): Buffer {
  const bytes = readFileSync(path);
  if (bytes[18] === 2 && bytes[19] === 2) bytes.fill(1, 18, 20);
  return bytes;
}

/** A damaged or hostile file may not run code of its own, and is checked cell by cell as it is read. */
function guard(database: Database.Database): void {
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
}
