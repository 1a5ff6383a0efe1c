import { type SerialNumber, serialPrefix } from '../domain/serial-number.ts';
import { platformsBySerialNumber } from '../domain/sku.ts';
import type { UnitIdentifiers } from '../ports/identity-book.ts';
import { type CellContent, type ColumnKind, isRounded, NAMES, readCell, readNamedCell } from './read-cell.ts';

/** The identifiers of a row, or one sentence on why it has none that can be used. The sentence never repeats text of the row. */
export type RowContent = UnitIdentifiers | string;

/** Reads a row whose columns a header has named. A cell that is not what its column says makes the whole row doubtful. */
export function readNamedRow(cells: readonly string[], columns: readonly ColumnKind[]): RowContent {
  const parts: UnitIdentifiers[] = [];
  for (const [index, cell] of cells.entries()) {
    const kind = columns[index];
    // Beyond the header only what is told by its form alone; that much more text was never named is the supplier's own.
    const read = kind === undefined ? readCell(cell).sure : [readNamedCell(kind, cell)];
    for (const part of read) {
      if (typeof part === 'string') return part;
      parts.push(part);
    }
  }
  return together(parts);
}

/**
 * Reads a row by what its cells look like, in any order, with any text between them. `isTrusted` tells serial numbers from mobile
 * secrets, which have the same form: of two such texts in a row only a trusted one is taken.
 */
export function readUnnamedRow(
  contents: readonly CellContent[],
  cells: readonly string[],
  isTrusted: (serialNumber: SerialNumber) => boolean,
): RowContent {
  const guessed = contents.map(({ serialNumber }) => serialNumber).filter((one) => one !== undefined);
  const trusted = [...new Set(guessed.filter(isTrusted))];
  if (trusted.length > 1) {
    return `${trusted.length} texts look like serial numbers; name the columns in a header line.`;
  }
  const serials = trusted.map((serialNumber) => ({ serialNumber }));
  const whole = together([...contents.flatMap(({ sure }) => sure), ...serials]);
  if (whole !== NOTHING) return whole;
  if (guessed.length > 0) {
    return 'A text may be a serial number, but none of a known kind; name the columns in a header line.';
  }
  return cells.some((cell) => isRounded(cell.trim()))
    ? 'A number was rounded by a spreadsheet; ask the supplier for it as text.'
    : NOTHING;
}

/**
 * Tells serial numbers by their beginnings: those of the table, `P` and three digits (cloud-api.md 5.7), and those that many of the
 * first rows share, which random secrets do not.
 */
export function trustByBeginning(sample: readonly (readonly CellContent[])[]): (serialNumber: SerialNumber) => boolean {
  const seen = new Map<string, number>();
  const serials = new Set(sample.flat().map(({ serialNumber }) => serialNumber));
  serials.delete(undefined);
  for (const one of serials) if (one !== undefined) seen.set(serialPrefix(one), (seen.get(serialPrefix(one)) ?? 0) + 1);
  const enough = Math.max(2, serials.size * SHARED_BY);
  return (serialNumber) =>
    /^P\d{3}/.test(serialNumber) ||
    (seen.get(serialPrefix(serialNumber)) ?? 0) >= enough ||
    platformsBySerialNumber(serialNumber).length > 0;
}

/** Of a thousand random secrets hardly two begin alike; a lot of units has one beginning or a few. */
const SHARED_BY = 0.05;

const NOTHING = 'No device ID, serial number, ICCID or IMEI is in it.';

function together(parts: readonly UnitIdentifiers[]): RowContent {
  const whole: Record<string, string> = {};
  for (const part of parts) {
    for (const [kind, value] of Object.entries(part)) {
      const before = whole[kind];
      if (before !== undefined && before !== value)
        return `Two different values are in it: ${NAMES[kind as keyof typeof NAMES]}.`;
      whole[kind] = value;
    }
  }
  const { sku: _, ...units } = whole;
  return Object.keys(units).length === 0 ? NOTHING : (whole as UnitIdentifiers);
}
