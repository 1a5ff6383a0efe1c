import { StationError } from '../../../domain/failure.ts';
import type { Network } from '../../network/network.ts';
import { httpGet, type Patience, shownUrl } from './http-get.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * The SHA-256 that a server states for a file: in a file of its own beside it, or in a list of the release, both as `sha256sum` writes
 * them. Undefined when there is none (HTTP 404 or 410). Rejects with `store/download-failed` when there is one that does not name
 * the file.
 */
export async function findChecksum(
  checksumUrl: URL,
  fileUrl: URL,
  setting: { readonly network: Network; readonly signal: AbortSignal; readonly patience: Patience },
): Promise<string | undefined> {
  const where = shownUrl(checksumUrl);
  let text: string;
  try {
    const { response } = await httpGet(checksumUrl, {}, setting);
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      response.destroy();
      if (status === 404 || status === 410) return undefined;
      throw new StationError('store/download-failed', `${where} was answered with HTTP ${status}.`);
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new StationError('store/download-failed', `${where} is too large for checksums.`);
      chunks.push(chunk);
    }
    text = Buffer.concat(chunks).toString('utf8');
  } catch (thrown) {
    setting.signal.throwIfAborted();
    if (thrown instanceof StationError) throw thrown;
    const why = thrown instanceof Error ? thrown.message : 'the connection failed';
    throw new StationError('store/download-failed', `${where} was not downloaded: ${why}.`, { cause: thrown });
  }
  const found = readChecksums(text, decodeURIComponent(fileUrl.pathname.split('/').at(-1) ?? ''));
  if (found !== undefined) return found;
  throw new StationError('store/download-failed', `${where} states no one SHA-256 for ${shownUrl(fileUrl)}.`);
}

/**
 * Reads `HASH` alone, or lines of `HASH  NAME` and `HASH *NAME`. The file's own line counts; a hash without a name counts only when it
 * is all there is. Undefined when no line, or two lines that differ, are about the file.
 */
export function readChecksums(text: string, name: string): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const read = lines.map((line) => /^([0-9a-fA-F]{64})(?:\s+\*?(.+?))?\s*$/.exec(line.trim()));
  const [only] = read;
  if (lines.length === 1 && only?.[1] !== undefined && only[2] === undefined) return only[1].toLowerCase();
  const own = read.filter((line) => line?.[2]?.split('/').at(-1) === name).map((line) => line?.[1]?.toLowerCase());
  const distinct = new Set(own);
  return distinct.size === 1 ? own[0] : undefined;
}
