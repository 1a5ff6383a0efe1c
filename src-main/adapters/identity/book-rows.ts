import type Database from 'better-sqlite3';
import { parseSku } from '../../domain/sku.ts';
import type {
  BookConflict,
  BookEntry,
  BookSource,
  IdentifierKind,
  UnitIdentifiers,
} from '../../ports/identity-book.ts';

/** One row of the table `entry`. */
export type EntryRow = {
  readonly id: number;
  readonly device_id: string | null;
  readonly serial_number: string | null;
  readonly iccid: string | null;
  readonly imei: string | null;
  readonly sku: string | null;
  readonly contested: number | null;
};

export const COLUMNS = {
  deviceId: 'device_id',
  serialNumber: 'serial_number',
  iccid: 'iccid',
  imei: 'imei',
} as const satisfies Record<IdentifierKind, keyof EntryRow>;

/** The identifiers of a row. A SKU that the table does not have (any more) is left out. */
export function identifiersOf(row: EntryRow): UnitIdentifiers {
  const sku = row.sku === null ? undefined : parseSku(row.sku);
  const known = Object.entries(COLUMNS).flatMap(([kind, column]) =>
    row[column] === null ? [] : [[kind, row[column]]],
  );
  return { ...(Object.fromEntries(known) as UnitIdentifiers), ...(sku?.ok === true ? { sku: sku.value } : {}) };
}

/** The reading half of the book, on any connection. */
export class BookRows {
  readonly #database: Database.Database;
  readonly #byKind: Readonly<Record<IdentifierKind, Database.Statement<[string], EntryRow>>>;
  readonly #sources: Database.Statement<[number, number], BookSource>;
  readonly #what: Database.Statement<[number], { what: string }>;
  readonly #contested: Database.Statement<[string, string], { what: string }>;

  constructor(database: Database.Database) {
    this.#database = database;
    const byKind = (kind: IdentifierKind) =>
      database.prepare<[string], EntryRow>(`SELECT * FROM entry WHERE ${COLUMNS[kind]} = ?`);
    this.#byKind = {
      deviceId: byKind('deviceId'),
      serialNumber: byKind('serialNumber'),
      iccid: byKind('iccid'),
      imei: byKind('imei'),
    };
    this.#sources = database.prepare(
      `SELECT source.name, mention.line, source.at FROM mention JOIN source ON source.id = mention.source
       WHERE mention.entry = ? ORDER BY mention.source, mention.line LIMIT ?`,
    );
    this.#what = database.prepare('SELECT what FROM conflict WHERE id = ?');
    this.#contested = database.prepare(
      `SELECT conflict.what FROM contested JOIN conflict ON conflict.id = contested.conflict
       WHERE contested.kind = ? AND contested.value = ?`,
    );
  }

  find(kind: IdentifierKind, value: string): BookEntry | undefined {
    const row = this.#byKind[kind].get(value);
    if (row === undefined) return undefined;
    const [source = { name: 'an unknown list', line: 0, at: '' }] = this.#sources.all(row.id, 1);
    const contested = row.contested === null ? undefined : this.#what.get(row.contested)?.what;
    return { identifiers: identifiersOf(row), source, ...(contested === undefined ? {} : { contested }) };
  }

  contested(kind: IdentifierKind, value: string): string | undefined {
    return this.#contested.get(kind, value)?.what;
  }

  sources(kind: IdentifierKind, value: string): readonly BookSource[] {
    const row = this.#byKind[kind].get(value);
    return row === undefined ? [] : this.#sources.all(row.id, 100);
  }

  conflicts(): readonly BookConflict[] {
    type Row = BookSource & { readonly what: string; readonly identifiers: string };
    return this.#database
      .prepare<[], Row>(
        `SELECT source.name, conflict.line, source.at, conflict.what, conflict.identifiers
         FROM conflict JOIN source ON source.id = conflict.source ORDER BY conflict.id`,
      )
      .all()
      .map(({ name, line, at, what, identifiers }) => {
        return { line, what, identifiers: JSON.parse(identifiers) as UnitIdentifiers, source: { name, line, at } };
      });
  }

  count(): { units: number; sources: number; conflicts: number } {
    const of = (table: string): number =>
      this.#database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
    return { units: of('entry'), sources: of('source'), conflicts: of('conflict') };
  }
}
