import type Database from 'better-sqlite3';
import { combine } from '../../identity/combine-entries.ts';
import { IDENTIFIER_KINDS, type UnitIdentifiers } from '../../ports/identity-book.ts';
import { type EntryRow, identifiersOf } from './book-rows.ts';

/** What one line did to the book. */
export type LineEffect = { readonly kind: 'added' | 'completed' | 'known' } | { readonly contradiction: string };

/** Puts lines into the book, within a transaction of the caller's. */
export class BookWriter {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    this.#statements = prepare(database);
  }

  /** The number of a source, made when it is new. */
  source(key: string, name: string, at: string): number {
    this.#statements.addSource.run(key, name, at);
    return this.#statements.sourceId.get(key)?.id ?? 0;
  }

  nextLine(source: number): number {
    return (this.#statements.lastLine.get(source, source)?.line ?? 0) + 1;
  }

  put(identifiers: UnitIdentifiers, source: number, line: number): LineEffect {
    const rows = this.#touched(identifiers);
    const combined = combine(rows.map(identifiersOf), identifiers);
    if ('contradiction' in combined) {
      this.#contest(rows, identifiers, source, line, combined.contradiction);
      return combined;
    }
    const [first, ...others] = rows;
    if (first === undefined) {
      const { lastInsertRowid } = this.#statements.insert.run(
        ...valuesOf(identifiers),
        this.#conflictAbout(identifiers),
      );
      this.#statements.mention.run(source, line, Number(lastInsertRowid));
      return { kind: 'added' };
    }
    this.#statements.mention.run(source, line, first.id);
    if (others.length === 0 && isSame(identifiersOf(first), combined.identifiers)) return { kind: 'known' };
    // First the others go, because their identifiers are unique and move to the first.
    for (const { id } of others) {
      this.#statements.remove.run(id);
      this.#statements.moveMentions.run(first.id, id);
    }
    const contested = rows.find((row) => row.contested !== null)?.contested ?? this.#conflictAbout(identifiers);
    this.#statements.update.run(...valuesOf(combined.identifiers), contested, first.id);
    return { kind: 'completed' };
  }

  /** The entries that share an identifier with the line, oldest first. */
  #touched(identifiers: UnitIdentifiers): readonly EntryRow[] {
    const rows = new Map<number, EntryRow>();
    for (const kind of IDENTIFIER_KINDS) {
      const value = identifiers[kind];
      const row = value === undefined ? undefined : this.#statements.byKind[kind].get(value);
      if (row !== undefined) rows.set(row.id, row);
    }
    return [...rows.values()].sort((one, other) => one.id - other.id);
  }

  #contest(rows: readonly EntryRow[], identifiers: UnitIdentifiers, source: number, line: number, what: string): void {
    this.#statements.addConflict.run(source, line, JSON.stringify(identifiers), what);
    const conflict = this.#statements.conflictId.get(source, JSON.stringify(identifiers))?.id ?? 0;
    for (const { id } of rows) this.#statements.contestEntry.run(conflict, id);
    for (const kind of IDENTIFIER_KINDS) {
      const value = identifiers[kind];
      if (value !== undefined) this.#statements.contest.run(kind, value, conflict);
    }
  }

  /** An identifier that a refused line named stays contested, whatever entry it comes into later. */
  #conflictAbout(identifiers: UnitIdentifiers): number | null {
    for (const kind of IDENTIFIER_KINDS) {
      const value = identifiers[kind];
      const found = value === undefined ? undefined : this.#statements.contestedBy.get(kind, value);
      if (found !== undefined) return found.conflict;
    }
    return null;
  }
}

type Values = [string | null, string | null, string | null, string | null, string | null];

function valuesOf({ deviceId, serialNumber, iccid, imei, sku }: UnitIdentifiers): Values {
  return [deviceId ?? null, serialNumber ?? null, iccid ?? null, imei ?? null, sku ?? null];
}

function isSame(one: UnitIdentifiers, other: UnitIdentifiers): boolean {
  return valuesOf(one).every((value, index) => value === valuesOf(other)[index]);
}

function prepare(database: Database.Database) {
  type Id = { readonly id: number };
  const byColumn = (column: string) => database.prepare<[string], EntryRow>(`SELECT * FROM entry WHERE ${column} = ?`);
  return {
    byKind: {
      deviceId: byColumn('device_id'),
      serialNumber: byColumn('serial_number'),
      iccid: byColumn('iccid'),
      imei: byColumn('imei'),
    },
    addSource: database.prepare('INSERT INTO source (key, name, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING'),
    sourceId: database.prepare<[string], Id>('SELECT id FROM source WHERE key = ?'),
    lastLine: database.prepare<[number, number], { line: number | null }>(
      `SELECT max(line) AS line FROM (SELECT line FROM mention WHERE source = ?
       UNION ALL SELECT line FROM conflict WHERE source = ?)`,
    ),
    insert: database.prepare<[...Values, number | null]>(
      'INSERT INTO entry (device_id, serial_number, iccid, imei, sku, contested) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    update: database.prepare<[...Values, number | null, number]>(
      'UPDATE entry SET device_id = ?, serial_number = ?, iccid = ?, imei = ?, sku = ?, contested = ? WHERE id = ?',
    ),
    remove: database.prepare<[number]>('DELETE FROM entry WHERE id = ?'),
    mention: database.prepare<[number, number, number]>(
      `INSERT INTO mention (source, line, entry) VALUES (?, ?, ?)
       ON CONFLICT (source, line) DO UPDATE SET entry = excluded.entry`,
    ),
    moveMentions: database.prepare<[number, number]>('UPDATE mention SET entry = ? WHERE entry = ?'),
    addConflict: database.prepare<[number, number, string, string]>(
      `INSERT INTO conflict (source, line, identifiers, what) VALUES (?, ?, ?, ?)
       ON CONFLICT (source, identifiers) DO NOTHING`,
    ),
    conflictId: database.prepare<[number, string], Id>('SELECT id FROM conflict WHERE source = ? AND identifiers = ?'),
    contestEntry: database.prepare<[number, number]>(
      'UPDATE entry SET contested = ? WHERE id = ? AND contested IS NULL',
    ),
    contest: database.prepare<[string, string, number]>(
      'INSERT INTO contested (kind, value, conflict) VALUES (?, ?, ?) ON CONFLICT (kind, value) DO NOTHING',
    ),
    contestedBy: database.prepare<[string, string], { readonly conflict: number }>(
      'SELECT conflict FROM contested WHERE kind = ? AND value = ?',
    ),
  };
}
