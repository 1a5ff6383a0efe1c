import { failureOf, type Result, StationError } from '../../domain/failure.ts';
import { loadRecipeFrom } from '../../firmware/load-recipe-from.ts';
import type { Recipe } from '../../firmware/recipe.ts';
import type { FirmwareStore } from '../../ports/firmware-store.ts';
import { readObject, type StoreFolder } from './object-folder.ts';

/**
 * The recipe with this whole SHA-256 and every file it pins, all from the store: each is held against its hash, parsed, and checked
 * against the others, as with a recipe file. Refuses with `store/not-found`, `store/damaged`, and the codes of loadRecipeFrom.
 */
export async function loadStoredRecipe(
  store: Pick<FirmwareStore, 'recipeText' | 'object'>,
  sha256: string,
): Promise<Result<Recipe>> {
  try {
    const read = async (pinned: { readonly sha256: string }) => ({
      ok: true as const,
      value: await store.object(pinned.sha256),
    });
    return await loadRecipeFrom(await store.recipeText(sha256), read);
  } catch (thrown) {
    if (thrown instanceof StationError) return { ok: false, failure: failureOf(thrown) };
    throw thrown;
  }
}

/** A recipe that is not on the shelf yet, with files that are in the store. Throws what `loadStoredRecipe` refuses with. */
export async function loadText(store: StoreFolder, text: Uint8Array): Promise<Recipe> {
  const read = async (pinned: { readonly sha256: string }) => ({
    ok: true as const,
    value: await readObject(store, pinned.sha256),
  });
  const recipe = await loadRecipeFrom(text, read);
  if (recipe.ok) return recipe.value;
  const { code, detail, evidence } = recipe.failure;
  throw new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
