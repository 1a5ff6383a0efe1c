import { lstat, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Puts these bytes into a file that only this user can read, for as long as `work` runs. */
export async function withFileOf<Value>(bytes: Uint8Array, work: (file: string) => Promise<Value>): Promise<Value> {
  return await inPrivateFolder(async (folder) => {
    const file = join(folder, 'download.bin');
    await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
    return await work(file);
  });
}

/**
 * A place in a folder that only this user can enter, for a program to write a file to; the file must not exist before. `read`
 * returns what was written, at most one byte more than `sizeBytes`.
 */
export async function withPlaceForFile<Value>(
  sizeBytes: number,
  work: (file: string, read: () => Promise<Uint8Array>) => Promise<Value>,
): Promise<Value> {
  return await inPrivateFolder((folder) => {
    const file = join(folder, 'upload.bin');
    return work(file, () => readAtMost(file, sizeBytes + 1));
  });
}

/** Takes away folders that a killed station left behind; no flashing lasts a day. Never rejects: tidying up is nobody's verdict. */
export async function removeAbandonedFolders(): Promise<void> {
  const parent = tmpdir();
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(parent, name);
    const seen = await lstat(folder).catch(() => undefined);
    if (seen === undefined || !seen.isDirectory() || Date.now() - seen.mtimeMs < ABANDONED_MS) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

const PREFIX = 'linewright-flash-';
const ABANDONED_MS = 24 * 3_600_000;

async function inPrivateFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readAtMost(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(limit);
    let size = 0;
    while (size < limit) {
      const { bytesRead } = await file.read(buffer, size, limit - size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return buffer.slice(0, size);
  } finally {
    await file.close();
  }
}
