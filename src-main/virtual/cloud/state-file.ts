import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { StationError } from '../../domain/failure.ts';
import { type Changes, WHOLE_LIST } from './change-book.ts';
import type { CloudState } from './cloud-state.ts';

/**
 * The virtual cloud's memory on disk, as JSON Lines: first what the file is, then one line per request with the rows it changed, as
 * they are now (`null`: gone). A line is written before its request is answered, so a killed process loses nothing it had answered;
 * a last line that broke off belongs to a request without an answer, and is dropped.
 */
export type StateFile = {
  /** Whether there was something in the file. */
  readonly wasThere: boolean;
  write(changes: Changes): void;
  close(): void;
};

const HEADER = 'linewright virtual cloud 1';
/** When so much was appended, the file is written anew with each row once. */
const REWRITE_BYTES = 64 * 1024 * 1024;

/**
 * Reads a state file into the memory, or begins one. Throws StationError `request/invalid` for a file that is none, naming the line;
 * Node's error when the folder cannot be written.
 */
export function openStateFile(file: string, state: CloudState): StateFile {
  const wasThere = existsSync(file);
  if (wasThere) load(file, state);
  state.book.take();
  let [descriptor, appended] = [rewrite(file, state), 0];
  return {
    wasThere,
    write(changes) {
      if (changes.size === 0) return;
      appended += writeSync(descriptor, lineOf(state, changes));
      if (appended < REWRITE_BYTES) return;
      closeSync(descriptor);
      [descriptor, appended] = [rewrite(file, state), 0];
    },
    close() {
      closeSync(descriptor);
      closeSync(rewrite(file, state));
    },
  };
}

type Row = readonly [unknown, unknown];
type Line = { readonly at: number; readonly rows: Readonly<Record<string, readonly Row[]>> };
type Collection = Map<unknown, object> | object[];

function load(file: string, state: CloudState): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop(); // what follows the last line feed: nothing, or a line that broke off
  if (lines.length === 0) return;
  const collections = collectionsOf(state);
  for (const [index, text] of lines.entries()) {
    const line = parseLine(text, index + 1);
    if (index === 0) {
      if (line !== HEADER) throw broken(1);
      continue;
    }
    if (!isLine(line)) throw broken(index + 1);
    for (const [name, rows] of Object.entries(line.rows)) {
      const collection = collections.get(name);
      if (collection === undefined) throw broken(index + 1);
      for (const row of rows) apply(collection, row);
    }
    state.clock.advance(Math.max(0, line.at - state.clock.now()));
  }
}

function apply(collection: Collection, [key, value]: Row): void {
  if (Array.isArray(collection)) collection.splice(0, collection.length, ...(value as object[]));
  else if (value === null) collection.delete(key);
  else collection.set(key, value as object);
}

function parseLine(text: string, number: number): unknown {
  try {
    return JSON.parse(text, (_key, value) => decode(value));
  } catch {
    throw broken(number);
  }
}

function isLine(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && 'at' in value && 'rows' in value;
}

function broken(line: number): StationError {
  return new StationError('request/invalid', `Line ${line} of the state file is not of a virtual cloud.`);
}

/** Everything, each row once, in a new file that then takes the old one's place. Returns it open for appending. */
function rewrite(file: string, state: CloudState): number {
  const whole = [...collectionsOf(state)].map(([name, collection]): [string, Row[]] => {
    return [name, Array.isArray(collection) ? [[WHOLE_LIST, collection]] : [...collection]];
  });
  const rows = Object.fromEntries(whole.filter(([, list]) => list.length > 0));
  const lines = `${JSON.stringify(HEADER)}\n${encode({ at: state.clock.now(), rows })}\n`;
  writeFileSync(`${file}.new`, lines, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  return openSync(file, 'a');
}

function lineOf(state: CloudState, changes: Changes): string {
  const collections = collectionsOf(state);
  const rows: Record<string, Row[]> = {};
  for (const [name, keys] of changes) {
    const collection = collections.get(name);
    if (collection === undefined) continue;
    rows[name] = [...keys.keys()].map((key) => [
      key,
      Array.isArray(collection) ? collection : (collection.get(key) ?? null),
    ]);
  }
  return `${encode({ at: state.clock.now(), rows })}\n`;
}

function collectionsOf(state: CloudState): Map<string, Collection> {
  return new Map(
    Object.entries<unknown>({ ...state }).filter((entry): entry is [string, Collection] => {
      return entry[1] instanceof Map || Array.isArray(entry[1]);
    }),
  );
}

/** JSON has no bytes and no Infinity. */
function encode(line: Line): string {
  return JSON.stringify(line, function (this: Record<string, unknown>, key, value) {
    const own = this[key]; // not `value`: a Buffer has turned itself into something else there
    if (own instanceof Uint8Array) return { $bytes: Buffer.from(own).toString('base64') };
    return own === Number.POSITIVE_INFINITY ? { $number: 'Infinity' } : value;
  });
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$bytes' in value) return new Uint8Array(Buffer.from(String(value.$bytes), 'base64'));
  return '$number' in value ? Number.POSITIVE_INFINITY : value;
}
