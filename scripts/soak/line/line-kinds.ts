import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import { demoProductId } from '../../../src-main/demo-recipe.ts';
import { type Platform, type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { withAssetNeed } from '../mutation/asset-specimens.ts';
import { filesOf, type RecipeFiles, recipeOf, releaseFor, sufficientBootloader } from '../recipes.ts';
import type { Held } from './units.ts';

/**
 * What a line builds: `plain` recipes have system parts, radio stack and application; `whole` ones bring bootloader, co-processor and
 * an asset besides, and their units come with a bootloader too old for the recipe where there is such a release.
 */
export type LineKind = 'plain' | 'whole';

export type KindOfLine = {
  readonly number: number;
  readonly recipeFor: (platform: Platform) => Promise<Recipe>;
  readonly holds: Held;
};

/** The recipe and the units of a kind of line for one platform. */
export function lineKind(kind: LineKind, name: PlatformName, scale: number): KindOfLine {
  const platform = platformByName(name);
  const release = releaseFor(platform, newestOf(platform), {
    scale,
    product: productOf(platform),
  });
  const files = filesOf(release);
  if (kind === 'plain') {
    const plain: RecipeFiles = { system: files.system, radioStack: files.radioStack, application: files.application };
    return { number: 1, recipeFor: () => loadedRecipe(platform, release.deviceOs, plain), holds: {} };
  }
  const whole: RecipeFiles = platform.mcu === 'stm32f2xx' ? files : { ...files, ...withAsset(platform, files) };
  return {
    number: 2,
    recipeFor: () => loadedRecipe(platform, release.deviceOs, whole),
    holds: { modules: oldModules(platform, scale), ...oldCoProcessor(platform) },
  };
}

/** What a recipe brings: the last release of Gen 2, the newest of the sheets elsewhere. */
export function newestOf(platform: Platform): string {
  return platform.mcu === 'stm32f2xx' ? '3.3.1' : '6.2.0';
}

/** The product of a platform in the virtual cloud (demo-recipe.ts). */
export function productOf(platform: Platform): { readonly id: number; readonly version: number } {
  return { id: demoProductId(platform), version: 7 };
}

const ASSET = { name: 'cat.txt', bytes: Buffer.alloc(20_000, 'hello asset ') };

function withAsset(platform: Platform, files: RecipeFiles): Pick<RecipeFiles, 'application' | 'assets'> {
  return { application: withAssetNeed(platform, files.application, ASSET), assets: [ASSET] };
}

/** A release whose bootloader does not satisfy the recipe's system part: 5.9.0 for 6.2.0, 1.5.2 for 3.3.1. */
function oldModules(platform: Platform, scale: number): readonly Uint8Array[] {
  const deviceOs = platform.mcu === 'stm32f2xx' ? '1.5.2' : '5.9.0';
  const release = generateFactoryRelease({
    platform: platform.name,
    deviceOs,
    scale,
    ...sufficientBootloader(platform, deviceOs),
  });
  return release.files.map((file) => file.bytes);
}

/** The Argon's alone is updated: that of the Tracker is not from Device OS 5.6.0 on (firmware-modules.md 4.3). */
function oldCoProcessor({ name }: Platform): Held {
  return name === 'argon' ? { coProcessorVersion: 4 } : {};
}

/** A recipe of these files for the platform's product in the virtual cloud. Rejects when the station refuses it. */
export async function loadedRecipe(platform: Platform, deviceOs: string, files: RecipeFiles): Promise<Recipe> {
  const recipe = await recipeOf({ platform, deviceOs, product: productOf(platform), files });
  if (recipe.ok) return recipe.value;
  throw new Error(`The recipe of the ${platform.name} line is refused: ${recipe.failure.detail}`);
}
