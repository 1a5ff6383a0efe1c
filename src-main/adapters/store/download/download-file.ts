import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../../domain/failure.ts';
import { writeFailure } from '../durable-file.ts';
import { hashOf } from '../object-folder.ts';
import { type DownloadPace, type DownloadSetting, fetchRest, forget, type Part, SILENT_MS } from './fetch-rest.ts';
import { ConnectionLost, shownUrl } from './http-get.ts';
import { lockDownload } from './lock-download.ts';

const PACE: DownloadPace = { silentMs: SILENT_MS, fruitlessTries: 5, firstWaitMs: 1_000, maxBytes: 1024 * 1024 * 1024 };

/** A file that is on disk whole, and this process's alone until it is let go. */
export type Downloaded = {
  readonly path: string;
  readonly sha256: string;
  /** Lets it go and deletes it. */
  release(): Promise<void>;
  /** Lets it go and leaves it: the same download with its hash stated then brings it without the network. */
  keep(): Promise<void>;
};

/**
 * Downloads a file, however often the connection breaks: each try goes on where the last one ended, in this process or an earlier one.
 * It goes on only with the very same file, which If-Range makes the server vouch for; without an ETag or a date it begins anew.
 * With `expected` given, what was pieced together and has another hash is fetched once more from the start. Rejects with
 * `store/download-failed`, `store/write-failed`, or the abort reason; what has come so far then stays for the next time.
 */
export async function downloadFile(
  url: URL,
  expected: string | undefined,
  setting: DownloadSetting,
): Promise<Downloaded> {
  const pace = { ...PACE, ...setting.pace };
  const base = join(setting.folder, hashOf(url.href).slice(0, 32));
  const part: Part = { path: `${base}.part`, notes: `${base}.json` };
  await mkdir(setting.folder, { recursive: true }).catch((thrown) => {
    throw writeFailure(thrown);
  });
  const unlock = await lockDownload(`${base}.lock`, shownUrl(url));
  try {
    const wasBegun = (await lengthOf(part)) > 0;
    let sha256 = wasBegun && expected !== undefined ? await hashFile(part.path) : undefined;
    if (sha256 === undefined || sha256 !== expected) {
      await fetchWhole(url, part, pace, setting);
      sha256 = await hashFile(part.path);
    }
    if (expected !== undefined && sha256 !== expected && wasBegun) {
      await forget(part);
      await fetchWhole(url, part, pace, setting);
      sha256 = await hashFile(part.path);
    }
    if (expected !== undefined && sha256 !== expected) {
      await forget(part);
      const detail = `${shownUrl(url)} is not the file that is meant: its SHA-256 is ${sha256}, expected is ${expected}.`;
      throw new StationError('store/download-failed', detail, { evidence: { expected, found: sha256 } });
    }
    return {
      path: part.path,
      sha256,
      release: async () => {
        await forget(part);
        await unlock();
      },
      keep: unlock,
    };
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

async function fetchWhole(url: URL, part: Part, pace: DownloadPace, setting: DownloadSetting): Promise<void> {
  for (let fruitless = 0; ; ) {
    const before = await lengthOf(part);
    try {
      await fetchRest(url, part, before, pace, setting);
      return;
    } catch (thrown) {
      setting.signal.throwIfAborted();
      if (!(thrown instanceof ConnectionLost)) throw thrown;
      fruitless = (await lengthOf(part)) > before ? 0 : fruitless + 1;
      if (fruitless >= pace.fruitlessTries) {
        const detail = `${shownUrl(url)} was not downloaded: the connection failed ${fruitless} times in a row (${thrown.message}). What has come is kept; try again later.`;
        throw new StationError('store/download-failed', detail, { cause: thrown });
      }
      await sleep(pace.firstWaitMs * 2 ** fruitless, undefined, { signal: setting.signal });
    }
  }
}

async function lengthOf(part: Part): Promise<number> {
  return (await stat(part.path).catch(() => undefined))?.size ?? 0;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
