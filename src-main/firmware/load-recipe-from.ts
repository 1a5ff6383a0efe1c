import { createHash } from 'node:crypto';
import { ok, type Result, refuse } from '../domain/failure.ts';
import { checkRecipe } from './check-recipe.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { parseModule } from './parse-module.ts';
import type { Recipe, RecipeAsset } from './recipe.ts';
import { type PinnedAsset, type PinnedFile, RECIPE_FILE_MAX_BYTES, readRecipeText } from './recipe-file.ts';

/** Where the bytes of a pinned file come from: a folder, the firmware store, a package. Whether they are the right ones is checked here. */
export type ReadPinned = (pinned: PinnedFile) => Promise<Result<Uint8Array>>;

/**
 * Makes a recipe of its text and the files it pins, wherever they come from: holds each file against its pinned SHA-256, parses
 * it, and holds all of them against the recipe and each other. Never throws on what it reads; a `read` that refuses is passed on.
 * The bytes are kept, not copied.
 *
 * Refuses with `recipe/invalid`, `recipe/file-changed`, what `read` refuses with, and the codes of parseModule and checkRecipe.
 */
export async function loadRecipeFrom(text: Uint8Array, read: ReadPinned): Promise<Result<Recipe>> {
  if (text.length > RECIPE_FILE_MAX_BYTES) return refuse('recipe/invalid', 'The recipe is too large to be one.');
  const file = readRecipeText(new TextDecoder().decode(text));
  if (!file.ok) return file;
  const wanted = file.value;

  const system = await loadAll(wanted.system, (pinned) => loadModule(pinned, read));
  if (!system.ok) return system;
  const named = await loadAll(
    [wanted.radioStack, wanted.bootloader, wanted.prebootloader, wanted.ncp],
    async (pinned) => (pinned === undefined ? ok(undefined) : loadModule(pinned, read)),
  );
  if (!named.ok) return named;
  const application = await loadModule(wanted.application, read);
  if (!application.ok) return application;
  const assets = await loadAll(wanted.assets, (pinned) => loadAsset(pinned, read));
  if (!assets.ok) return assets;

  const [radioStack, bootloader, prebootloader, ncp] = named.value;
  const modules = {
    system: system.value,
    radioStack,
    bootloader,
    prebootloader,
    ncp,
    application: application.value,
    assets: assets.value,
  };
  const checked = checkRecipe(wanted, modules);
  if (!checked.ok) return checked;
  const { name, productId, productVersion, platform, deviceOs, skus, sim, cloud } = wanted;
  return ok({
    name,
    sha256: sha256(text),
    productId,
    productVersion,
    platform,
    deviceOs,
    ...checked.value,
    application: application.value,
    ...(bootloader === undefined ? {} : { bootloader }),
    ...(prebootloader === undefined ? {} : { prebootloader }),
    ...(ncp === undefined ? {} : { ncp }),
    assets: assets.value,
    skus,
    sim,
    cloud,
  });
}

/** One after the other, so that the first problem in the recipe's own order is the one that is told. */
async function loadAll<Wanted, Loaded>(
  wanted: readonly Wanted[],
  load: (one: Wanted) => Promise<Result<Loaded>>,
): Promise<Result<readonly Loaded[]>> {
  const loaded: Loaded[] = [];
  for (const one of wanted) {
    const result = await load(one);
    if (!result.ok) return result;
    loaded.push(result.value);
  }
  return ok(loaded);
}

async function loadModule(pinned: PinnedFile, read: ReadPinned): Promise<Result<FirmwareModule>> {
  const bytes = await readPinned(pinned, read);
  return bytes.ok ? parseModule(bytes.value, pinned.path) : bytes;
}

async function loadAsset(pinned: PinnedAsset, read: ReadPinned): Promise<Result<RecipeAsset>> {
  const bytes = await readPinned(pinned, read);
  return bytes.ok ? ok({ name: pinned.name, sha256: pinned.sha256, bytes: bytes.value }) : bytes;
}

async function readPinned(pinned: PinnedFile, read: ReadPinned): Promise<Result<Uint8Array>> {
  const bytes = await read(pinned);
  if (!bytes.ok) return bytes;
  const found = sha256(bytes.value);
  if (found === pinned.sha256) return bytes;
  const detail = `${pinned.path} is not the file the recipe means: its SHA-256 is ${found}, the recipe says ${pinned.sha256}.`;
  return refuse('recipe/file-changed', detail, { expected: pinned.sha256, found });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
