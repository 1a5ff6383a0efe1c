import { StationError } from '../../domain/failure.ts';
import type { SupplierLine, SupplierRow } from '../../identity/supplier-line.ts';
import { SAMPLE_ROWS, SupplierList } from '../../identity/supplier-list.ts';
import { cutCells, type Delimiter, findDelimiter } from './text-cells.ts';
import { LONGEST_LINE, TextLines, TOO_LONG } from './text-lines.ts';

/**
 * A list of text, understood as its bytes come. Memory is bounded by the number of lines. Throws `identity/unreadable-file` when the
 * first lines are no text, and for too many lines.
 */
export class TextListReader {
  readonly #name: string;
  readonly #mostLines: number;
  readonly #lines = new TextLines();
  readonly #done: SupplierLine[] = [];
  /** Lines that wait for the sample to be full. */
  #waiting: (string | typeof TOO_LONG)[] = [];
  #list: { readonly rows: SupplierList; readonly delimiter: Delimiter } | undefined;

  constructor(name: string, mostLines: number) {
    this.#name = name;
    this.#mostLines = mostLines;
  }

  take(bytes: Uint8Array): void {
    this.#add(this.#lines.take(bytes));
    if (this.#waiting.length >= SAMPLE_ROWS) this.#understand();
  }

  /** Every line of the text, in order. */
  end(): readonly SupplierLine[] {
    this.#add(this.#lines.end());
    this.#understand();
    return this.#done;
  }

  #add(lines: readonly (string | typeof TOO_LONG)[]): void {
    if (this.#done.length + this.#waiting.length + lines.length > this.#mostLines) {
      throw this.#unreadable(`it has more than ${this.#mostLines} lines; cut it into several files`);
    }
    for (const line of lines) this.#waiting.push(line);
  }

  #understand(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    const texts = lines.map((line) => (line === TOO_LONG || BINARY.test(line) ? '' : line));
    this.#list ??= this.#begin(lines, texts);
    const { rows, delimiter } = this.#list;
    const cells = cutCells(texts, delimiter);
    for (const [index, line] of lines.entries()) {
      const row = { line: this.#done.length + 1, cells: cells[index] ?? [] };
      const broken = problemOf(line);
      this.#done.push(rows.read(broken === undefined ? row : { ...row, broken }));
    }
  }

  #begin(lines: readonly (string | typeof TOO_LONG)[], texts: readonly string[]) {
    const sample = lines.slice(0, SAMPLE_ROWS);
    const broken = sample.filter((line) => problemOf(line) !== undefined).length;
    if (broken > sample.length / 2) throw this.#unreadable('it is no text');
    const delimiter = findDelimiter(texts.slice(0, SAMPLE_ROWS));
    const cells: readonly SupplierRow[] = cutCells(texts.slice(0, SAMPLE_ROWS), delimiter).map((row, index) => {
      return { line: index + 1, cells: row };
    });
    return { rows: new SupplierList(cells), delimiter };
  }

  #unreadable(why: string): StationError {
    return new StationError('identity/unreadable-file', `${this.#name} is not read: ${why}.`);
  }
}

/** Control characters that no text has; tabs and blanks of every kind are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\x00-\x08\x0e-\x1f\x7f]/;

function problemOf(line: string | typeof TOO_LONG): string | undefined {
  if (line === TOO_LONG) return `It is longer than ${LONGEST_LINE} characters.`;
  return BINARY.test(line) ? 'It has characters in it that no text has.' : undefined;
}
