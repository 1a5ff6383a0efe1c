import { failureOf } from '../../domain/failure.ts';
import type { StoreCheck } from '../../ports/firmware-store.ts';
import { pinnedBy, readEntries } from './entries.ts';
import { loadText } from './load-stored-recipe.ts';
import { listObjects, readObject, type StoreFolder } from './object-folder.ts';
import { listRecipes, readRecipe } from './recipe-shelf.ts';

/** Reads the whole store as a recipe would: every object, every entry with what it pins, every recipe with all its checks. */
export async function checkStore(store: StoreFolder): Promise<StoreCheck> {
  const problems: string[] = [];
  const note = async (check: () => Promise<unknown>, where = ''): Promise<void> => {
    try {
      await check();
    } catch (thrown) {
      const { code, detail } = failureOf(thrown);
      problems.push(`${where}${detail} [${code}]`);
    }
  };
  const objects = await listObjects(store);
  for (const sha256 of objects) await note(() => readObject(store, sha256));
  const { entries, damaged } = await readEntries(store);
  for (const id of damaged)
    problems.push(`The entry ${id} was changed on disk. Add the same files again. [store/damaged]`);
  for (const entry of entries) {
    const missing = pinnedBy(entry).filter((sha256) => !objects.includes(sha256));
    for (const sha256 of missing)
      problems.push(`${entry.origin.from}: The object ${sha256} is gone. [store/not-found]`);
  }
  let recipes = 0;
  await note(async () => {
    for (const { sha256, name, version } of await listRecipes(store)) {
      recipes += 1;
      await note(async () => loadText(store, await readRecipe(store, sha256)), `${name}, version ${version}: `);
    }
  });
  return { objects: objects.length, entries: entries.length, recipes, problems };
}
