import type { DatabaseKind } from './owned-database.ts';

/**
 * The identity book. `contested` of an entry is the first conflict about it; the table of that name holds every identifier that a refused
 * line named.
 */
export const BOOK: DatabaseKind = {
  what: 'identity book',
  applicationId: 0x4c774942, // "LwIB"
  migrations: [
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
  ],
};
