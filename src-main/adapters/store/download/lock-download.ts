import { open, readFile, rm } from 'node:fs/promises';
import { StationError } from '../../../domain/failure.ts';
import { isAlive, writeFailure } from '../durable-file.ts';

/**
 * Keeps other processes from writing to the same unfinished download. The lock of a process that is gone does not count. Rejects with
 * `store/conflict` while another one downloads, and with `store/write-failed`.
 */
export async function lockDownload(path: string, what: string): Promise<() => Promise<void>> {
  for (let taken = 0; ; taken += 1) {
    try {
      await using handle = await open(path, 'wx');
      await handle.writeFile(String(process.pid));
      return () => rm(path, { force: true });
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw writeFailure(thrown);
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (taken > 0 || isAlive(holder)) {
      throw new StationError(
        'store/conflict',
        `${what} is being downloaded by another Linewright (process ${holder}).`,
      );
    }
    await rm(path, { force: true });
  }
}
