import { performance } from 'node:perf_hooks';
import { openIdentityBook } from '../../../src-main/adapters/identity/identity-book.sqlite.ts';
import { openStationBook } from '../../../src-main/adapters/identity/station-book.sqlite.ts';
import { readCell } from '../../../src-main/identity/read-cell.ts';
import { readUnnamedRow } from '../../../src-main/identity/read-row.ts';
import { type BookLine, IDENTIFIER_KINDS } from '../../../src-main/ports/identity-book.ts';
import { unitRow } from './sample-lists.ts';

export type BookFigures = {
  readonly units: number;
  readonly importMs: number;
  readonly lookUps: number;
  /** Of one look-up as a station makes it, in milliseconds. */
  readonly lookUpMs: { readonly median: number; readonly p99: number; readonly worst: number };
};

/** Fills a book with so many units in lists of 100,000, then looks units up by every kind of identifier, present and absent. */
export function measureBook(folder: string, units: number, say: (text: string) => void): BookFigures {
  const book = openIdentityBook(folder);
  let importMs = 0;
  for (let first = 0; first < units; first += LIST) {
    const lines = linesFrom(first, Math.min(units, first + LIST));
    const from = performance.now();
    book.add({ name: `list-${first / LIST}.csv`, sha256: String(first) }, lines);
    importMs += performance.now() - from;
    say(`  ${first + lines.length} units in the book after ${(importMs / 1000).toFixed(1)} s`);
  }
  book.close();
  const station = openStationBook(folder);
  const times: number[] = [];
  try {
    for (let index = 0; index < LOOK_UPS; index += 1) {
      const [line] = linesFrom((index * 7919) % (units * 2), ((index * 7919) % (units * 2)) + 1);
      const kind = IDENTIFIER_KINDS[index % IDENTIFIER_KINDS.length] ?? 'deviceId';
      const value = line?.identifiers[kind] ?? '';
      const from = performance.now();
      station.find(kind, value);
      station.contested(kind, value);
      times.push(performance.now() - from);
    }
  } finally {
    station.close();
  }
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { units, importMs, lookUps: LOOK_UPS, lookUpMs: { median: at(0.5), p99: at(0.99), worst: at(1) } };
}

const LIST = 100_000;
const LOOK_UPS = 20_000;

function linesFrom(first: number, end: number): readonly BookLine[] {
  return Array.from({ length: end - first }, (_, index) => {
    const cells = unitRow(first + index);
    const identifiers = readUnnamedRow(cells.map(readCell), cells, () => true);
    if (typeof identifiers === 'string') throw new Error(identifiers);
    return { line: index + 1, identifiers };
  });
}
