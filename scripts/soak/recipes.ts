import { createHash } from 'node:crypto';
import { type GeneratedRelease, generateRelease } from '../../firmware/generate-release.ts';
import { ok, type Result, refuse } from '../../src-main/domain/failure.ts';
import type { Platform } from '../../src-main/domain/platform.ts';
import {
  moduleVersionOf,
  requiredBootloader,
  shippedBootloaderOf,
} from '../../src-main/firmware/device-os-releases.ts';
import { loadRecipeFrom } from '../../src-main/firmware/load-recipe-from.ts';
import type { Recipe } from '../../src-main/firmware/recipe.ts';

export type RawAsset = { readonly name: string; readonly bytes: Uint8Array };

/** The files of a recipe by what the recipe calls them. */
export type RecipeFiles = {
  readonly system: readonly Uint8Array[];
  readonly radioStack?: Uint8Array | undefined;
  readonly bootloader?: Uint8Array | undefined;
  readonly prebootloader?: Uint8Array | undefined;
  readonly ncp?: Uint8Array | undefined;
  readonly application: Uint8Array;
  readonly assets?: readonly RawAsset[] | undefined;
};

export type RecipeWish = {
  readonly platform: Platform;
  readonly deviceOs: string;
  readonly product: { readonly id: number; readonly version: number };
  readonly files: RecipeFiles;
};

/** A recipe of these files, pinned as a supervisor would have pinned them and loaded through the same door as every recipe. */
export async function recipeOf({ platform, deviceOs, product, files }: RecipeWish): Promise<Result<Recipe>> {
  const content = new Map<string, Uint8Array>();
  const pin = (path: string, bytes: Uint8Array): { path: string; sha256: string } => {
    content.set(path, bytes);
    return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const optional = (name: 'radioStack' | 'bootloader' | 'prebootloader' | 'ncp') => {
    const bytes = files[name];
    return bytes === undefined ? {} : { [name]: pin(`${name}.bin`, bytes) };
  };
  const text = JSON.stringify({
    formatVersion: 1,
    name: `Soak ${platform.name}`,
    product,
    platform: platform.name,
    deviceOs,
    files: {
      system: files.system.map((bytes, place) => pin(`system-${place}.bin`, bytes)),
      ...optional('radioStack'),
      ...optional('bootloader'),
      ...optional('prebootloader'),
      ...optional('ncp'),
      application: pin('application.bin', files.application),
      assets: (files.assets ?? []).map(({ name, bytes }) => ({ name, ...pin(name, bytes) })),
    },
    sim: {
      form: !platform.isCellular ? 'none' : platform.name === 'electron' ? 'removable' : 'embedded',
      waitMs: 5000,
      mayBePending: true,
    },
  });
  return loadRecipeFrom(Buffer.from(text), async ({ path }) => {
    const bytes = content.get(path);
    return bytes === undefined ? refuse('recipe/file-missing', path) : ok(bytes);
  });
}

/** The files of a generated release by what a recipe calls them. The Tracker's co-processor firmware needs 3.0 (firmware-modules.md 4.1). */
export function filesOf(release: GeneratedRelease): RecipeFiles {
  return {
    system: release.system.map((file) => file.bytes),
    radioStack: release.radioStack?.bytes,
    bootloader: release.bootloader.bytes,
    prebootloader: release.prebootloaderPart1?.bytes,
    ncp: release.moduleVersion >= FIRST_WITH_NCP ? release.ncp?.bytes : undefined,
    application: release.application.bytes,
  };
}

export const FIRST_WITH_NCP = 3000;

/** A generated release whose bootloader is enough for its system part; scale 0..1 is the share of real sizes. */
export function releaseFor(
  platform: Platform,
  deviceOs: string,
  more: {
    readonly scale: number;
    readonly product: { readonly id: number; readonly version: number };
    readonly appSeed?: number;
  },
): GeneratedRelease {
  return generateRelease({
    platform: platform.name,
    deviceOs,
    productId: more.product.id,
    productVersion: more.product.version,
    appSeed: more.appSeed ?? 7,
    scale: more.scale,
    ...sufficientBootloader(platform, deviceOs),
  });
}

/** B5 SoM and Tracker need a newer bootloader for 2.2.0 to 2.3.1 than those shipped (firmware-modules.md 2, 4.1). */
export function sufficientBootloader(platform: Platform, deviceOs: string): { readonly bootloaderVersion?: number } {
  const needed = requiredBootloader(platform, moduleVersionOf(deviceOs) ?? 0);
  return needed !== undefined && needed > (shippedBootloaderOf(deviceOs) ?? 0) ? { bootloaderVersion: needed } : {};
}
