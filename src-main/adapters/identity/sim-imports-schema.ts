import type { DatabaseKind } from './owned-database.ts';

/** The record of SIM imports. */
export const SIM_IMPORTS: DatabaseKind = {
  what: 'record of SIM imports',
  applicationId: 0x4c77534c, // "LwSL"
  migrations: [
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
  ],
};
