import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GeneratedRelease, generateRelease, type ReleaseOptions } from '../../../firmware/generate-release.ts';
import type { Result } from '../../../src-main/domain/failure.ts';
import { loadRecipe } from '../../../src-main/firmware/load-recipe.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';

/** A recipe's JSON, as far as a test edits it. */
export type RecipeJson = { files: { application: object; assets?: object[] } };

/** What a test may change before the files and the recipe are written. */
export type RecipeChange = {
  /** Files in place of the release's; undefined leaves the file out of the recipe. */
  readonly system?: readonly Uint8Array[];
  readonly radioStack?: Uint8Array | undefined;
  readonly application?: Uint8Array;
  /** What goes by request: the release's own files with `true`. */
  readonly byRequest?: boolean;
  readonly bootloader?: Uint8Array | undefined;
  readonly prebootloader?: Uint8Array | undefined;
  readonly ncp?: Uint8Array | undefined;
  readonly assets?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Edits the recipe's JSON last. */
  readonly json?: (recipe: RecipeJson) => void;
  /** Called when everything is on disk, to spoil it. */
  readonly spoil?: (folder: string) => void;
};

/** A small synthetic release: product 8178 version 13. */
export function smallRelease(
  platform: ReleaseOptions['platform'],
  deviceOs: string,
  more: Partial<ReleaseOptions> = {},
): GeneratedRelease {
  return generateRelease({ platform, deviceOs, productVersion: 13, productId: 8178, appSeed: 1, scale: 0, ...more });
}

/** Writes the release as a recipe into a folder of its own, loads it, and removes the folder again. */
export async function loadFrom(release: GeneratedRelease, change: RecipeChange = {}): Promise<Result<Recipe>> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-recipe-'));
  try {
    const put = (name: string, bytes: Uint8Array): object => {
      writeFileSync(join(folder, name), bytes);
      return { path: name, sha256: createHash('sha256').update(bytes).digest('hex') };
    };
    const system = change.system ?? release.system.map((file) => file.bytes);
    const radioStack = 'radioStack' in change ? change.radioStack : release.radioStack?.bytes;
    const own = change.byRequest === true;
    const more = {
      bootloader: 'bootloader' in change ? change.bootloader : own ? release.bootloader.bytes : undefined,
      prebootloader:
        'prebootloader' in change ? change.prebootloader : own ? release.prebootloaderPart1?.bytes : undefined,
      ncp: 'ncp' in change ? change.ncp : own ? release.ncp?.bytes : undefined,
    };
    const recipe = {
      formatVersion: 1,
      name: 'Test product',
      product: { id: 8178, version: 13 },
      platform: release.platform.name,
      deviceOs: release.deviceOs,
      files: {
        system: system.map((bytes, place) => put(`system-${place}.bin`, bytes)),
        ...(radioStack === undefined ? {} : { radioStack: put('softdevice.bin', radioStack) }),
        application: put('application.bin', change.application ?? release.application.bytes),
        ...Object.fromEntries(
          Object.entries(more).flatMap(([role, bytes]) =>
            bytes === undefined ? [] : [[role, put(`${role}.bin`, bytes)]],
          ),
        ),
        ...(change.assets === undefined
          ? {}
          : { assets: change.assets.map(({ name, bytes }) => ({ name, ...put(`asset-${name}`, bytes) })) }),
      },
      sim: { form: 'embedded', waitMs: 1000, mayBePending: true },
    };
    change.json?.(recipe);
    writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe));
    change.spoil?.(folder);
    return await loadRecipe(join(folder, 'recipe.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The recipe, or the test fails with the engineer's sentence. */
export async function loadedFrom(release: GeneratedRelease, change: RecipeChange = {}): Promise<Recipe> {
  const recipe = await loadFrom(release, change);
  if (!recipe.ok) throw new Error(recipe.failure.detail);
  return recipe.value;
}

/** The code with which this recipe is refused, or `accepted`. */
export async function codeOf(release: GeneratedRelease, change: RecipeChange): Promise<string> {
  const recipe = await loadFrom(release, change);
  return recipe.ok ? 'accepted' : recipe.failure.code;
}

/** A change that sets one field of the recipe. */
export function set(key: string, value: unknown): RecipeChange {
  return { json: (recipe) => Object.assign(recipe, { [key]: value }) };
}
