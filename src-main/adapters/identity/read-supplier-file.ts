import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { StationError } from '../../domain/failure.ts';
import { countLines, type SupplierFile, type SupplierLine } from '../../identity/supplier-line.ts';
import { readSpreadsheet } from './read-spreadsheet.ts';
import { TextListReader } from './text-list-reader.ts';

export type ReadOptions = {
  readonly signal: AbortSignal;
  /** Called now and then with how much of the file has been read. */
  readonly progress?: (bytes: number, ofBytes: number) => void;
};

/** Larger files are no lists of one supplier: 100,000 units with everything known of them are some 10 MB. */
export const LARGEST_FILE_BYTES = 256 * 1024 * 1024;

/** More lines than this are refused, so that what is kept of them fits into memory. */
export const MOST_LINES = 1_000_000;

/**
 * Reads a tray file or SIM-pack file as suppliers send them (cloud-api.md 5.8): text of any encoding that is in use, with one
 * identifier per line or in columns, or an .xlsx spreadsheet. What kind it is, its content says, not its name. Every line is
 * accounted for. Rejects with `identity/unreadable-file` for what is no list at all (binary, too large, not there, a damaged
 * spreadsheet) and with the signal's reason.
 */
export async function readSupplierFile(path: string, { signal, progress }: ReadOptions): Promise<SupplierFile> {
  const name = basename(path);
  try {
    const { sizeBytes, isZip } = await lookAt(path, name);
    const hash = createHash('sha256');
    const text = new TextListReader(name, MOST_LINES);
    let bytes = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
      bytes += chunk.length;
      if (bytes > LARGEST_FILE_BYTES) throw unreadable(name, 'it grows while it is read');
      hash.update(chunk);
      if (!isZip) text.take(chunk);
      progress?.(bytes, sizeBytes);
    }
    const sha256 = hash.digest('hex');
    const read = isZip ? await readSpreadsheet(path, name, { mostLines: MOST_LINES, signal }) : { lines: text.end() };
    return { name, sha256, sizeBytes: bytes, ...read, counts: countLines(read.lines) };
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof StationError) throw thrown;
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'it cannot be read';
    throw new StationError('identity/unreadable-file', `${name} is not read: ${why}.`, { cause: thrown });
  }
}

/** The lines of a file that can be used, in order. */
export function usableLines(lines: readonly SupplierLine[]) {
  return lines.filter((line) => line.kind === 'usable');
}

const CHUNK_BYTES = 256 * 1024;

async function lookAt(path: string, name: string): Promise<{ sizeBytes: number; isZip: boolean }> {
  await using handle = await open(path, 'r');
  const facts = await handle.stat();
  if (!facts.isFile()) throw unreadable(name, 'it is no file');
  if (facts.size > LARGEST_FILE_BYTES) {
    throw unreadable(name, `it has ${facts.size} bytes, at most ${LARGEST_FILE_BYTES} are read`);
  }
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
  const start = buffer.subarray(0, bytesRead).toString('latin1');
  if (start.startsWith('\xd0\xcf\x11\xe0')) {
    throw unreadable(name, 'it is a spreadsheet of the old .xls kind; save it as .xlsx or .csv');
  }
  if (start.startsWith('%PDF')) throw unreadable(name, 'it is a PDF; ask the supplier for a list');
  return { sizeBytes: facts.size, isZip: start.startsWith('PK\x03\x04') };
}

function unreadable(name: string, why: string): StationError {
  return new StationError('identity/unreadable-file', `${name} is not read: ${why}.`);
}
