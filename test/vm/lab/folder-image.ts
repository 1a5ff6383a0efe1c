import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './lab-availability.ts';

const run = promisify(execFile);

/** A folder of the host as a file system of its own, which the guest mounts over that folder. */
export type FolderImage = { readonly folder: string; readonly file: string };

/**
 * Makes a read-only disk of a folder, once per `version`. A tree of thousands of small files is read several times
 * faster from a disk than through the share, where each file costs the emulated processor a dozen round trips. Without
 * mke2fs there is no image, and the guest reads the folder through the share.
 */
export async function prepareFolderImage(folder: string, version: string): Promise<readonly FolderImage[]> {
  const digest = createHash('sha256').update(version).digest('hex').slice(0, 16);
  const file = path.join(cacheFolder, `${path.basename(folder)}-${digest}.ext4`);
  const mke2fs = ['/usr/sbin/mke2fs', '/sbin/mke2fs'].find((program) => existsSync(program));
  if (!existsSync(file)) {
    if (!mke2fs) return [];
    await mkdir(cacheFolder, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    // Neither journal nor checksums: the disk is never written again. The file is sparse.
    const options = ['-q', '-t', 'ext4', '-m', '0', '-O', '^has_journal,^metadata_csum', '-d', folder];
    try {
      await run(mke2fs, [...options, unfinished, '1G'], { timeout: 120_000 });
      await rename(unfinished, file);
    } catch {
      await rm(unfinished, { force: true });
      return [];
    }
  }
  return [{ folder, file }];
}
