import { failureOf } from '../../domain/failure.ts';
import type { StoreCheck } from '../../ports/firmware-store.ts';
import { type Entry, pinnedBy, readEntries } from './entries.ts';
import { loadText } from './load-stored-recipe.ts';
import { listObjects, readObject, type StoreFolder } from './object-folder.ts';
import { damagedVersion, readRecipe, readShelves } from './recipe-shelf.ts';

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
  const { entries, damaged } = await readEntries(store);
  for (const sha256 of objects) await note(() => readObject(store, sha256), usesOf(sha256, entries));
  for (const id of damaged) {
    const helps = 'linewright firmware rebuild puts that right, or add the same files again';
    problems.push(`The entry ${id} was changed on disk; ${helps}. [store/damaged]`);
  }
  for (const entry of entries) {
    for (const sha256 of new Set(pinnedBy(entry).filter((one) => !objects.includes(one)))) {
      problems.push(
        `${usesOf(sha256, [entry])}The object ${sha256} is gone. Add the same file again. [store/not-found]`,
      );
    }
  }
  const shelves = await readShelves(store);
  for (const path of shelves.damaged) problems.push(`${damagedVersion(path)} [store/damaged]`);
  for (const { sha256, name, version } of shelves.recipes) {
    await note(async () => loadText(store, await readRecipe(store, sha256)), `${name}, version ${version}: `);
  }
  return { objects: objects.length, entries: entries.length, recipes: shelves.recipes.length, problems };
}

/** What an object is to people: the set or binary that pins it, and the name it came under; nothing where no entry pins it. */
function usesOf(sha256: string, entries: readonly Entry[]): string {
  const entry = entries.find((one) => pinnedBy(one).includes(sha256));
  if (entry === undefined) return '';
  const asset = entry.kind === 'product' ? entry.assets.find((one) => one.sha256 === sha256)?.name : undefined;
  const file = entry.files[sha256] ?? asset;
  const what = entry.kind === 'product' ? `binary, version ${entry.productVersion}` : `Device OS ${entry.deviceOs}`;
  return `${entry.platform} ${what}${file === undefined ? '' : `, ${file}`}: `;
}
