import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import * as z from 'zod';
import { StationError } from '../../../domain/failure.ts';
import type { Network } from '../../network/network.ts';
import { writeFailure } from '../durable-file.ts';
import { ConnectionLost, httpGet, type Patience, shownUrl } from './http-get.ts';

export type DownloadSetting = {
  readonly network: Network;
  readonly signal: AbortSignal;
  /** Where unfinished downloads lie, to be gone on with. */
  readonly folder: string;
  readonly pace?: Partial<DownloadPace>;
  readonly onProgress?: (doneBytes: number, totalBytes: number | undefined) => void;
};

export type DownloadPace = Patience & {
  /** Tries in a row that brought not one byte. */
  readonly fruitlessTries: number;
  readonly firstWaitMs: number;
  readonly maxBytes: number;
};

/** How long a connection may be silent unless told otherwise. */
export const SILENT_MS = 30_000;

/** An unfinished download: the bytes that have come, and by what the server knows the file again. */
export type Part = { readonly path: string; readonly notes: string };

/** Deletes an unfinished download. */
export async function forget(part: Part): Promise<void> {
  await rm(part.path, { force: true });
  await rm(part.notes, { force: true });
}

/**
 * One try: asks for what is missing and appends it, or begins anew when the server has another file or cannot go on. Rejects with
 * ConnectionLost when another try may help, else with `store/download-failed`, `store/write-failed`, or the abort reason.
 */
export async function fetchRest(
  url: URL,
  part: Part,
  before: number,
  pace: DownloadPace,
  setting: DownloadSetting,
): Promise<void> {
  const validator = before === 0 ? undefined : await validatorOf(part, url);
  const headers: Record<string, string> =
    validator === undefined ? {} : { range: `bytes=${before}-`, 'if-range': validator };
  await using handle = await open(part.path, 'a').catch((thrown) => {
    throw writeFailure(thrown);
  });
  const { response } = await httpGet(url, headers, { ...setting, patience: pace });
  // From here to the first listener nothing is awaited: a connection that breaks now would take what has arrived with it.
  try {
    const total = judgeAnswer(url, response, before, pace);
    const begins = response.statusCode === 206 ? before : 0;
    const ready = begins === 0 ? begin(handle, part, url, response) : Promise.resolve();
    await append(response, handle, ready, { begins, total, pace, setting });
  } catch (thrown) {
    response.destroy();
    if (thrown instanceof RangeGone) await forget(part);
    throw thrown;
  }
}

/** Nothing is left to send, or the file has become shorter: from the start it is plain which. */
class RangeGone extends ConnectionLost {}

/** How long the file is, where the server says so; throws when the answer is none that can be taken. */
function judgeAnswer(url: URL, { statusCode = 0, headers }: IncomingMessage, before: number, pace: DownloadPace) {
  if (statusCode === 416) throw new RangeGone('the server has no such range');
  if (statusCode !== 200 && statusCode !== 206) throw refusedBy(url, statusCode);
  if (statusCode === 206 && rangeStart(headers['content-range']) !== before) {
    throw new StationError('store/download-failed', `${shownUrl(url)} sent another range than it was asked for.`);
  }
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (Number.isNaN(length)) return undefined;
  const total = (statusCode === 206 ? before : 0) + length;
  if (total <= pace.maxBytes) return total;
  throw new StationError('store/download-failed', `${shownUrl(url)} has ${total} bytes; no release is that large.`);
}

/**
 * Appends the body to the part. Every byte that arrived is kept, also when the connection then breaks, which is why the body is not
 * iterated: an iterator drops what it has not handed out yet.
 */
async function append(
  response: IncomingMessage,
  handle: FileHandle,
  ready: Promise<void>,
  rest: {
    readonly begins: number;
    readonly total: number | undefined;
    readonly pace: DownloadPace;
    readonly setting: DownloadSetting;
  },
): Promise<void> {
  const { begins, total, pace, setting } = rest;
  let done = begins;
  let waiting = 0;
  let writing: Promise<unknown> = ready;
  response.on('data', (chunk: Buffer) => {
    done += chunk.length;
    waiting += chunk.length;
    if (waiting > WAITING_MAX_BYTES) response.pause();
    if (done > pace.maxBytes) {
      response.destroy(new StationError('store/download-failed', 'The server sends more than any release has.'));
      return;
    }
    writing = writing
      .then(() => handle.appendFile(chunk))
      .then(() => {
        waiting -= chunk.length;
        response.resume();
      });
    writing.catch((thrown) => response.destroy(writeFailure(thrown)));
    setting.onProgress?.(done, total);
  });
  const broken = await finished(response).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await writing.catch((thrown) => {
    throw writeFailure(thrown);
  });
  setting.signal.throwIfAborted();
  if (broken instanceof StationError) throw broken;
  if (broken !== undefined) {
    throw new ConnectionLost(broken instanceof Error ? broken.message : 'the connection was cut', { cause: broken });
  }
  if (total !== undefined && done < total) throw new ConnectionLost(`it ended ${total - done} bytes early`);
  await handle.sync().catch((thrown) => {
    throw writeFailure(thrown);
  });
}

const WAITING_MAX_BYTES = 4 * 1024 * 1024;

/** Empties the part and notes by what the server will know this very file again: a strong ETag, else its date. */
async function begin(handle: FileHandle, part: Part, url: URL, { headers }: IncomingMessage): Promise<void> {
  const { etag, 'last-modified': date } = headers;
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : date;
  await handle.truncate(0);
  await writeFile(
    part.notes,
    JSON.stringify({ url: shownUrl(url), ...(validator === undefined ? {} : { validator }) }),
  );
}

async function validatorOf(part: Part, url: URL): Promise<string | undefined> {
  try {
    const notes = NOTES.parse(JSON.parse(await readFile(part.notes, 'utf8')));
    return notes.url === shownUrl(url) ? notes.validator : undefined;
  } catch {
    return undefined;
  }
}

const NOTES = z.strictObject({ url: z.string(), validator: z.string().max(1000).optional() });

function rangeStart(header: string | undefined): number | undefined {
  const start = /^bytes (\d{1,15})-/.exec(header ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

function refusedBy(url: URL, status: number): Error {
  if (status >= 500 || status === 408 || status === 429) return new ConnectionLost(`HTTP ${status}`);
  return new StationError('store/download-failed', `${shownUrl(url)} was answered with HTTP ${status}.`, {
    evidence: { status },
  });
}
