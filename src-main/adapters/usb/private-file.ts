import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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
