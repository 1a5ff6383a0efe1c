import { TextDecoder } from 'node:util';
import { Parser } from 'saxen';
import type { ZipEntry } from '../store/zip-archive.ts';

/** Told of the elements of a document in order, by their names without prefix. Attributes keep their prefixes. */
export type XmlListener = {
  open?(name: string, attributes: XmlAttributes): void;
  close?(name: string): void;
  /** The text between two tags, decoded; in several pieces where a comment or CDATA is in it. */
  text?(text: string): void;
};

/** Reads the attributes of an element; only called where they are wanted, because that costs more than the element. */
export type XmlAttributes = () => Readonly<Record<string, string>>;

/** Text and tags of spreadsheets are shorter by far: a cell has 32,767 characters at most (ECMA-376 and Excel's limits). */
const LONGEST_PIECE = 1024 * 1024;
const DEEPEST = 100;

/**
 * Reads one XML part of a zip as it is unpacked, in memory that does not grow with it, and gives others their turn between pieces.
 * Hostile until proven otherwise: no document type (and so no entities but the five of XML), no element deeper than a hundred, no
 * piece longer than a megabyte, nothing malformed. What the zip says of size and checksum is proven only at the end: what was told
 * before counts for nothing when this rejects. Rejects with an Error that has one sentence, or the signal's reason.
 */
export async function readXmlPart(part: ZipEntry, listener: XmlListener, signal: AbortSignal): Promise<void> {
  const document = new XmlDocument(listener);
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of part.chunks()) {
    signal.throwIfAborted();
    document.take(decoder.decode(chunk, { stream: true }));
  }
  document.end(decoder.decode());
}

class XmlDocument {
  readonly #parser = new Parser();
  /** From the last `<`: the parser must see tags whole, or takes a `>` in an attribute for the end. */
  #rest = '';
  /** Characters given to the parser since it told of anything. */
  #quiet = 0;
  #depth = 0;

  constructor(listener: XmlListener) {
    const heard = (): void => {
      this.#quiet = 0;
    };
    const fail = (fault: Error): never => {
      throw fault;
    };
    const { open, close, text } = listener;
    this.#parser
      .on('openTag', (name, attributes, decode, isEmpty) => {
        heard();
        if (!isEmpty) this.#depth += 1;
        if (this.#depth > DEEPEST) throw new Error('elements in it are nested too deep');
        open?.call(listener, localName(name), () => decoded(attributes(), decode));
      })
      .on('closeTag', (name, _decode, isEmpty) => {
        heard();
        if (!isEmpty) this.#depth -= 1;
        close?.call(listener, localName(name));
      })
      .on('text', (piece, decode) => {
        heard();
        text?.call(listener, decode(piece));
      })
      .on('cdata', (piece) => {
        heard();
        text?.call(listener, piece);
      })
      .on('comment', heard)
      .on('question', heard)
      .on('attention', () => fail(new Error('it declares a document type, which no spreadsheet does')))
      .on('warn', fail)
      .on('error', fail);
  }

  take(text: string): void {
    const pending = this.#rest + text;
    const cut = pending.lastIndexOf('<');
    this.#rest = cut > 0 ? pending.slice(cut) : pending;
    if (cut > 0) this.#write(pending.slice(0, cut));
    if (this.#rest.length + this.#quiet > LONGEST_PIECE) throw new Error('a piece of it is too long for a spreadsheet');
  }

  end(text: string): void {
    this.#write(this.#rest + text);
    this.#parser.end();
  }

  #write(text: string): void {
    this.#quiet += text.length;
    this.#parser.write(text);
  }
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

function decoded(
  attributes: Readonly<Record<string, string>>,
  decode: (text: string) => string,
): Readonly<Record<string, string>> {
  for (const name in attributes) {
    if (!attributes[name]?.includes('&')) continue;
    return Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, decode(text)]));
  }
  return attributes;
}
