import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StationError } from '../../domain/failure.ts';
import { MODULE_FILE_MAX_BYTES } from '../../firmware/parse-module.ts';
import { openZip } from './zip-archive.ts';

/** A file of a release as it was found: name and place are hints for people, and at most reasons to leave it out. */
export type ReleaseFile = {
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined when the file is larger than any module and was not read. */
  readonly bytes: Uint8Array | undefined;
  /** A symbolic link inside a folder; it is not followed, because it may lead anywhere. */
  readonly isLink?: true;
};

/**
 * Every file of the given folders, zips and single files, each read when its turn comes, so that a release of all platforms is never
 * in memory whole. Rejects with `store/not-found` for what does not exist and `store/bad-archive`
 * for what cannot be read.
 */
export async function* releaseFiles(sources: readonly string[]): AsyncGenerator<ReleaseFile> {
  for (const source of sources) {
    const facts = await stat(source).catch(() => undefined);
    if (facts === undefined) throw new StationError('store/not-found', `There is no file or folder ${source}.`);
    if (facts.isDirectory()) yield* folderFiles(source);
    else if (facts.isFile() && (await isZip(source))) yield* zipFiles(source);
    else if (facts.isFile()) yield await fileAt(source, basename(source));
    else throw new StationError('store/bad-archive', `${source} is neither a file nor a folder.`);
  }
}

/** Whether a file begins as a zip does. */
export async function isZip(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && beginsAsZip(buffer);
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

/** Local file header, or the end record of an empty archive. */
export function beginsAsZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 0x03 || bytes[2] === 0x05);
}

/** A whole release of all platforms has some hundred files; folders of build types make it a few thousand. */
const MAX_FILES = 20_000;
const MAX_DEPTH = 12;
const ZIP_LIMITS = { maxEntries: MAX_FILES, maxUnpackedBytes: 1024 * 1024 * 1024 };

async function* folderFiles(folder: string): AsyncGenerator<ReleaseFile> {
  let count = 0;
  const pending = [{ at: folder, path: '', depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { at, path, depth } = next;
    const found = await readdir(at, { withFileTypes: true }).catch((thrown) => {
      throw unreadable(at, thrown);
    });
    for (const entry of found.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      count += 1;
      if (count > MAX_FILES) throw new StationError('store/bad-archive', `${folder} has more than ${MAX_FILES} files.`);
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) yield await fileAt(join(at, entry.name), inside);
      if (entry.isSymbolicLink()) yield { path: inside, sizeBytes: 0, bytes: undefined, isLink: true };
      if (!entry.isDirectory()) continue;
      if (depth === MAX_DEPTH)
        throw new StationError('store/bad-archive', `${folder} is nested too deep at ${inside}.`);
      pending.push({ at: join(at, entry.name), path: inside, depth: depth + 1 });
    }
  }
}

async function* zipFiles(path: string): AsyncGenerator<ReleaseFile> {
  const zip = await openZip(path, basename(path), ZIP_LIMITS);
  try {
    for (const { path: inside, sizeBytes, read } of zip.files) {
      yield { path: inside, sizeBytes, bytes: sizeBytes > MODULE_FILE_MAX_BYTES ? undefined : await read() };
    }
  } finally {
    zip.close();
  }
}

async function fileAt(path: string, name: string): Promise<ReleaseFile> {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    return { path: name, sizeBytes: size, bytes: size > MODULE_FILE_MAX_BYTES ? undefined : await handle.readFile() };
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

function unreadable(path: string, thrown: unknown): StationError {
  const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  return new StationError('store/bad-archive', `${path} cannot be read (${why}).`, { cause: thrown });
}
