import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';

/** The newest schema this version knows; kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 3;

/**
 * Brings the database to the newest schema, all steps in one transaction. A fresh file (version 0, nothing in it) is made
 * whole. Throws `audit/newer-version` for a later schema and `audit/damaged` for a file of version 0 that holds something.
 */
export function migrate(database: Database.Database): void {
  database
    .transaction(() => {
      let version = schemaVersion(database);
      if (version === 0 && !isEmpty(database)) {
        throw new StationError('audit/damaged', 'The file holds something else than an audit log.');
      }
      for (const step of MIGRATIONS.slice(version)) {
        database.exec(step);
        version += 1;
        database.pragma(`user_version = ${version}`);
      }
    })
    .immediate();
}

/** The schema version of the file; throws `audit/newer-version` when it is later than this program knows. */
export function schemaVersion(database: Database.Database): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > SCHEMA_VERSION) {
    throw new StationError(
      'audit/newer-version',
      `The audit log has schema version ${version}; this version of Linewright knows ${SCHEMA_VERSION}.`,
    );
  }
  return version;
}

/** One sentence for every table, index or trigger that is not as this version made it: dropped, changed or added. */
export function schemaDefects(database: Database.Database): readonly string[] {
  const fresh = new Database(':memory:');
  try {
    migrate(fresh);
    const wanted = schemaObjects(fresh);
    const found = schemaObjects(database);
    const defects: string[] = [];
    for (const [name, sql] of wanted) {
      if (!found.has(name)) defects.push(`The ${name} of the database is missing.`);
      else if (found.get(name) !== sql) defects.push(`The ${name} of the database was changed.`);
    }
    for (const name of found.keys()) {
      if (!wanted.has(name)) defects.push(`A foreign ${name} is in the database.`);
    }
    return defects;
  } finally {
    fresh.close();
  }
}

type SchemaRow = { readonly type: string; readonly name: string; readonly sql: string | null };

function schemaObjects(database: Database.Database): ReadonlyMap<string, string | null> {
  // Statistics that SQLite makes for itself (ANALYZE) are nobody's change.
  const rows = database
    .prepare<[], SchemaRow>(
      `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name`,
    )
    .all();
  return new Map(rows.map((row) => [`${row.type} "${row.name}"`, row.sql]));
}

function isEmpty(database: Database.Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}

/** Refuses every way of changing a table but adding at its end; `key` is its primary key as a condition on NEW. */
function appendOnly(table: string, key: string): string {
  return `
    CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} is append-only: no update'); END;
    CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} is append-only: no delete'); END;
    CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table} WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${key})
    BEGIN SELECT RAISE(ABORT, '${table} is append-only: no replace'); END;`;
}

// INSERT OR REPLACE fires no delete trigger unless recursive_triggers is on, which a foreign connection need not have set:
// hence the insert triggers. One migration per schema version, never edited once released.
const MIGRATIONS: readonly string[] = [
  `
    CREATE TABLE entry (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      at TEXT NOT NULL,
      kind TEXT NOT NULL,
      run_id TEXT,
      day TEXT,
      body TEXT NOT NULL,
      previous TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_by_run ON entry (run_id, seq) WHERE run_id IS NOT NULL;
    ${appendOnly('entry', 'seq = NEW.seq')}
    CREATE TRIGGER entry_follows BEFORE INSERT ON entry
    WHEN NEW.previous IS NOT ifnull((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), NEW.previous)
      OR NEW.seq < (SELECT max(seq) FROM entry)
    BEGIN SELECT RAISE(ABORT, 'entry does not follow the last one'); END;

    CREATE TABLE run (
      run_id TEXT PRIMARY KEY,
      seq INTEGER NOT NULL,
      batch TEXT NOT NULL,
      day TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_by_seq ON run (seq);
    CREATE INDEX run_by_batch ON run (batch, seq);
    CREATE INDEX run_by_day ON run (day, seq);
    ${appendOnly('run', 'run_id = NEW.run_id')}

    CREATE TABLE run_end (
      run_id TEXT PRIMARY KEY,
      seq INTEGER NOT NULL,
      outcome TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_end_by_seq ON run_end (seq);
    CREATE INDEX run_end_by_outcome ON run_end (outcome, run_id);
    ${appendOnly('run_end', 'run_id = NEW.run_id')}

    CREATE TABLE identifier (
      seq INTEGER NOT NULL,
      kind TEXT NOT NULL,
      value TEXT NOT NULL,
      backwards TEXT NOT NULL,
      run_id TEXT NOT NULL,
      PRIMARY KEY (seq, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX identifier_by_value ON identifier (value, run_id);
    CREATE INDEX identifier_by_end ON identifier (backwards, run_id);
    ${appendOnly('identifier', 'seq = NEW.seq AND kind = NEW.kind')}
  `,
  `
    CREATE TABLE cloud_work (
      run_id TEXT PRIMARY KEY,
      seq INTEGER NOT NULL,
      batch TEXT NOT NULL,
      awaits_online INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cloud_work_by_seq ON cloud_work (seq);
    CREATE INDEX cloud_work_by_batch ON cloud_work (batch, seq);
    CREATE INDEX cloud_work_awaiting ON cloud_work (seq) WHERE awaits_online = 1;
    ${appendOnly('cloud_work', 'run_id = NEW.run_id')}

    CREATE TABLE cloud_step (
      seq INTEGER PRIMARY KEY,
      run_id TEXT NOT NULL,
      state TEXT NOT NULL,
      done INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX cloud_step_by_run ON cloud_step (run_id, seq);
    CREATE INDEX cloud_step_rejected ON cloud_step (run_id) WHERE state = 'rejected';
    CREATE INDEX cloud_step_open ON cloud_step (seq, run_id) WHERE done = 0;
    ${appendOnly('cloud_step', 'seq = NEW.seq')}

    CREATE TABLE online_proof (
      run_id TEXT PRIMARY KEY,
      seq INTEGER NOT NULL,
      verdict TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX online_proof_by_seq ON online_proof (seq);
    ${appendOnly('online_proof', 'run_id = NEW.run_id')}
  `,
  // Version 2 had one proof for each run: when a late unit came after all had no place.
  `
    DROP TABLE online_proof;
    CREATE TABLE online_proof (
      seq INTEGER PRIMARY KEY,
      run_id TEXT NOT NULL,
      verdict TEXT NOT NULL,
      seen INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX online_proof_by_run ON online_proof (run_id, seq);
    INSERT INTO online_proof (seq, run_id, verdict, seen)
      SELECT seq, run_id, body ->> 'verdict', body ->> 'verdict' <> 'late' FROM entry WHERE kind = 'online-proof';
    ${appendOnly('online_proof', 'seq = NEW.seq')}
  `,
];
