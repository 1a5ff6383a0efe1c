import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ok, type Result, refuse } from '../domain/failure.ts';
import { checkRecipe } from './check-recipe.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { MODULE_FILE_MAX_BYTES, parseModule } from './parse-module.ts';
import type { Recipe } from './recipe.ts';
import { type PinnedFile, RECIPE_FILE_MAX_BYTES, readRecipeText } from './recipe-file.ts';

/**
 * Reads a recipe and every file it names, holds each file against its pinned SHA-256, parses it, and holds all of them
 * against the recipe and each other. Cheap enough (a few ms) to be called again before a run, so that a file changed on disk
 * is noticed. Never throws on what it reads.
 *
 * Refuses with `recipe/invalid`, `recipe/file-missing`, `recipe/file-changed`, and the codes of parseModule and checkRecipe.
 */
export async function loadRecipe(path: string): Promise<Result<Recipe>> {
  const text = await readBounded(path, RECIPE_FILE_MAX_BYTES);
  if (text === 'missing')
    return refuse('recipe/file-missing', `There is no recipe file ${path}, or it cannot be read.`);
  if (text === 'too-large') return refuse('recipe/invalid', `${path} is too large to be a recipe.`);
  const file = readRecipeText(text.toString('utf8'));
  if (!file.ok) return file;

  const folder = dirname(path);
  const system: FirmwareModule[] = [];
  for (const pinned of file.value.system) {
    const module = await loadModule(folder, pinned);
    if (!module.ok) return module;
    system.push(module.value);
  }
  const radioStack = file.value.radioStack === undefined ? undefined : await loadModule(folder, file.value.radioStack);
  if (radioStack !== undefined && !radioStack.ok) return radioStack;
  const application = await loadModule(folder, file.value.application);
  if (!application.ok) return application;

  const modules = { system, radioStack: radioStack?.value, application: application.value };
  const checked = checkRecipe(file.value, modules);
  if (!checked.ok) return checked;
  const { name, productId, productVersion, platform, deviceOs, sim } = file.value;
  return ok({
    name,
    sha256: sha256(text),
    productId,
    productVersion,
    platform,
    deviceOs,
    ...checked.value,
    application: application.value,
    assets: [],
    skus: [],
    sim,
  });
}

async function loadModule(folder: string, pinned: PinnedFile): Promise<Result<FirmwareModule>> {
  const path = join(folder, pinned.path);
  const inside = await isInside(folder, path);
  if (inside === undefined) return refuse('recipe/file-missing', `The file ${pinned.path} of the recipe is missing.`);
  if (!inside) return refuse('recipe/invalid', `The file ${pinned.path} leads out of the recipe's folder.`);
  const bytes = await readBounded(path, MODULE_FILE_MAX_BYTES);
  if (bytes === 'missing') return refuse('recipe/file-missing', `The file ${pinned.path} cannot be read.`);
  if (bytes === 'too-large') {
    return refuse('firmware/not-a-module', `${pinned.path} is larger than 2 MB; no module is.`);
  }
  const found = sha256(bytes);
  if (found !== pinned.sha256) {
    const detail = `${pinned.path} is not the file the recipe means: its SHA-256 is ${found}, the recipe says ${pinned.sha256}.`;
    return refuse('recipe/file-changed', detail, { expected: pinned.sha256, found });
  }
  return parseModule(bytes, pinned.path);
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

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
