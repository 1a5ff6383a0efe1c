import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StationError } from '../../domain/failure.ts';

/**
 * Writes a file so that it is there whole or not at all, also after a power cut: into `temporary` first, synced, then moved to its
 * place in one step, and the folder synced. With `never` in `replace` an existing file stays as it is and the answer is `there`,
 * decided by the file system, so that two processes cannot both win. Both folders must be on one volume. Rejects with
 * `store/write-failed`.
 */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  options: { readonly temporary: string; readonly replace: 'always' | 'never' },
): Promise<'written' | 'there'> {
  const passing = join(options.temporary, `${process.pid}-${randomUUID()}`);
  try {
    await makeFolder(options.temporary);
    await makeFolder(dirname(path));
    await writeAndSync(passing, bytes);
    const outcome = await moveIntoPlace(passing, path, options.replace);
    if (outcome === 'written') await syncFolder(dirname(path));
    return outcome;
  } catch (thrown) {
    throw writeFailure(thrown);
  } finally {
    await rm(passing, { force: true }).catch(() => undefined);
  }
}

/** Removes what processes that are gone left behind in the folder of unfinished files. */
export async function sweepTemporary(temporary: string): Promise<void> {
  const names = await readdir(temporary).catch(() => []);
  for (const name of names) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    const path = join(temporary, name);
    if (!isAlive(pid) || (await isOlderThanADay(path))) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** An error of the file system as `store/write-failed`, with its code; a StationError stays as it is. */
export function writeFailure(thrown: unknown): StationError {
  if (thrown instanceof StationError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  const why = WORDS[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new StationError('store/write-failed', `The firmware store cannot be written: ${why} (${code}).`, {
    cause: thrown,
  });
}

/** Whether a process with this number lives; one that belongs to somebody else does. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file is larger than the system allows',
  EROFS: 'the disk can only be read',
  EACCES: 'no permission',
  EPERM: 'no permission, or a file system without hard links',
  EIO: 'the disk reports a fault',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a file is where a folder must be',
  ENAMETOOLONG: 'the name is too long',
};

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(path, 'wx', 0o644);
  await handle.writeFile(bytes);
  await handle.sync();
}

async function moveIntoPlace(from: string, to: string, replace: 'always' | 'never'): Promise<'written' | 'there'> {
  if (replace === 'always') {
    await rename(from, to);
    return 'written';
  }
  try {
    await link(from, to);
    return 'written';
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return 'there';
    throw thrown;
  }
}

/** Makes a folder and those above it, each known to the one above it before anything is put into it. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** A folder's own entry must be on disk too, or a power cut loses the name of a file that is there. Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

async function isOlderThanADay(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs > 24 * 3600 * 1000;
}
