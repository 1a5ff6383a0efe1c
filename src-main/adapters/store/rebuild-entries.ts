import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecipeText } from '../../firmware/recipe-file.ts';
import type { StoreRebuild } from '../../ports/firmware-store.ts';
import { sweepTemporary } from './durable-file.ts';
import { pinnedBy, putEntry, readEntries, readEntryObject } from './entries.ts';
import { HASH, listObjects, namesIn, readObject, type StoreFolder } from './object-folder.ts';
import { clearDamagedVersions, listRecipes, readRecipe, shelveRecipe } from './recipe-shelf.ts';

/**
 * Makes the index anew from what is in the store: an entry for every set and binary that lost its own and whose files are all there
 * and whole, and a version for every recipe that lost its own, oldest file first. What is there stays as it is; where a thing came
 * from is not known any more and is recorded as `rebuilt`.
 */
export async function rebuildEntries(store: StoreFolder): Promise<StoreRebuild> {
  await sweepTemporary(store.temporary);
  const whole = new Map<string, Uint8Array>();
  for (const sha256 of await listObjects(store)) {
    const bytes = await readObject(store, sha256).catch(() => undefined);
    // Only what may be an entry's object is kept in memory.
    if (bytes !== undefined) whole.set(sha256, readEntryObject(bytes) === undefined ? NOT_KEPT : bytes);
  }
  const known = new Set((await readEntries(store)).entries.map(({ id }) => id));
  const contents = [...whole].flatMap(([id, bytes]) => {
    const content = readEntryObject(bytes);
    return content === undefined ? [] : [{ id, content }];
  });
  // An asset may hold anything, also the text of an entry that never was one; nothing pins the object of a real one.
  const pinned = new Set(contents.flatMap(({ content }) => pinnedBy(content)));
  let entries = 0;
  for (const { id, content } of contents) {
    if (known.has(id) || pinned.has(id) || !pinnedBy(content).every((sha256) => whole.has(sha256))) continue;
    await putEntry(store, content, { origin: { from: 'the objects of the store', verified: 'rebuilt' }, files: {} });
    entries += 1;
  }
  return { entries, recipes: await shelveAgain(store) };
}

const NOT_KEPT = new Uint8Array();

async function shelveAgain(store: StoreFolder): Promise<number> {
  await clearDamagedVersions(store);
  const shelved = new Set((await listRecipes(store)).map(({ sha256 }) => sha256));
  const lost = [];
  for (const name of await namesIn(store.recipes)) {
    const sha256 = name.replace(/\.json$/, '');
    if (!HASH.test(sha256) || shelved.has(sha256)) continue;
    const text = await readRecipe(store, sha256).catch(() => undefined);
    const recipe = text === undefined ? undefined : readRecipeText(Buffer.from(text).toString('utf8'));
    if (text === undefined || recipe?.ok !== true) continue;
    const { mtimeMs } = await stat(join(store.recipes, name));
    lost.push({ text, name: recipe.value.name, mtimeMs });
  }
  lost.sort((one, other) => one.mtimeMs - other.mtimeMs);
  for (const { text, name } of lost) await shelveRecipe(store, text, name);
  return lost.length;
}
