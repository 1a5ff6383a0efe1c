import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StationError } from '../../domain/failure.ts';

/** The last entry known to be on disk. The database may be ahead of it by a crash, and never behind. */
export type Head = { readonly entry: number; readonly hash: string };

/**
 * Writes the head aside and flushes it; the function returned puts it over the old one, so that a power cut leaves the old or the
 * new and nothing between. In two parts, because what can fail (a full disk) must fail before the entry is in the log, and no head
 * may be in its place before. The rename itself need not be flushed: an older head is still a true lower bound. Both throw what
 * the file system throws.
 */
export function prepareHead(path: string, head: Head): () => void {
  const aside = `${path}.aside`;
  const file = openSync(aside, 'w', 0o644);
  try {
    writeSync(file, `${JSON.stringify({ format: 1, entry: head.entry, hash: head.hash })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return () => renameOver(aside, path);
}

/**
 * Puts the head that a log is opened with in its place at once, and flushes the folder too: once there are entries, a head that
 * is missing means that someone took it away, so a power cut must not be able to.
 */
export function writeOpeningHead(path: string, head: Head): void {
  prepareHead(path, head)();
  // Windows opens no folders, and keeps the order of a folder's changes itself.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Reads the head; undefined when there is no file, `audit/damaged` when it is not one this program writes. */
export function readHead(path: string): Head | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  // Compared with what would be written for it, so that not one byte of the file can be other.
  const match = /^\{"format":1,"entry":(0|[1-9]\d{0,14}),"hash":"([0-9a-f]{64})"\}\n$/.exec(text);
  if (match === null) throw new StationError('audit/damaged', 'The head file beside the audit log was changed.');
  return { entry: Number(match[1]), hash: match[2] ?? '' };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** On Windows a virus scanner may hold the old file for a moment: tried again a few times, within 200 ms in all. */
function renameOver(from: string, to: string): void {
  for (let left = 10; ; left -= 1) {
    try {
      renameSync(from, to);
      return;
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
      const isHeld = code === 'EPERM' || code === 'EACCES' || code === 'EBUSY';
      if (process.platform !== 'win32' || !isHeld || left === 0) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
