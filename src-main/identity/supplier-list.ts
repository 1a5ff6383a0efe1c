import type { SerialNumber } from '../domain/serial-number.ts';
import { IDENTIFIER_KINDS, type UnitIdentifiers } from '../ports/identity-book.ts';
import { type CellContent, type ColumnKind, readCell } from './read-cell.ts';
import { readHeader } from './read-header.ts';
import { readNamedRow, readUnnamedRow, trustByBeginning } from './read-row.ts';
import type { SupplierLine, SupplierRow } from './supplier-line.ts';

/** So many rows are looked at before the first is judged: what many of them share tells serial numbers from secrets. */
export const SAMPLE_ROWS = 1000;

/**
 * Understands the rows of a supplier's list (cloud-api.md 5.7, 5.8), one at a time and in order. A header line names the columns of the
 * rows after it; without one, cells are told by their form. Never throws; each row becomes exactly one line.
 */
export class SupplierList {
  readonly #isTrusted: (serialNumber: SerialNumber) => boolean;
  /** First line by all identifiers of a unit. */
  readonly #seen = new Map<string, number>();
  #columns: readonly ColumnKind[] | undefined;

  /** `sample`: the first rows, at most SAMPLE_ROWS; they are read again by `read`. */
  constructor(sample: readonly SupplierRow[]) {
    this.#isTrusted = trustByBeginning(sample.map(({ cells }) => cells.map(readCell)));
  }

  read({ line, cells, broken }: SupplierRow): SupplierLine {
    if (broken !== undefined) return { kind: 'unusable', line, reason: broken };
    if (cells.every((cell) => cell.trim() === '')) return { kind: 'blank', line };
    if (cells[0]?.trimStart().startsWith('#')) return { kind: 'comment', line };
    const found = this.#columns === undefined ? this.#readUnnamed(cells) : readNamedRow(cells, this.#columns);
    if (typeof found !== 'string') return this.#usable(line, found);
    const header = readHeader(cells);
    if (header === undefined) return { kind: 'unusable', line, reason: found };
    this.#columns = header;
    return { kind: 'header', line };
  }

  #readUnnamed(cells: readonly string[]): UnitIdentifiers | string {
    const contents: readonly CellContent[] = cells.map(readCell);
    return readUnnamedRow(contents, cells, this.#isTrusted);
  }

  #usable(line: number, identifiers: UnitIdentifiers): SupplierLine {
    const key = IDENTIFIER_KINDS.map((kind) => identifiers[kind] ?? '').join(' ');
    const of = this.#seen.get(key);
    if (of !== undefined) return { kind: 'duplicate', line, identifiers, of };
    this.#seen.set(key, line);
    return { kind: 'usable', line, identifiers };
  }
}
