import type { BulkMark, BulkResult } from '../ports/bulk-journal.ts';
import type { UnitIdentifiers } from '../ports/identity-book.ts';
import type { BulkItems } from './bulk-job.ts';
import type { SupplierLine } from './supplier-line.ts';

/**
 * What a line of the list came to. `unproven`: asked for, and not seen in the product yet. `not-done`: nothing was asked for it.
 * `under-way`: neither, because the station or another job is importing its SIM.
 * `no-identifier`: the line can be used, and not for this job.
 */
export type LineResult =
  | BulkResult
  | 'unproven'
  | 'not-done'
  | 'under-way'
  | 'duplicate'
  | 'no-identifier'
  | 'unusable';

export type ResultRow = {
  readonly line: number;
  readonly identifiers?: UnitIdentifiers;
  readonly result: LineResult;
  readonly reason: string;
};

/** A row for each line of the list that is no blank, comment or header: what became of it by the journal. */
export function resultRows(
  lines: readonly SupplierLine[],
  { items, without, repeated }: BulkItems<string>,
  marks: ReadonlyMap<string, BulkMark>,
): readonly ResultRow[] {
  const identifierOf = new Map(items.map(({ line, identifier }) => [line, identifier]));
  const lacking = new Set(without);
  const again = new Map(repeated.map(({ line, of }) => [line, of]));
  return lines.flatMap((one): ResultRow[] => {
    const { line } = one;
    if (one.kind === 'unusable') return [{ line, result: 'unusable', reason: one.reason }];
    if (one.kind !== 'usable' && one.kind !== 'duplicate') return [];
    const { identifiers } = one;
    const of = one.kind === 'duplicate' ? one.of : again.get(line);
    if (of !== undefined) return [{ line, identifiers, result: 'duplicate', reason: `The same as line ${of}.` }];
    if (lacking.has(line)) return [{ line, identifiers, result: 'no-identifier', reason: 'It names no ICCID.' }];
    return [{ line, identifiers, ...outcomeOf(marks.get(identifierOf.get(line) ?? '')) }];
  });
}

/** How many lines came to what. */
export function countResults(rows: readonly ResultRow[]): Readonly<Partial<Record<LineResult, number>>> {
  const counts: Partial<Record<LineResult, number>> = {};
  for (const { result } of rows) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

function outcomeOf(mark: BulkMark | undefined): Pick<ResultRow, 'result' | 'reason'> {
  if (mark === undefined || mark.state === 'unasked') return { result: 'not-done', reason: 'It was not asked for.' };
  if (mark.state === 'held') return { result: 'under-way', reason: mark.reason ?? '' };
  if (mark.state === 'asked') {
    return { result: 'unproven', reason: mark.reason ?? 'It was asked for and is not seen in the product yet.' };
  }
  return { result: mark.result ?? 'unproven', reason: mark.reason ?? '' };
}
