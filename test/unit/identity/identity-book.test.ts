import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bookFile, openIdentityBook } from '../../../src-main/adapters/identity/identity-book.sqlite.ts';
import { openStationBook } from '../../../src-main/adapters/identity/station-book.sqlite.ts';
import type { IDENTIFIER_KINDS, IdentityBook, UnitIdentifiers } from '../../../src-main/ports/identity-book.ts';

const FILE_A = { name: 'tray.csv', sha256: 'a'.repeat(64) };
const FILE_B = { name: 'sims.csv', sha256: 'b'.repeat(64) };

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-book-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function freshBook(folder = freshFolder()): IdentityBook {
  const book = openIdentityBook(folder);
  onTestFinished(() => book.close());
  return book;
}

/** `d1 s1 i1 m1` as identifiers of made-up but well-formed values. */
function unit(text: string): UnitIdentifiers {
  const make = {
    d: (n: string) => ['deviceId', `e00fce68${n.padStart(16, '0')}`],
    s: (n: string) => ['serialNumber', `P046AF145${n.padStart(6, '0')}`],
    i: (n: string) => ['iccid', `8934076500${n.padStart(9, '0')}`],
    m: (n: string) => ['imei', `35275309${n.padStart(7, '0')}`],
    k: (n: string) => ['sku', n === '1' ? 'BRN404XKIT' : 'B404XMEA'],
  } as Record<string, (n: string) => string[]>;
  return Object.fromEntries(text.split(' ').map((one) => make[one.charAt(0)]?.(one.slice(1)) ?? []));
}

const lines = (...texts: string[]) => texts.map((text, index) => ({ line: index + 1, identifiers: unit(text) }));
const find = (book: Pick<IdentityBook, 'find'>, one: string) => {
  const [kind, value] = Object.entries(unit(one))[0] as [(typeof IDENTIFIER_KINDS)[number], string];
  return book.find(kind, value);
};

describe('the identity book', () => {
  it('makes one unit of lines in several files that share an identifier', () => {
    const book = freshBook();
    expect(book.add(FILE_A, lines('s1 d1', 's2 d2'))).toMatchObject({ added: 2 });
    expect(book.add(FILE_B, lines('i1 m1', 'i1 s1'))).toMatchObject({ added: 1, completed: 1, contradictions: [] });
    expect(find(book, 'm1')?.identifiers).toEqual(unit('d1 s1 i1 m1'));
    expect(find(book, 'm1')?.source).toMatchObject({ name: 'tray.csv', line: 1 });
    expect(book.sources('deviceId', unit('d1').deviceId ?? '').map(({ name, line }) => [name, line])).toEqual([
      ['tray.csv', 1],
      ['sims.csv', 1],
      ['sims.csv', 2],
    ]);
    expect(book.count()).toEqual({ units: 2, sources: 2, conflicts: 0 });
  });

  it('changes nothing when a file is imported again', () => {
    const book = freshBook();
    const file = lines('s1 d1', 's2 d2 i2', 's1 d3');
    const first = book.add(FILE_A, file);
    const again = book.add(FILE_A, file);
    expect(again).toEqual({ added: 0, completed: 0, known: 2, contradictions: first.contradictions });
    expect(book.count()).toEqual({ units: 2, sources: 1, conflicts: 1 });
  });

  it.each([
    ['one serial number with two device IDs', ['s1 d1'], ['s1 d2'], ['s1', 'd1', 'd2']],
    ['one ICCID in two units', ['s1 i1', 's2 i2'], ['s2 i1'], ['s1', 's2', 'i1', 'i2']],
    ['one line that joins two units with different modems', ['s1 m1', 'd1 m2'], ['s1 d1'], ['s1', 'd1', 'm1', 'm2']],
    ['one unit of two kinds of goods', ['s1 k1'], ['s1 d1 k2'], ['s1', 'd1']],
  ])('keeps the first and the conflict of %s, and vouches for none of it', (_what, first, second, contested) => {
    const book = freshBook();
    book.add(FILE_A, lines(...first));
    const { contradictions } = book.add(FILE_B, [{ line: 7, identifiers: unit(second[0] ?? '') }]);
    expect(contradictions).toMatchObject([{ line: 7, identifiers: unit(second[0] ?? '') }]);
    expect(book.conflicts()).toMatchObject([{ line: 7, source: { name: 'sims.csv' }, what: contradictions[0]?.what }]);
    for (const text of contested) {
      const [kind, value] = Object.entries(unit(text))[0] as [(typeof IDENTIFIER_KINDS)[number], string];
      expect([text, book.find(kind, value)?.contested ?? book.contested(kind, value)]).toEqual([
        text,
        contradictions[0]?.what,
      ]);
    }
    for (const [index, text] of first.entries())
      expect([index, find(book, text)?.identifiers]).toEqual([index, unit(text)]);
  });

  it('does not vouch for a unit that comes later with an identifier of a contradiction', () => {
    const book = freshBook();
    book.add(FILE_A, lines('s1 d1', 's1 d2'));
    book.add(FILE_B, lines('d2 s9'));
    expect(find(book, 's9')?.contested).toContain(unit('d1').deviceId);
  });

  it('takes all lines of a file or none', () => {
    const book = freshBook();
    const bad = { line: 2, identifiers: { serialNumber: { no: 'text' } } as unknown as UnitIdentifiers };
    expect(() => book.add(FILE_A, [...lines('s1 d1'), bad])).toThrow();
    expect(book.count()).toEqual({ units: 0, sources: 0, conflicts: 0 });
  });

  it('ends the same whichever order consistent files come in', () => {
    const pieces = fc.shuffledSubarray(['s1 d1', 'd1 i1', 'i1 m1', 's2 d2', 'm2 i2', 'd2 m2'], { minLength: 6 });
    fc.assert(
      fc.property(pieces, (order) => {
        const folder = mkdtempSync(join(tmpdir(), 'linewright-book-'));
        const book = openIdentityBook(folder);
        try {
          order.forEach((text, index) => {
            book.add({ name: text, sha256: String(index) }, lines(text));
          });
          expect(find(book, 's1')?.identifiers).toEqual(unit('d1 s1 i1 m1'));
          expect(find(book, 'i2')?.identifiers).toEqual(unit('d2 s2 i2 m2'));
          expect(book.count()).toMatchObject({ units: 2, conflicts: 0 });
        } finally {
          book.close();
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('the book as a station reads it', () => {
  it('is empty while there is no file, and knows an import as soon as it is done', () => {
    const folder = freshFolder();
    const station = openStationBook(folder);
    onTestFinished(() => station.close());
    expect(find(station, 's1')).toBeUndefined();
    freshBook(folder).add(FILE_A, lines('s1 d1'));
    expect(find(station, 's1')?.identifiers).toEqual(unit('s1 d1'));
  });

  it('follows a book that was put in place of the one it had open', () => {
    const [folder, other] = [freshFolder(), freshFolder()];
    freshBook(folder).add(FILE_A, lines('s1 d1'));
    const station = openStationBook(folder);
    onTestFinished(() => station.close());
    expect(find(station, 's1')).toBeDefined();
    const second = openIdentityBook(other);
    second.add(FILE_B, lines('s2 d2'));
    second.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${bookFile(folder)}${end}`, { force: true });
    copyFileSync(bookFile(other), bookFile(folder));
    expect(find(station, 's1')).toBeUndefined();
    expect(find(station, 's2')).toBeDefined();
  });
});

describe('a file that is no book of this version', () => {
  it.each([
    ['a text', (file: string) => writeFileSync(file, 'serial,iccid\n'.repeat(400))],
    ['another database', (file: string) => sqlite(file, 'CREATE TABLE note (text TEXT)')],
    ['a book of a newer version', (file: string) => changed(file, 'PRAGMA user_version = 99')],
    ['a book with a trigger of somebody else', (file: string) => changed(file, TRIGGER)],
    ['a book without one of its tables', (file: string) => changed(file, 'DROP TABLE contested')],
    [
      'a book that was cut off',
      (file: string) => {
        changed(file, 'PRAGMA user_version = 1');
        truncateSync(file, 6000);
      },
    ],
  ])('%s is refused as damaged, to be filled and to be asked', (_what, make) => {
    const folder = freshFolder();
    make(bookFile(folder));
    const damaged = expect.objectContaining({ code: 'identity/damaged' });
    expect(() => openIdentityBook(folder).count()).toThrow(damaged);
    const station = openStationBook(folder);
    onTestFinished(() => station.close());
    expect(() => find(station, 's1')).toThrow(damaged);
  });
});

const TRIGGER = "CREATE TRIGGER t AFTER INSERT ON entry BEGIN UPDATE entry SET device_id = 'x'; END";

function sqlite(file: string, sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

/** A whole book in this file, then changed. */
function changed(file: string, sql: string): void {
  const book = openIdentityBook(join(file, '..'));
  book.add(FILE_A, lines('s1 d1', 's2 d2'));
  book.close();
  sqlite(file, sql);
}
