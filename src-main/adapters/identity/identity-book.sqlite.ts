import { join, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import type {
  BookChange,
  BookConflict,
  BookEntry,
  BookLine,
  BookSource,
  Contradiction,
  IdentifierKind,
  IdentityBook,
  SourceFacts,
  SyncState,
  UnitIdentifiers,
} from '../../ports/identity-book.ts';
import { IDENTIFIER_KINDS } from '../../ports/identity-book.ts';
import { bookFailure } from './book-failures.ts';
import { BookRows } from './book-rows.ts';
import { BOOK } from './book-schema.ts';
import { BookWriter } from './book-writer.ts';
import { openOwned } from './owned-database.ts';

/** The file of the book in a data folder. */
export function bookFile(dataFolder: string): string {
  return join(resolve(dataFolder), 'identity.sqlite');
}

/**
 * Opens the identity book of a data folder for those who fill it, making it when it is not there; stations may read it meanwhile. Throws `identity/damaged` for a file that is no book of this version, and
 * `identity/write-failed` when the disk refuses.
 */
export function openIdentityBook(dataFolder: string, clock: () => Date = () => new Date()): IdentityBook {
  const file = bookFile(dataFolder);
  try {
    return new SqliteIdentityBook(openOwned(file, BOOK), clock);
  } catch (thrown) {
    throw bookFailure(thrown, `Opening ${file}`, 'identity/write-failed');
  }
}

class SqliteIdentityBook implements IdentityBook {
  readonly #database: Database.Database;
  readonly #clock: () => Date;
  readonly #rows: BookRows;
  readonly #writer: BookWriter;

  constructor(database: Database.Database, clock: () => Date) {
    this.#database = database;
    this.#clock = clock;
    this.#rows = new BookRows(database);
    this.#writer = new BookWriter(database);
  }

  add({ name, sha256 }: SourceFacts, lines: readonly BookLine[]): BookChange {
    return this.#write(`Importing ${name}`, () => {
      const source = this.#writer.source(sha256, name, this.#clock().toISOString());
      return this.#put(lines, source);
    });
  }

  addPage(productId: number, rows: readonly UnitIdentifiers[], next: SyncState | 'done'): BookChange {
    return this.#write(`Taking over product ${productId}`, () => {
      const name = `product ${productId}`;
      const source = this.#writer.source(name, name, this.#clock().toISOString());
      // What the book knows by the same identifiers needs no line of its own: a product is listed again and again.
      const news = rows.filter((row) => !this.#isKnown(row));
      const first = this.#writer.nextLine(source);
      const change = this.#put(
        news.map((identifiers, index) => ({ line: first + index, identifiers })),
        source,
      );
      if (next === 'done') this.#database.prepare('DELETE FROM sync WHERE product_id = ?').run(productId);
      else {
        this.#database
          .prepare('INSERT OR REPLACE INTO sync (product_id, next_page, started_at) VALUES (?, ?, ?)')
          .run(productId, next.nextPage, next.startedAt);
      }
      return { ...change, known: change.known + rows.length - news.length };
    });
  }

  syncState(productId: number): SyncState | undefined {
    return this.#read(() =>
      this.#database
        .prepare<[number], SyncState>(
          'SELECT next_page AS nextPage, started_at AS startedAt FROM sync WHERE product_id = ?',
        )
        .get(productId),
    );
  }

  find(kind: IdentifierKind, value: string): BookEntry | undefined {
    return this.#read(() => this.#rows.find(kind, value));
  }

  contested(kind: IdentifierKind, value: string): string | undefined {
    return this.#read(() => this.#rows.contested(kind, value));
  }

  sources(kind: IdentifierKind, value: string): readonly BookSource[] {
    return this.#read(() => this.#rows.sources(kind, value));
  }

  conflicts(): readonly BookConflict[] {
    return this.#read(() => this.#rows.conflicts());
  }

  count(): { units: number; sources: number; conflicts: number } {
    return this.#read(() => this.#rows.count());
  }

  close(): void {
    this.#database.close();
  }

  #put(lines: readonly BookLine[], source: number): BookChange {
    const counts = { added: 0, completed: 0, known: 0 };
    const contradictions: Contradiction[] = [];
    for (const { line, identifiers } of lines) {
      const effect = this.#writer.put(identifiers, source, line);
      if ('contradiction' in effect) contradictions.push({ line, identifiers, what: effect.contradiction });
      else counts[effect.kind] += 1;
    }
    return { ...counts, contradictions };
  }

  #isKnown(row: UnitIdentifiers): boolean {
    const kind = IDENTIFIER_KINDS.find((one) => row[one] !== undefined);
    const entry = kind === undefined ? undefined : this.#rows.find(kind, row[kind] ?? '');
    return (
      entry !== undefined &&
      IDENTIFIER_KINDS.every((one) => row[one] === undefined || row[one] === entry.identifiers[one])
    );
  }

  #write<Value>(doing: string, work: () => Value): Value {
    try {
      return this.#database.transaction(work).immediate();
    } catch (thrown) {
      throw bookFailure(thrown, doing, 'identity/write-failed');
    }
  }

  #read<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (thrown) {
      throw bookFailure(thrown, 'Reading the identity book', 'identity/damaged');
    }
  }
}
