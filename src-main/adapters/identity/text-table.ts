/** More texts or bytes than a million rows of units have are no list. */
const MOST_TEXTS = 8_000_000;
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Many short texts by number, in little more memory than their UTF-8 bytes: strings cut from a document would keep all of it alive.
 * Throws an Error with one sentence when there are too many.
 */
export class TextTable {
  #bytes = Buffer.alloc(64 * 1024);
  /** Where each text ends; the next one begins there. */
  #ends = new Uint32Array(4096);
  #count = 0;

  add(text: string): void {
    const start = this.#startOf(this.#count);
    const most = start + text.length * 3;
    if (this.#count >= MOST_TEXTS || most > MOST_BYTES) throw new Error('it has more texts than any list');
    if (most > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], Math.max(most, this.#bytes.length * 2));
    }
    if (this.#count === this.#ends.length) {
      const longer = new Uint32Array(this.#ends.length * 2);
      longer.set(this.#ends);
      this.#ends = longer;
    }
    this.#ends[this.#count] = start + this.#bytes.write(text, start);
    this.#count += 1;
  }

  /** The text with this number, from 0; undefined when there is none. */
  at(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    return this.#bytes.toString('utf8', this.#startOf(index), this.#ends[index]);
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] as number);
  }
}
