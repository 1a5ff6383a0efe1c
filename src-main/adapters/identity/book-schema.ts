import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';

/** The newest schema this version knows; kept in `PRAGMA user_version`. */
const SCHEMA_VERSION = 1;
/** "LwIB": tells the book from any other database. */
const APPLICATION_ID = 0x4c774942;

/**
 * Brings a book to the newest schema; an empty file becomes a book. Throws `identity/damaged` for anything else than a book, or a book of
 * a newer version.
 */
export function migrateBook(database: Database.Database): void {
  database
    .transaction(() => {
      let version = bookVersion(database) ?? 0;
      if (version === 0) database.pragma(`application_id = ${APPLICATION_ID}`);
      for (const step of MIGRATIONS.slice(version)) {
        database.exec(step);
        version += 1;
        database.pragma(`user_version = ${version}`);
      }
      checkSchema(database);
    })
    .immediate();
}

/** The version of the book; undefined for an empty file. Throws `identity/damaged` for a foreign or newer one. */
export function bookVersion(database: Database.Database): number | undefined {
  const number = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
  const version = number('user_version');
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isEmpty && version === 0) return undefined;
  if (number('application_id') !== APPLICATION_ID) throw damaged('The file is no identity book.');
  if (version > SCHEMA_VERSION) {
    throw damaged(`The book has version ${version}; this version of Linewright knows ${SCHEMA_VERSION}.`);
  }
  return version;
}

/** Throws `identity/damaged` unless tables and indexes are exactly those this version makes. */
export function checkSchema(database: Database.Database): void {
  const fresh = new Database(':memory:');
  try {
    for (const step of MIGRATIONS) fresh.exec(step);
    if (schemaText(fresh) !== schemaText(database))
      throw damaged('Tables of the book are missing, changed or foreign.');
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

// `contested` of an entry is the first conflict about it; the table of that name holds every identifier that a refused line named.
const MIGRATIONS: readonly string[] = [
  `
    CREATE TABLE source (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE entry (
      id INTEGER PRIMARY KEY,
      device_id TEXT,
      serial_number TEXT,
      iccid TEXT,
      imei TEXT,
      sku TEXT,
      contested INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX entry_by_device_id ON entry (device_id) WHERE device_id IS NOT NULL;
    CREATE UNIQUE INDEX entry_by_serial_number ON entry (serial_number) WHERE serial_number IS NOT NULL;
    CREATE UNIQUE INDEX entry_by_iccid ON entry (iccid) WHERE iccid IS NOT NULL;
    CREATE UNIQUE INDEX entry_by_imei ON entry (imei) WHERE imei IS NOT NULL;

    CREATE TABLE mention (
      source INTEGER NOT NULL,
      line INTEGER NOT NULL,
      entry INTEGER NOT NULL,
      PRIMARY KEY (source, line)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mention_by_entry ON mention (entry, source, line);

    CREATE TABLE conflict (
      id INTEGER PRIMARY KEY,
      source INTEGER NOT NULL,
      line INTEGER NOT NULL,
      identifiers TEXT NOT NULL,
      what TEXT NOT NULL,
      UNIQUE (source, identifiers)
    ) STRICT;
    CREATE TABLE contested (
      kind TEXT NOT NULL,
      value TEXT NOT NULL,
      conflict INTEGER NOT NULL,
      PRIMARY KEY (kind, value)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sync (
      product_id INTEGER PRIMARY KEY,
      next_page INTEGER NOT NULL,
      started_at TEXT NOT NULL
    ) STRICT;
  `,
];
