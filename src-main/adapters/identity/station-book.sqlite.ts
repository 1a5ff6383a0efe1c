import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { BookEntry, IdentifierKind, IdentityLookup } from '../../ports/identity-book.ts';
import { bookFailure } from './book-failures.ts';
import { BookRows } from './book-rows.ts';
import { BOOK } from './book-schema.ts';
import { bookFile } from './identity-book.sqlite.ts';
import { checkSchema, guard, versionOf } from './owned-database.ts';

/**
 * The identity book as a station reads it: opened when it is first needed, and again when the file is another one, so that a list
 * imported while the line runs counts from the next scan. No file is an empty book. Throws `identity/damaged` where the port says so.
 */
export function openStationBook(dataFolder: string): IdentityLookup & { close(): void } {
  return new StationBook(bookFile(dataFolder));
}

type Open = { readonly database: Database.Database; readonly rows: BookRows; readonly file: string };

class StationBook implements IdentityLookup {
  readonly #path: string;
  #open: Open | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  find(kind: IdentifierKind, value: string): BookEntry | undefined {
    return this.#read((rows) => rows.find(kind, value));
  }

  contested(kind: IdentifierKind, value: string): string | undefined {
    return this.#read((rows) => rows.contested(kind, value));
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #read<Value>(ask: (rows: BookRows) => Value | undefined): Value | undefined {
    try {
      const rows = this.#current();
      return rows === undefined ? undefined : ask(rows);
    } catch (thrown) {
      this.close();
      throw bookFailure(thrown, `Reading ${this.#path}`, 'identity/damaged');
    }
  }

  #current(): BookRows | undefined {
    const facts = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const file = facts === undefined ? undefined : `${facts.dev}:${facts.ino}`;
    if (this.#open !== undefined && this.#open.file === file) return this.#open.rows;
    this.close();
    if (file === undefined) return undefined;
    const database = new Database(this.#path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      guard(database);
      if (versionOf(database, BOOK) === undefined) {
        database.close(); // just being made
        return undefined;
      }
      checkSchema(database, BOOK);
      this.#open = { database, rows: new BookRows(database), file };
      return this.#open.rows;
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  }
}

const BUSY_TIMEOUT_MS = 2000;
