import { open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ok, type Result, refuse } from '../domain/failure.ts';
import { loadRecipeFrom } from './load-recipe-from.ts';
import { MODULE_FILE_MAX_BYTES } from './parse-module.ts';
import type { Recipe } from './recipe.ts';
import { type PinnedFile, RECIPE_FILE_MAX_BYTES } from './recipe-file.ts';

export { loadRecipeFrom };

/**
 * Reads a recipe and every file it names, which lie beside it or below. Cheap enough (a few ms) to be called again before a run, so
 * that a file changed on disk is noticed. Never throws on what it reads. Refuses as `loadRecipeFrom` does.
 */
export async function loadRecipe(path: string): Promise<Result<Recipe>> {
  const text = await readBounded(path, RECIPE_FILE_MAX_BYTES);
  if (text === 'missing') {
    return refuse('recipe/file-missing', `There is no recipe file ${path}, or it cannot be read.`);
  }
  if (text === 'too-large') {
    const detail = `${path} is too large to be a recipe file; a package of one is taken in with linewright recipe import.`;
    return refuse('recipe/invalid', detail);
  }
  const folder = dirname(path);
  return loadRecipeFrom(text, (pinned) => readBeside(folder, pinned));
}

async function readBeside(folder: string, pinned: PinnedFile): Promise<Result<Uint8Array>> {
  const path = join(folder, pinned.path);
  const inside = await isInside(folder, path);
  if (inside === undefined) return refuse('recipe/file-missing', `The file ${pinned.path} of the recipe is missing.`);
  if (!inside) return refuse('recipe/invalid', `The file ${pinned.path} leads out of the recipe's folder.`);
  const bytes = await readBounded(path, MODULE_FILE_MAX_BYTES);
  if (bytes === 'missing') return refuse('recipe/file-missing', `The file ${pinned.path} cannot be read.`);
  if (bytes !== 'too-large') return ok(bytes);
  return refuse('firmware/not-a-module', `${pinned.path} is larger than 2 MB; no module is.`);
}

/** Whether the file, links followed, lies in the folder; undefined when it does not exist. */
async function isInside(folder: string, path: string): Promise<boolean | undefined> {
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(path)]);
    return real.startsWith(root.endsWith(sep) ? root : root + sep);
  } catch {
    return undefined;
  }
}

/** A regular file's content, never more than `maxBytes` of memory, whatever its size is said to be. */
async function readBounded(path: string, maxBytes: number): Promise<Buffer | 'missing' | 'too-large'> {
  try {
    await using handle = await open(path, 'r');
    if (!(await handle.stat()).isFile()) return 'missing';
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    // A copy of just the file, so that the spare room is freed.
    return length > maxBytes ? 'too-large' : Buffer.from(buffer.subarray(0, length));
  } catch {
    return 'missing';
  }
}
