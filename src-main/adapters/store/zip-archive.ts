import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { StationError } from '../../domain/failure.ts';

/** A zip's files by name; nothing of it is unpacked before it is asked for. */
export type ZipArchive = {
  readonly files: readonly ZipEntry[];
  close(): void;
};

export type ZipEntry = {
  /** With forward slashes, relative, without `..`: checked. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The whole file. Rejects with `store/bad-archive` when it is not what the archive says, or larger than `sizeBytes`. */
  read(): Promise<Uint8Array>;
  /** The file as it is unpacked. Only when the last chunk was followed by no rejection was it what the archive says. */
  chunks(): AsyncIterable<Uint8Array>;
};

export type ZipLimits = {
  readonly maxEntries: number;
  /** Sum of the unpacked sizes of all files that are read. */
  readonly maxUnpackedBytes: number;
};

/**
 * Opens a zip, hostile until proven otherwise, by its path or its bytes. Refuses with `store/bad-archive` before any file is read:
 * what is no zip, too many entries, names that lead out of the archive, two files of one name, symbolic links, encryption, and
 * entries that lie on top of each other (how a few kilobytes unpack to petabytes). Reading is bounded by what an entry states and
 * by the sum over the archive, and its CRC-32 is checked.
 */
export async function openZip(source: string | Uint8Array, name: string, limits: ZipLimits): Promise<ZipArchive> {
  const zip = await opened(source, name);
  // yauzl tells of faults of the file in an event as well; without a listener that would end the process.
  zip.on('error', () => undefined);
  try {
    const entries = await readDirectory(zip, name, limits);
    const budget = { left: limits.maxUnpackedBytes };
    const files = entries.map((entry) => ({
      path: entry.fileName,
      sizeBytes: entry.uncompressedSize,
      read: async () => whole(unpacked(zip, entry, name, budget)),
      chunks: () => unpacked(zip, entry, name, budget),
    }));
    return { files, close: () => zip.close() };
  } catch (thrown) {
    zip.close();
    throw asBadArchive(thrown, name);
  }
}

async function opened(source: string | Uint8Array, name: string): Promise<ZipFile> {
  // strictFileNames: a backslash is refused instead of being read as a slash.
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true };
  try {
    return typeof source === 'string'
      ? await yauzl.openPromise(source, options)
      : await yauzl.fromBufferPromise(Buffer.from(source), options);
  } catch (thrown) {
    throw asBadArchive(thrown, name);
  }
}

async function readDirectory(zip: ZipFile, name: string, limits: ZipLimits): Promise<readonly Entry[]> {
  if (zip.entryCount > limits.maxEntries) {
    throw bad(name, `it has ${zip.entryCount} entries, at most ${limits.maxEntries} are read`);
  }
  const files: Entry[] = [];
  const names = new Set<string>();
  let seen = 0;
  for await (const entry of zip.eachEntry()) {
    seen += 1;
    if (seen > limits.maxEntries) throw bad(name, `it has more than ${limits.maxEntries} entries`);
    const problem = problemOf(entry);
    if (problem !== undefined) throw bad(name, `${quoted(entry.fileName)} ${problem}`);
    const path = entry.fileName.replace(/\/$/, '');
    if (names.has(path)) throw bad(name, `it has ${quoted(path)} twice`);
    names.add(path);
    if (!entry.fileName.endsWith('/')) files.push(entry);
  }
  refuseOverlaps(files, name);
  return files;
}

/** What speaks against an entry, in words that continue its name. Paths with `..`, roots and drives yauzl has refused already. */
function problemOf(entry: Entry): string | undefined {
  const { fileName } = entry;
  if (fileName === '' || fileName.length > 300) return 'is no name of a file';
  if (/\p{Cc}/u.test(fileName)) return 'has control characters in its name';
  if (
    fileName
      .replace(/\/$/, '')
      .split('/')
      .some((part) => part === '' || part === '.' || part === '..')
  ) {
    return 'leads out of the archive or is written in a way that hides where it leads';
  }
  if (entry.isEncrypted()) return 'is encrypted';
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) return 'is packed in a way that is not read here';
  const isLink = entry.versionMadeBy >> 8 === UNIX && ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
  return isLink ? 'is a symbolic link' : undefined;
}

/** Host system 3 in "version made by": the upper half of the attributes is a Unix mode. */
const UNIX = 3;
const LOCAL_HEADER_BYTES = 30;

function refuseOverlaps(entries: readonly Entry[], name: string): void {
  const inOrder = [...entries].sort(
    (one, other) => one.relativeOffsetOfLocalHeader - other.relativeOffsetOfLocalHeader,
  );
  let end = 0;
  for (const entry of inOrder) {
    if (entry.relativeOffsetOfLocalHeader < end) throw bad(name, 'its files lie on top of each other');
    end = entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.fileNameLength + entry.compressedSize;
  }
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function* unpacked(
  zip: ZipFile,
  entry: Entry,
  name: string,
  budget: { left: number },
): AsyncGenerator<Uint8Array> {
  budget.left -= entry.uncompressedSize;
  if (budget.left < 0) throw bad(name, 'it unpacks to more than is read of any such file');
  try {
    let crc = 0;
    let length = 0;
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      length += chunk.length;
      if (length > entry.uncompressedSize) throw bad(name, `${quoted(entry.fileName)} is larger than it states`);
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (length !== entry.uncompressedSize || crc !== entry.crc32) {
      throw bad(name, `${quoted(entry.fileName)} is damaged in it`);
    }
  } catch (thrown) {
    throw asBadArchive(thrown, name);
  }
}

function bad(name: string, why: string): StationError {
  return new StationError('store/bad-archive', `${name} is not read: ${why}.`);
}

function asBadArchive(thrown: unknown, name: string): StationError {
  if (thrown instanceof StationError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new StationError('store/bad-archive', `${name} cannot be read as a zip: ${printable(why)}.`, {
    cause: thrown,
  });
}

function quoted(text: string): string {
  return `"${printable(text)}"`;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?').slice(0, 120);
}
