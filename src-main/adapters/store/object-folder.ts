import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StationError } from '../../domain/failure.ts';
import { MODULE_FILE_MAX_BYTES } from '../../firmware/parse-module.ts';
import { writeDurably } from './durable-file.ts';

/** Where the parts of a store lie. Everything in it is a file of its own, whole or not there. */
export type StoreFolder = {
  readonly objects: string;
  readonly entries: string;
  readonly recipes: string;
  readonly versions: string;
  readonly temporary: string;
  readonly downloads: string;
};

/** The places of the store in this folder, which need not exist yet. */
export function storeFolder(folder: string): StoreFolder {
  const at = (name: string) => join(folder, name);
  return {
    objects: at('objects'),
    entries: at('entries'),
    recipes: at('recipes'),
    versions: at('versions'),
    temporary: at('temporary'),
    downloads: at('downloads'),
  };
}

/**
 * Puts a file's content into the store under its hash and resolves with that. What is there already is read: a whole object stays,
 * a damaged one is replaced, so adding a file again repairs the store. An object that nothing names yet does no harm.
 */
export async function putObject(store: StoreFolder, bytes: Uint8Array): Promise<string> {
  const sha256 = hashOf(bytes);
  const there = await readVerified(join(store.objects, sha256), sha256, MODULE_FILE_MAX_BYTES);
  if (there.kind === 'whole') return sha256;
  await writeDurably(join(store.objects, sha256), bytes, { temporary: store.temporary, replace: 'always' });
  return sha256;
}

/** An object's content, held against its hash. Rejects with `store/not-found` or `store/damaged`. */
export async function readObject(store: StoreFolder, sha256: string): Promise<Uint8Array> {
  return present(
    await readVerified(join(store.objects, sha256), sha256, MODULE_FILE_MAX_BYTES),
    `The object ${sha256}`,
  );
}

/** The hashes of all objects. */
export async function listObjects(store: StoreFolder): Promise<readonly string[]> {
  return (await namesIn(store.objects)).filter((name) => HASH.test(name));
}

/** What is in a folder, in order; nothing when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw new StationError('store/damaged', `${folder} cannot be read (${codeOf(thrown)}).`, { cause: thrown });
  }
}

export type Verified =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly why: string };

/** Reads a file that must have this hash, never more than `maxBytes` of it. Does not reject for what it finds. */
export async function readVerified(path: string, sha256: string, maxBytes: number): Promise<Verified> {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    if (size > maxBytes) return { kind: 'damaged', why: `it is ${size} bytes long` };
    const bytes = await handle.readFile();
    const found = hashOf(bytes);
    return found === sha256 ? { kind: 'whole', bytes } : { kind: 'damaged', why: `its SHA-256 is ${found}` };
  } catch (thrown) {
    const code = codeOf(thrown);
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'damaged', why: `it cannot be read (${code})` };
  }
}

/** The bytes of a whole file; else `store/not-found` or `store/damaged` with what it is. */
export function present(found: Verified, what: string): Uint8Array {
  if (found.kind === 'whole') return found.bytes;
  if (found.kind === 'missing') throw new StationError('store/not-found', `${what} is not in the store.`);
  throw new StationError('store/damaged', `${what} was changed on disk: ${found.why}. Add the same file again.`);
}

/** Lower-case hex SHA-256. */
export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A whole SHA-256 in lower-case hex. */
export const HASH = /^[0-9a-f]{64}$/;

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}
