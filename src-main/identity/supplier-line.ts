import type { UnitIdentifiers } from '../ports/identity-book.ts';

/** One row of a supplier's file before it is understood: a line of text cut into cells, or a row of a sheet. */
export type SupplierRow = {
  /** From 1, as an editor or a spreadsheet counts. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why it cannot be read at all; the cells are then empty. */
  readonly broken?: string;
};

/** What became of one line of a supplier's file. Every line of the file is exactly one of these. */
export type SupplierLine =
  | { readonly kind: 'usable'; readonly line: number; readonly identifiers: UnitIdentifiers }
  /** The same identifiers as an earlier line. */
  | { readonly kind: 'duplicate'; readonly line: number; readonly identifiers: UnitIdentifiers; readonly of: number }
  /** `reason` is one sentence and never repeats text of the line: that may be a mobile secret. */
  | { readonly kind: 'unusable'; readonly line: number; readonly reason: string }
  | { readonly kind: 'blank' | 'comment' | 'header'; readonly line: number };

/** How many lines became what. */
export type LineCounts = Readonly<Record<SupplierLine['kind'], number>>;

/** A supplier's file, read whole. */
export type SupplierFile = {
  /** Without its folder. */
  readonly name: string;
  /** Of the bytes of the file, lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The sheet that was read, of a spreadsheet. */
  readonly sheet?: string;
  readonly lines: readonly SupplierLine[];
  readonly counts: LineCounts;
};

/** Counts lines by what they are. */
export function countLines(lines: readonly SupplierLine[]): LineCounts {
  const counts = { usable: 0, duplicate: 0, unusable: 0, blank: 0, comment: 0, header: 0 };
  for (const { kind } of lines) counts[kind] += 1;
  return counts;
}
