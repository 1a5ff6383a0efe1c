import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import { loadRecipeFrom } from '../../firmware/load-recipe-from.ts';
import type { Recipe } from '../../firmware/recipe.ts';
import { pinnedFiles, RECIPE_FILE_MAX_BYTES, readRecipeText } from '../../firmware/recipe-file.ts';
import { writeFailure } from './durable-file.ts';
import { HASH, hashOf } from './object-folder.ts';
import { openZip, type ZipEntry } from './zip-archive.ts';

/*
 * A recipe as one file: a zip of `package.json` (what is in it, by path, hash and size), `recipe.json`, and every file the recipe pins
 * at the path it pins it at. Unpacked, it is a recipe folder that a station file can name by path.
 */

const MANIFEST = 'package.json';
const RECIPE = 'recipe.json';
const FORMAT = 'linewright-recipe-package';

export type PackedFile = { readonly path: string; readonly sha256: string; readonly sizeBytes: number };

/** A package whose every byte was verified, not yet in any store. */
export type UnpackedRecipe = {
  readonly text: Uint8Array;
  readonly recipe: Recipe;
  readonly files: readonly (PackedFile & { readonly bytes: Uint8Array })[];
};

/**
 * Writes the package of a recipe to a new file; the same recipe gives the same bytes on every station. Rejects with `store/conflict`
 * when the file is there already, and with `store/write-failed`; a file that did not get whole is not left behind.
 */
export async function writePackage(
  file: string,
  text: Uint8Array,
  read: (sha256: string) => Promise<Uint8Array>,
): Promise<{ readonly sizeBytes: number; readonly files: readonly PackedFile[] }> {
  const recipe = readRecipeText(Buffer.from(text).toString('utf8'));
  if (!recipe.ok) throw new StationError(recipe.failure.code, recipe.failure.detail);
  const content = new Map<string, Uint8Array>();
  const files: PackedFile[] = [];
  for (const { path, sha256 } of pinnedFiles(recipe.value)) {
    if (content.has(path)) continue; // two assets with one content share a file
    const bytes = await read(sha256);
    content.set(path, bytes);
    files.push({ path, sha256, sizeBytes: bytes.length });
  }
  const manifest = {
    format: FORMAT,
    formatVersion: 1,
    recipe: { name: recipe.value.name, path: RECIPE, sha256: hashOf(text), sizeBytes: text.length },
    files,
  };
  const packed = zipSync(
    {
      [MANIFEST]: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
      [RECIPE]: text,
      ...Object.fromEntries(content),
    },
    // The first day a zip can tell, in local time as zips do: the date of packing is no part of a recipe.
    { level: 6, mtime: new Date(1980, 0, 1) },
  );
  await writeNewFile(file, packed);
  return { sizeBytes: packed.length, files };
}

/**
 * Reads a package and verifies all of it: format, every file's size and SHA-256, nothing missing, nothing besides, and the recipe with
 * its files by every gate a recipe has. Nothing is written. Rejects with `store/bad-archive`, or with the code of loadRecipeFrom.
 */
export async function readPackage(file: string): Promise<UnpackedRecipe & { readonly sizeBytes: number }> {
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile() !== true) throw new StationError('store/not-found', `There is no file ${file}.`);
  if (facts.size > MAX_PACKAGE_BYTES) throw bad(file, `it is ${facts.size} bytes; no recipe is that large`);
  const zip = await openZip(file, basename(file), { maxEntries: 700, maxUnpackedBytes: 2 * MAX_PACKAGE_BYTES });
  try {
    const manifest = readManifest(await readNamed(zip.files, MANIFEST, file), file);
    const listed = [manifest.recipe, ...manifest.files];
    const paths = new Set(listed.map(({ path }) => path));
    if (paths.size !== listed.length) throw bad(file, 'it lists a file twice');
    const besides = zip.files.find(({ path }) => path !== MANIFEST && !paths.has(path));
    if (besides !== undefined) throw bad(file, `it holds ${besides.path}, which it does not list`);
    const text = await readListed(zip.files, manifest.recipe, file);
    const files: UnpackedRecipe['files'][number][] = [];
    for (const one of manifest.files) files.push({ ...one, bytes: await readListed(zip.files, one, file) });
    const recipe = await loadRecipeFrom(text, async ({ path, sha256 }) => {
      const found = files.find((one) => one.path === path);
      if (found === undefined) throw new StationError('store/incomplete', `${file} lacks ${path} (${sha256}).`);
      return { ok: true, value: found.bytes };
    });
    if (!recipe.ok) throw new StationError(recipe.failure.code, recipe.failure.detail);
    refuseUnpinned(text, files, file);
    return { text, recipe: recipe.value, files, sizeBytes: facts.size };
  } finally {
    zip.close();
  }
}

const MAX_PACKAGE_BYTES = 64 * 1024 * 1024;
const MAX_MANIFEST_BYTES = 256 * 1024;

function readManifest(bytes: Uint8Array, file: string): z.infer<typeof SCHEMA> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw bad(file, `its ${MANIFEST} is not JSON`, cause);
  }
  const version = z.looseObject({ format: z.literal(FORMAT), formatVersion: z.int() }).safeParse(json);
  if (version.success && version.data.formatVersion > 1) {
    throw bad(
      file,
      `it is of format ${version.data.formatVersion}, this Linewright reads format 1: install a newer one`,
    );
  }
  const read = SCHEMA.safeParse(json);
  if (read.success) return read.data;
  throw bad(file, `its ${MANIFEST} is wrong at ${read.error.issues[0]?.path.join('.') || 'its top'}`);
}

async function readNamed(files: readonly ZipEntry[], path: string, file: string): Promise<Uint8Array> {
  const entry = files.find((one) => one.path === path);
  if (entry === undefined) throw bad(file, `it has no ${path}, which linewright recipe export writes first`);
  if (entry.sizeBytes > MAX_MANIFEST_BYTES) throw bad(file, `its ${path} is ${entry.sizeBytes} bytes`);
  return entry.read();
}

async function readListed(files: readonly ZipEntry[], listed: PackedFile, file: string): Promise<Uint8Array> {
  const entry = files.find((one) => one.path === listed.path);
  if (entry === undefined) throw new StationError('store/incomplete', `${file} lacks ${listed.path}, which it lists.`);
  if (entry.sizeBytes !== listed.sizeBytes)
    throw bad(file, `${listed.path} is ${entry.sizeBytes} bytes, it lists ${listed.sizeBytes}`);
  const bytes = await entry.read();
  const found = hashOf(bytes);
  if (found === listed.sha256) return bytes;
  throw bad(file, `${listed.path} has SHA-256 ${found}, it lists ${listed.sha256}`);
}

/** A package brings what its recipe needs and nothing else into the store. */
function refuseUnpinned(text: Uint8Array, files: readonly PackedFile[], file: string): void {
  const recipe = readRecipeText(Buffer.from(text).toString('utf8'));
  const pinned = recipe.ok ? pinnedFiles(recipe.value).map(({ path }) => path) : [];
  const stranger = files.find(({ path }) => !pinned.includes(path));
  if (stranger !== undefined) throw bad(file, `its recipe does not need ${stranger.path}`);
}

/** Beside its place first, because a stick may have no room, then moved: hard links do not exist on sticks. */
async function writeNewFile(file: string, bytes: Uint8Array): Promise<void> {
  if ((await stat(file).catch(() => undefined)) !== undefined) {
    throw new StationError('store/conflict', `${file} exists already; nothing is overwritten.`);
  }
  const passing = join(dirname(file), `.${basename(file)}.${process.pid}.unfinished`);
  try {
    {
      await using handle = await open(passing, 'wx', 0o644);
      await handle.writeFile(bytes);
      await handle.sync();
    }
    await rename(passing, file);
  } catch (thrown) {
    await rm(passing, { force: true }).catch(() => undefined);
    const failure = writeFailure(thrown);
    throw new StationError('store/write-failed', failure.message.replace('The firmware store', file), {
      cause: thrown,
    });
  }
}

function bad(file: string, why: string, cause?: unknown): StationError {
  return new StationError('store/bad-archive', `${file} is not taken: ${why}.`, { cause });
}

const packed = {
  path: z.string().min(1).max(300),
  sha256: z.string().regex(HASH),
  sizeBytes: z.int().min(0),
};

const SCHEMA = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(1),
  recipe: z.strictObject({
    ...packed,
    name: z.string().min(1).max(200),
    path: z.literal(RECIPE),
    sizeBytes: z.int().min(0).max(RECIPE_FILE_MAX_BYTES),
  }),
  files: z.array(z.strictObject(packed)).max(600),
});
