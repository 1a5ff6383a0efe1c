import type { Readable } from 'node:stream';
import { ReadlineParser } from '@serialport/parser-readline';
import type { ConsoleAnswer } from '../../ports/unit-console.ts';
import { isSecretLine, withoutForeignTexts } from '../../protocol/console-text.ts';

/** Lines being collected from a console. */
export type GrowingAnswer = {
  /** Resolves when the answer is whole, or when the cap of bytes or of lines is reached. */
  readonly whole: Promise<void>;
  isWhole(): boolean;
  /** Stops collecting and returns what came, an unfinished last line included. */
  end(): Promise<ConsoleAnswer>;
};

const MAX_BYTES = 65_536;
/** Every line has all of them looked at again, so a unit that sends nothing but line ends must not keep the station busy. */
const MAX_LINES = 1000;
const REPLACEMENT = '\uFFFD';

/**
 * Collects lines from now on. The secret is dropped before `isComplete` or any caller sees a line.
 */
export function collectAnswer(from: Readable, isComplete: (lines: readonly string[]) => boolean): GrowingAnswer {
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  // Latin-1 keeps one character per byte, so noise stays visible as noise.
  const parser = new ReadlineParser({ delimiter: '\n', encoding: 'latin1' });
  const lines: string[] = [];
  let size = 0;
  let garbled = false;
  let complete = false;

  const onData = (chunk: Buffer): void => {
    if (size >= MAX_BYTES || lines.length >= MAX_LINES) return;
    const taken = chunk.subarray(0, MAX_BYTES - size);
    size += taken.length;
    garbled ||= taken.some((byte) => !isText(byte));
    parser.write(taken);
    if (size >= MAX_BYTES) resolve();
  };
  parser.on('data', (raw: string) => {
    const line = withoutForeignTexts(raw.replace(/\r$/, '').replace(/[^\t\x20-\x7e]/g, REPLACEMENT));
    if (lines.length >= MAX_LINES || !mayShow(line)) return;
    lines.push(line);
    complete ||= isComplete(lines);
    if (complete || lines.length >= MAX_LINES) resolve();
  });
  from.on('data', onData);

  return {
    whole,
    isWhole: () => complete,
    async end() {
      from.off('data', onData);
      const flushed = new Promise((done) => parser.once('end', done));
      parser.end();
      await flushed;
      return { lines: [...lines], complete, garbled };
    },
  };
}

/**
 * False for the secret, and for a line that may be the secret with its label destroyed or cut off: fifteen letters and digits at
 * the end of a line whose label is not one of the two that have such a value (the form of device-usb.md 1.3), or fifteen
 * characters of any kind where there is noise in the line.
 */
function mayShow(line: string): boolean {
  if (isSecretLine(line)) return false;
  const form = line.includes(REPLACEMENT)
    ? /(?:^|[^0-9A-Za-z])[^\s:]{15}\s*$/
    : /^(?!(?:Serial Number|IMEI):)(?:.*[^0-9A-Za-z])?[0-9A-Za-z]{15}\s*$/;
  return !form.test(line);
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
