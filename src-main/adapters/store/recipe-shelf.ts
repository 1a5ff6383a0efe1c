import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import { RECIPE_FILE_MAX_BYTES } from '../../firmware/recipe-file.ts';
import type { StoredRecipe } from '../../ports/firmware-store.ts';
import { writeDurably } from './durable-file.ts';
import { HASH, hashOf, namesIn, present, readVerified, type StoreFolder } from './object-folder.ts';

/*
 * Recipes lie in `recipes/` under the SHA-256 of their text. Which version of which name a recipe is stands in a file of its own,
 * `versions/<hash of the name>/<number>.json`: made only if it is not there yet, which the file system decides, so two processes can
 * not both make version 3. That file is what puts a recipe on the shelf; it is written last.
 */

/** Puts a recipe whose files are all in the store under its name as the next version; the same recipe again stays what it is. */
export async function shelveRecipe(
  store: StoreFolder,
  text: Uint8Array,
  name: string,
): Promise<StoredRecipe & { readonly isNew: boolean }> {
  const sha256 = hashOf(text);
  const path = join(store.recipes, `${sha256}.json`);
  if ((await readVerified(path, sha256, RECIPE_FILE_MAX_BYTES)).kind !== 'whole') {
    await writeDurably(path, text, { temporary: store.temporary, replace: 'always' });
  }
  const shelf = join(store.versions, hashOf(name));
  for (;;) {
    const versions = await readVersions(shelf);
    const known = versions.find((one) => one.sha256 === sha256);
    if (known !== undefined) return { ...known, isNew: false };
    const newest = versions.at(-1);
    const version: StoredRecipe = {
      name,
      version: (newest?.version ?? 0) + 1,
      sha256,
      predecessor: newest?.sha256 ?? null,
      addedAt: new Date().toISOString(),
    };
    const file = join(shelf, `${String(version.version).padStart(6, '0')}.json`);
    const bytes = Buffer.from(`${JSON.stringify(version, null, 2)}\n`);
    const outcome = await writeDurably(file, bytes, { temporary: store.temporary, replace: 'never' });
    // `there`: another process took this number a moment ago, so the next one is tried.
    if (outcome === 'written') return { ...version, isNew: true };
  }
}

/** All recipes on the shelf, by name and version. Rejects with `store/damaged` when a version file is not readable. */
export async function listRecipes(store: StoreFolder): Promise<readonly StoredRecipe[]> {
  const all: StoredRecipe[] = [];
  for (const name of await namesIn(store.versions)) {
    if (HASH.test(name)) all.push(...(await readVersions(join(store.versions, name))));
  }
  return all.sort((one, other) =>
    one.name < other.name ? -1 : one.name > other.name ? 1 : one.version - other.version,
  );
}

/** The one recipe whose hash begins so. Rejects with `request/invalid`, `store/not-found`, `store/conflict`. */
export async function findRecipe(store: StoreFolder, start: string): Promise<string> {
  const wanted = start.replace(/^sha256:/, '');
  if (!/^[0-9a-f]{8,64}$/.test(wanted)) {
    const detail =
      'A recipe is named by its hash, or by the first eight or more digits of it (linewright recipe list).';
    throw new StationError('request/invalid', detail);
  }
  const found = (await listRecipes(store)).filter(({ sha256 }) => sha256.startsWith(wanted));
  const hashes = [...new Set(found.map(({ sha256 }) => sha256))];
  const [only, second] = hashes;
  if (only === undefined) throw new StationError('store/not-found', `There is no recipe ${wanted} in the store.`);
  if (second !== undefined) throw new StationError('store/conflict', `${hashes.length} recipes begin with ${wanted}.`);
  return only;
}

/** The text of a recipe, held against its hash. Rejects with `store/not-found`, `store/damaged`. */
export async function readRecipe(store: StoreFolder, sha256: string): Promise<Uint8Array> {
  const path = join(store.recipes, `${sha256}.json`);
  return present(await readVerified(path, sha256, RECIPE_FILE_MAX_BYTES), `The recipe ${sha256}`);
}

async function readVersions(shelf: string): Promise<readonly StoredRecipe[]> {
  const versions: StoredRecipe[] = [];
  for (const name of await namesIn(shelf)) {
    if (/^\d{6,}\.json$/.test(name)) versions.push(await readVersion(join(shelf, name)));
  }
  return versions.sort((one, other) => one.version - other.version);
}

async function readVersion(path: string): Promise<StoredRecipe> {
  try {
    await using handle = await open(path, 'r');
    if ((await handle.stat()).size > MAX_BYTES) throw new Error('it is too large');
    return VERSION.parse(JSON.parse(await handle.readFile('utf8')));
  } catch (thrown) {
    throw new StationError('store/damaged', `${path} does not say which recipe it is about.`, { cause: thrown });
  }
}

const MAX_BYTES = 16 * 1024;

const VERSION = z.strictObject({
  name: z.string().min(1).max(200),
  version: z.int().positive(),
  sha256: z.string().regex(HASH),
  predecessor: z.string().regex(HASH).nullable(),
  addedAt: z.iso.datetime(),
});
