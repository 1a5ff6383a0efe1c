import type { Result } from '../../../src-main/domain/failure.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { filesOf, type RecipeFiles, recipeOf } from '../recipes.ts';
import type { Specimen } from './specimens.ts';

/**
 * The recipe of a specimen with `bytes` in the specimen's place, through the same door as every recipe: its files pinned by hash, as a
 * supervisor would have pinned them, parsed, held against the recipe and each other. With its own bytes it is accepted.
 */
export function loadWith(specimen: Specimen, bytes: Uint8Array): Promise<Result<Recipe>> {
  const { platform, deviceOs, product, release, assets } = specimen;
  return recipeOf({ platform, deviceOs, product, files: { ...withMutant(specimen, filesOf(release), bytes), assets } });
}

/** The files with the mutant in the specimen's place: of several system parts only the specimen itself gives way. */
export function withMutant({ role, bytes: own }: Specimen, files: RecipeFiles, bytes: Uint8Array): RecipeFiles {
  if (role === 'asset-module') return files;
  if (role !== 'system') return { ...files, [role]: bytes };
  return { ...files, system: files.system.map((part) => (Buffer.compare(part, own) === 0 ? bytes : part)) };
}
