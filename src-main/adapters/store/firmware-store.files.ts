import { basename } from 'node:path';
import type {
  AddedRecipe,
  DeviceOsSet,
  FirmwareStore,
  Kept,
  ProductBinary,
  StoreContents,
} from '../../ports/firmware-store.ts';
import { addProduct } from './add-product.ts';
import { addRelease } from './add-release.ts';
import { checkStore } from './check-store.ts';
import { sweepTemporary } from './durable-file.ts';
import { readEntries } from './entries.ts';
import { listImported } from './list-imported.ts';
import { loadText } from './load-stored-recipe.ts';
import { putObject, readObject, type StoreFolder, storeFolder } from './object-folder.ts';
import { rebuildEntries } from './rebuild-entries.ts';
import { readPackage, writePackage } from './recipe-package.ts';
import { findRecipe, listRecipes, readRecipe, shelveRecipe } from './recipe-shelf.ts';
import { writeRecipe } from './write-recipe.ts';

/**
 * The firmware store in a folder, which is made when something is added. Stateless: whatever it answers it read from disk just now,
 * so any number of stores, in any number of processes, may be open on one folder.
 */
export function createFirmwareStore(folder: string): FirmwareStore {
  const store = storeFolder(folder);
  return {
    addRelease: (sources, options) => addRelease(store, sources, options),
    addProduct: (source, options) => addProduct(store, source, options),
    contents: () => readContents(store),
    check: () => checkStore(store),
    rebuild: () => rebuildEntries(store),
    object: (sha256) => readObject(store, sha256),

    makeRecipe: async (order) => addRecipe(store, Buffer.from(writeRecipe(order, await readContents(store)))),
    recipes: () => listRecipes(store),
    findRecipe: (start) => findRecipe(store, start),
    recipeText: (sha256) => readRecipe(store, sha256),
    exportRecipe: async (sha256, file) => {
      const text = await readRecipe(store, sha256);
      await loadText(store, text); // so that no package leaves that another station would refuse
      return { file, ...(await writePackage(file, text, (object) => readObject(store, object))) };
    },
    importRecipe: async (file) => {
      const unpacked = await readPackage(file);
      const { text, files, sizeBytes } = unpacked;
      await sweepTemporary(store.temporary);
      for (const { bytes } of files) await putObject(store, bytes);
      await listImported(store, unpacked, basename(file));
      const listed = files.map(({ path, sha256, sizeBytes: size }) => ({ path, sha256, sizeBytes: size }));
      return { ...(await addRecipe(store, text)), file, sizeBytes, files: listed };
    },
  };
}

/** The last word before a recipe is on the shelf: it loads, whole, from what is in the store. */
async function addRecipe(store: StoreFolder, text: Uint8Array): Promise<AddedRecipe> {
  const recipe = await loadText(store, text);
  return { ...(await shelveRecipe(store, text, recipe.name)), warnings: recipe.warnings };
}

async function readContents(store: StoreFolder): Promise<StoreContents> {
  const { entries, damaged } = await readEntries(store);
  const sets: Kept<DeviceOsSet>[] = [];
  const products: Kept<ProductBinary>[] = [];
  for (const entry of entries) {
    if (entry.kind === 'device-os') sets.push(entry);
    else products.push(entry);
  }
  return { sets, products, damaged };
}
