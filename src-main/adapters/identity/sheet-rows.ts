import type { SupplierRow } from '../../identity/supplier-line.ts';
import { type CellText, cellText, LONGEST_CELL, type WorkbookTexts } from './cell-text.ts';
import type { XmlAttributes, XmlListener } from './xml-part.ts';

/** Filled columns further right, and more cells than a million rows of sixteen, are no list. */
const MOST_COLUMNS = 256;
const MOST_CELLS = 16_000_000;

/**
 * Cuts a sheet (ECMA-376 part 1, 18.3.1) into its rows as its XML is told. Rows that the sheet leaves out are given as empty ones, so
 * that each has its number; empty rows behind the last filled one are not there. A row or a cell that does not say where it is follows
 * the one before. Throws an Error with one sentence for what no program writes, and for more than `mostRows` rows.
 */
export class SheetRows implements XmlListener {
  readonly #texts: WorkbookTexts;
  readonly #mostRows: number;
  readonly #take: (row: SupplierRow) => void;
  #isInData = false;
  /** The row before this one, filled or not; and the last one that was given. */
  #row = 0;
  #digits = '';
  #given = 0;
  #cellsSoFar = 0;
  #cells: string[] | undefined;
  #broken: string | undefined;
  #column = 0;
  #cell: { type: string | undefined; style: string | undefined; value: string } | undefined;
  #isWanted = false;
  #isSound = false;

  constructor(texts: WorkbookTexts, mostRows: number, take: (row: SupplierRow) => void) {
    this.#texts = texts;
    this.#mostRows = mostRows;
    this.#take = take;
  }

  open(name: string, attributes: XmlAttributes): void {
    if (name === 'sheetData') this.#isInData = true;
    else if (!this.#isInData) return;
    else if (name === 'c') this.#openCell(attributes());
    else if (name === 'v') this.#isWanted = true;
    else if (name === 't') this.#isWanted = !this.#isSound;
    else if (name === 'row') this.#openRow(attributes());
    else if (name === 'rPh') this.#isSound = true;
  }

  close(name: string): void {
    if (!this.#isInData) return;
    if (name === 'c') this.#closeCell();
    else if (name === 'v' || name === 't') this.#isWanted = false;
    else if (name === 'row') this.#closeRow();
    else if (name === 'rPh') this.#isSound = false;
    else if (name === 'sheetData') this.#isInData = false;
  }

  text(piece: string): void {
    // A little more than is read is kept, so that its length tells.
    if (this.#isWanted && this.#cell !== undefined && this.#cell.value.length <= LONGEST_CELL)
      this.#cell.value += piece;
  }

  #openRow({ r }: Readonly<Record<string, string>>): void {
    if (this.#cells !== undefined) throw new Error('a row in it lies within another');
    const row = r === undefined ? this.#row + 1 : numberOf(r);
    if (row <= this.#row) throw new Error(`its rows are out of order at row ${row}`);
    this.#row = row;
    this.#digits = String(row);
    this.#column = 0;
    this.#cells = [];
    this.#broken = undefined;
  }

  #openCell({ r, t, s }: Readonly<Record<string, string>>): void {
    if (this.#cells === undefined || this.#cell !== undefined) throw new Error('a cell in it lies outside of any row');
    if (r === undefined) this.#column += 1;
    else {
      const [, letters = '', digits] = /^([A-Z]{1,3})(\d{1,7})$/.exec(r) ?? [];
      if (digits !== this.#digits) throw new Error(`a cell in row ${this.#row} does not say it is there`);
      this.#column = columnOf(letters);
    }
    this.#cell = { type: t, style: s, value: '' };
  }

  #closeCell(): void {
    if (this.#cells === undefined || this.#cell === undefined) return;
    const content: CellText = cellText(this.#cell, this.#texts);
    this.#cell = undefined;
    if ('broken' in content) this.#broken ??= content.broken;
    else if (content.text !== '') this.#fill(this.#cells, content.text);
  }

  #fill(cells: string[], text: string): void {
    if (this.#column > MOST_COLUMNS) throw new Error(`a cell in row ${this.#row} lies too far out`);
    while (cells.length < this.#column - 1) cells.push('');
    if ((cells[this.#column - 1] ?? '') !== '') throw new Error(`row ${this.#row} has a cell twice`);
    cells[this.#column - 1] = text;
  }

  #closeRow(): void {
    const cells = this.#cells ?? [];
    this.#cells = undefined;
    if (cells.length === 0 && this.#broken === undefined) return;
    if (this.#row > this.#mostRows)
      throw new Error(`it has more than ${this.#mostRows} rows; cut it into several files`);
    this.#cellsSoFar += cells.length;
    if (this.#cellsSoFar > MOST_CELLS) throw new Error('it has more cells than any list');
    for (let line = this.#given + 1; line < this.#row; line += 1) this.#take({ line, cells: [] });
    this.#given = this.#row;
    const row = { line: this.#row, cells };
    this.#take(this.#broken === undefined ? row : { ...row, cells: [], broken: this.#broken });
  }
}

function numberOf(digits: string): number {
  if (!/^[1-9]\d{0,6}$/.test(digits)) throw new Error('a row in it does not say where it is');
  return Number(digits);
}

/** `A` is 1, `Z` 26, `AA` 27. */
function columnOf(letters: string): number {
  let column = 0;
  for (let at = 0; at < letters.length; at += 1) column = column * 26 + letters.charCodeAt(at) - 64;
  return column;
}
