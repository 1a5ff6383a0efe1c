import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';

/** A kind of database file of this program. */
export type DatabaseKind = {
  /** What it is, in a sentence: "identity book". */
  readonly what: string;
  /** Four letters that tell it from any other database; kept in `PRAGMA application_id`. */
  readonly applicationId: number;
  /** One per schema version, kept in `PRAGMA user_version`; never edited once released. */
  readonly migrations: readonly string[];
};

/**
 * Opens a database of this kind for writing, making it when it is not there and bringing it to the newest schema. Others may read and
 * write it meanwhile; what is written survives a power cut (WAL with synchronous=FULL). Throws `identity/damaged` for a file of another
 * kind or of a newer version, and what SQLite and the disk say (bookFailure names that).
 */
export function openOwned(file: string, kind: DatabaseKind): Database.Database {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    guard(database);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('fullfsync = ON');
    migrate(database, kind);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** How long a change waits for the transaction of another process. */
const BUSY_TIMEOUT_MS = 10_000;

/** A damaged or hostile file may not run code of its own, and is checked cell by cell as it is read. */
export function guard(database: Database.Database): void {
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
}

function migrate(database: Database.Database, kind: DatabaseKind): void {
  database
    .transaction(() => {
      let version = versionOf(database, kind) ?? 0;
      if (version === 0) database.pragma(`application_id = ${kind.applicationId}`);
      for (const step of kind.migrations.slice(version)) {
        database.exec(step);
        version += 1;
        database.pragma(`user_version = ${version}`);
      }
      checkSchema(database, kind);
    })
    .immediate();
}

/** The version of the file; undefined for an empty one. Throws `identity/damaged` for one of another kind or of a newer version. */
export function versionOf(
  database: Database.Database,
  { what, applicationId, migrations }: DatabaseKind,
): number | undefined {
  const number = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
  const version = number('user_version');
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isEmpty && version === 0) return undefined;
  if (number('application_id') !== applicationId) throw damaged(`The file is no ${what}.`);
  if (version > migrations.length) {
    throw damaged(`The ${what} has version ${version}; this version of Linewright knows ${migrations.length}.`);
  }
  return version;
}

/** Throws `identity/damaged` unless tables and indexes are exactly those this version makes. */
export function checkSchema(database: Database.Database, { what, migrations }: DatabaseKind): void {
  const fresh = new Database(':memory:');
  try {
    for (const step of migrations) fresh.exec(step);
    if (schemaText(fresh) !== schemaText(database)) {
      throw damaged(`Tables of the ${what} are missing, changed or foreign.`);
    }
  } finally {
    fresh.close();
  }
}

function schemaText(database: Database.Database): string {
  const rows = database
    .prepare<[], { text: string }>(
      `SELECT type || ' ' || name || ' ' || ifnull(sql, '') AS text FROM sqlite_schema
       WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name`,
    )
    .all();
  return rows.map(({ text }) => text).join('\n');
}

function damaged(detail: string): StationError {
  return new StationError('identity/damaged', detail);
}
