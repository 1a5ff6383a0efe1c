import { TextDecoder } from 'node:util';

/** Longer than any line a list has, with all its remarks; a longer one is told by its number and not kept. */
export const LONGEST_LINE = 4096;

/** What a line becomes that is longer. */
export const TOO_LONG = Symbol('too long');

/**
 * Cuts a stream of text bytes into its lines, as they end (`\n`, `\r\n` or `\r`), in bounded memory. UTF-8 and UTF-16 are told by their
 * byte-order mark, UTF-16 without one by its zero bytes; what is not valid in either becomes U+FFFD, which no identifier has in it. A
 * last line without an end is a line, and nothing follows a last line end.
 */
export class TextLines {
  #decoder: TextDecoder | undefined;
  #rest = '';
  #isSkipping = false;
  #endedWithReturn = false;

  /** The lines that end in these bytes. */
  take(bytes: Uint8Array): readonly (string | typeof TOO_LONG)[] {
    this.#decoder ??= new TextDecoder(encodingOf(bytes));
    return this.#cut(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left when no more bytes come. */
  end(): readonly (string | typeof TOO_LONG)[] {
    const lines = [...this.#cut(this.#decoder?.decode() ?? '')];
    if (this.#isSkipping) lines.push(TOO_LONG);
    else if (this.#rest !== '') lines.push(this.#rest);
    return lines;
  }

  #cut(decoded: string): readonly (string | typeof TOO_LONG)[] {
    if (decoded === '') return [];
    // A line feed at the beginning may be the second half of an end that was counted already.
    const text = this.#endedWithReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    this.#endedWithReturn = decoded.endsWith('\r');
    const pieces: (string | typeof TOO_LONG)[] = text.split(/\r\n|\n|\r/);
    const last = pieces.pop() as string;
    if (pieces.length === 0) {
      this.#keep(this.#rest + last);
      return [];
    }
    pieces[0] = this.#isSkipping ? TOO_LONG : this.#rest + (pieces[0] as string);
    this.#isSkipping = false;
    this.#keep(last);
    return pieces.map((piece) => (typeof piece === 'string' && piece.length > LONGEST_LINE ? TOO_LONG : piece));
  }

  #keep(rest: string): void {
    this.#isSkipping ||= rest.length > LONGEST_LINE;
    this.#rest = this.#isSkipping ? '' : rest;
  }
}

/** The encoding of text by its first bytes: UTF-16 has a mark, or a zero as every other byte, because identifiers are ASCII. */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, 512);
  const zeros = (parity: number): number => sample.filter((byte, index) => byte === 0 && index % 2 === parity).length;
  const half = Math.floor(sample.length / 2);
  if (half >= 2 && zeros(1) > half * 0.8 && zeros(0) === 0) return 'utf-16le';
  if (half >= 2 && zeros(0) > half * 0.8 && zeros(1) === 0) return 'utf-16be';
  return 'utf-8';
}
