import { open, rm } from 'node:fs/promises';
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
    const { versions, lastNumber } = await readVersions(shelf);
    const known = versions.find((one) => one.sha256 === sha256);
    if (known !== undefined) return { ...known, isNew: false };
    const version: StoredRecipe = {
      name,
      version: lastNumber + 1,
      sha256,
      predecessor: versions.at(-1)?.sha256 ?? null,
      addedAt: new Date().toISOString(),
    };
    const file = join(shelf, `${String(version.version).padStart(6, '0')}.json`);
    const bytes = Buffer.from(`${JSON.stringify(version, null, 2)}\n`);
    const outcome = await writeDurably(file, bytes, { temporary: store.temporary, replace: 'never' });
    // `there`: another process took this number a moment ago, so the next one is tried.
    if (outcome === 'written') return { ...version, isNew: true };
  }
}

/** All recipes on the shelf, by name and version. Rejects with `store/damaged` when a version file is not readable, lest one is missed. */
export async function listRecipes(store: StoreFolder): Promise<readonly StoredRecipe[]> {
  const { recipes, damaged } = await readShelves(store);
  const [path] = damaged;
  if (path === undefined) return recipes;
  throw new StationError('store/damaged', damagedVersion(path));
}

/** What can be read of the shelves, by name and version, and the paths of the version files that cannot. */
export async function readShelves(
  store: StoreFolder,
): Promise<{ readonly recipes: readonly StoredRecipe[]; readonly damaged: readonly string[] }> {
  const recipes: StoredRecipe[] = [];
  const damaged: string[] = [];
  for (const name of await namesIn(store.versions)) {
    if (!HASH.test(name)) continue;
    const shelf = await readVersions(join(store.versions, name));
    recipes.push(...shelf.versions);
    damaged.push(...shelf.damaged);
  }
  recipes.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.version - other.version));
  return { recipes, damaged };
}

/** Takes version files away that say nothing any more; their recipes can then be shelved again. */
export async function clearDamagedVersions(store: StoreFolder): Promise<void> {
  for (const path of (await readShelves(store)).damaged) await rm(path, { force: true });
}

/** What is wrong with a version file, and what helps. */
export function damagedVersion(path: string): string {
  return `${path} does not say which recipe it is about; linewright firmware rebuild puts that right.`;
}

/** The one recipe whose hash begins so. Rejects with `request/invalid`, `store/not-found`, `store/conflict`. */
export async function findRecipe(store: StoreFolder, start: string): Promise<string> {
  const wanted = start.replace(/^sha256:/, '');
  if (!/^[0-9a-f]{8,64}$/.test(wanted)) {
    const detail =
      'A recipe is named by its hash, or by the first eight or more digits of it (linewright recipe list).';
    throw new StationError('request/invalid', detail);
  }
  // A damaged version file of one recipe keeps no other from being found.
  const found = (await readShelves(store)).recipes.filter(({ sha256 }) => sha256.startsWith(wanted));
  const hashes = [...new Set(found.map(({ sha256 }) => sha256))];
  const [only, second] = hashes;
  if (only === undefined)
    throw new StationError('store/not-found', `There is no recipe ${wanted} in the store (linewright recipe list).`);
  if (second !== undefined) throw new StationError('store/conflict', `${hashes.length} recipes begin with ${wanted}.`);
  return only;
}

/** The text of a recipe, held against its hash. Rejects with `store/not-found`, `store/damaged`. */
export async function readRecipe(store: StoreFolder, sha256: string): Promise<Uint8Array> {
  const path = join(store.recipes, `${sha256}.json`);
  return present(await readVerified(path, sha256, RECIPE_FILE_MAX_BYTES), `The recipe ${sha256}`);
}

/** `lastNumber` counts damaged files too: their names are taken. */
async function readVersions(shelf: string): Promise<{
  readonly versions: readonly StoredRecipe[];
  readonly damaged: readonly string[];
  readonly lastNumber: number;
}> {
  const versions: StoredRecipe[] = [];
  const damaged: string[] = [];
  let lastNumber = 0;
  for (const name of await namesIn(shelf)) {
    const number = /^(\d{6,9})\.json$/.exec(name)?.[1];
    if (number === undefined) continue;
    lastNumber = Math.max(lastNumber, Number(number));
    const version = await readVersion(join(shelf, name));
    if (version?.version === Number(number)) versions.push(version);
    else damaged.push(join(shelf, name));
  }
  versions.sort((one, other) => one.version - other.version);
  return { versions, damaged, lastNumber };
}

async function readVersion(path: string): Promise<StoredRecipe | undefined> {
  try {
    await using handle = await open(path, 'r');
    if ((await handle.stat()).size > MAX_BYTES) return undefined;
    const read = VERSION.safeParse(JSON.parse(await handle.readFile('utf8')));
    return read.success ? read.data : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw new StationError('store/damaged', `${path} cannot be read.`, { cause: thrown });
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
