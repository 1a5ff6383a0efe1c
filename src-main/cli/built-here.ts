import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFirmwareStore } from '../adapters/store/firmware-store.files.ts';
import { readRecipeText } from '../firmware/recipe-file.ts';
import type { BuiltHere } from '../product-view/view-product.ts';
import type { StationFile } from '../station/station-file.ts';

/**
 * What the slots of a station file build, by the text of their recipes alone, so that it can be held against the product in the cloud.
 * A recipe that cannot be read is left out: looking at a product must not wait for a line that is not set up yet.
 */
export async function builtHere(file: StationFile): Promise<readonly BuiltHere[]> {
  const recipes = [...new Set(file.slots.map(({ recipe }) => recipe))];
  const built = await Promise.all(recipes.map((recipe) => readBuilt(recipe, file.data)));
  return built.filter((one) => one !== undefined);
}

async function readBuilt(recipe: string, data: string): Promise<BuiltHere | undefined> {
  const store = createFirmwareStore(join(data, 'store'));
  const hash = /^sha256:(.*)$/.exec(recipe)?.[1];
  try {
    const text = await (hash === undefined ? readFile(recipe) : store.recipeText(hash));
    const read = readRecipeText(new TextDecoder().decode(text));
    if (!read.ok) return undefined;
    const { productId, productVersion, platform, skus } = read.value;
    return { productId, productVersion, platformId: platform.id, skus };
  } catch {
    return undefined;
  }
}
