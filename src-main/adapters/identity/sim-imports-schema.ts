import type Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';

/** "LwSL": tells the record of SIM imports from any other database. */
const APPLICATION_ID = 0x4c77534c;

/**
 * Brings the record of SIM imports to the newest schema; an empty file becomes one. Throws `identity/damaged` for anything else, also for
 * the record of a newer version.
 */
export function migrateSimImports(database: Database.Database): void {
  database
    .transaction(() => {
      const number = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
      const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
      let version = number('user_version');
      const isOurs = isEmpty ? version === 0 : version > 0 && number('application_id') === APPLICATION_ID;
      if (!isOurs || version > MIGRATIONS.length) {
        throw new StationError('identity/damaged', `${database.name} is no record of SIM imports of this version.`);
      }
      if (version === 0) database.pragma(`application_id = ${APPLICATION_ID}`);
      for (const step of MIGRATIONS.slice(version)) {
        database.exec(step);
        version += 1;
        database.pragma(`user_version = ${version}`);
      }
    })
    .immediate();
}

/** One per schema version, kept in `PRAGMA user_version`; never edited once released. */
const MIGRATIONS: readonly string[] = [
  `
    CREATE TABLE asked (
      product_id INTEGER NOT NULL,
      iccid TEXT NOT NULL,
      at TEXT NOT NULL,
      PRIMARY KEY (product_id, iccid)
    ) STRICT, WITHOUT ROWID;
  `,
  // Version 1 knew bulk jobs only, not by name, and each import for a day.
  `
    CREATE TABLE claim (
      product_id INTEGER NOT NULL,
      iccid TEXT NOT NULL,
      how TEXT NOT NULL CHECK (how IN ('import', 'pre-add')),
      who TEXT NOT NULL CHECK (who IN ('station', 'job', 'supervisor')),
      name TEXT NOT NULL,
      at TEXT NOT NULL,
      until TEXT NOT NULL,
      PRIMARY KEY (product_id, iccid)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO claim (product_id, iccid, how, who, name, at, until)
      SELECT product_id, iccid, 'import', 'job', 'an earlier list', at, strftime('%Y-%m-%dT%H:%M:%fZ', at, '+1 day')
      FROM asked WHERE strftime('%s', at) IS NOT NULL;
    DROP TABLE asked;
  `,
];
