import type { TextTable } from './text-table.ts';

/** Longer than anything a supplier writes beside an identifier. */
export const LONGEST_CELL = 1000;

/** A cell as the sheet has it. */
export type SheetCell = {
  /** Attribute `t`; absent: a number. */
  readonly type: string | undefined;
  /** Attribute `s`. */
  readonly style: string | undefined;
  /** The text of `v`, or of `is`. */
  readonly value: string;
};

/** What cells of a workbook refer to. */
export type WorkbookTexts = { readonly shared: TextTable; readonly dateStyles: ReadonlySet<string> };

/**
 * The text of a cell (ECMA-376 part 1, 18.3.1.4 and 18.18.11), or what is wrong with it as a sentence on its row. Dates are no
 * identifiers and become empty. Numbers keep their digits as the file has them, and one whose last digits a spreadsheet has thrown
 * away comes out in the form `8.93E+18`, by which it is told and not taken.
 */
export function cellText({ type, style, value }: SheetCell, { shared, dateStyles }: WorkbookTexts): CellText {
  if (value === '') return { text: '' };
  if (value.length > LONGEST_CELL) return { broken: TOO_LONG };
  switch (type) {
    case undefined:
    case 'n':
      return { text: style !== undefined && dateStyles.has(style) && isDate(value) ? '' : numberText(value) };
    case 's': {
      const text = /^\s*\d+\s*$/.test(value) ? shared.at(Number(value)) : undefined;
      if (text === undefined) return { broken: 'A cell in it points to a text that the file does not have.' };
      return text.length > LONGEST_CELL ? { broken: TOO_LONG } : { text: unescaped(text) };
    }
    case 'str':
    case 'inlineStr':
      return { text: unescaped(flat(value)) };
    case 'b':
      return { text: value === '1' ? 'true' : 'false' };
    case 'd':
      return { text: '' };
    case 'e':
      return { text: value.replace(/^#/, 'error ') }; // a line that begins with # would be a comment
    default:
      return { broken: 'A cell in it is of a kind that is not known.' };
  }
}

export type CellText = { readonly text: string } | { readonly broken: string };

const TOO_LONG = `A cell in it is longer than ${LONGEST_CELL} characters.`;

/** The last day a spreadsheet can show is 31 December 9999; a longer number with a date's format is an identifier in a wrong dress. */
function isDate(value: string): boolean {
  return Number(value) < 2_958_466;
}

/**
 * Spreadsheets calculate with 15 to 17 digits. Beyond those a number may still be whole: some programs write all digits of it. It has
 * been rounded when its digits are just those that a rounded number is written with.
 */
function numberText(written: string): string {
  const value = written.trim();
  const isDigits = /^\d+$/.test(value);
  if (!isDigits && !/^[+-]?\d+(\.\d*)?(E[+-]?\d+)?$/i.test(value)) return flat(value);
  const number = Number(value);
  if (!Number.isInteger(number)) return flat(value);
  if (Number.isSafeInteger(number)) return isDigits ? flat(value) : String(number);
  const isWhole = isDigits && String(number) !== value && BigInt(number) !== BigInt(value);
  return isWhole ? flat(value) : number.toExponential().replace('e', 'E');
}

/** Characters that XML cannot have are written `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A text of its own: one cut from a document keeps all of the document in memory for as long as the line is kept. */
function flat(text: string): string {
  return text.length < 13 ? text : SCRATCH.toString('utf8', 0, SCRATCH.write(text));
}

const SCRATCH = Buffer.alloc(3 * LONGEST_CELL);
