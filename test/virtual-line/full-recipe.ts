import { generateRelease } from '../../firmware/generate-release.ts';
import { demoProductId } from '../../src-main/demo-recipe.ts';
import type { Result } from '../../src-main/domain/failure.ts';
import type { Platform } from '../../src-main/domain/platform.ts';
import type { Recipe } from '../../src-main/firmware/recipe.ts';
import { loadFrom } from '../unit/firmware/recipe-folder.ts';

/**
 * A recipe of the virtual line's product that brings everything there is for its platform: bootloader, co-processor, and where Device OS
 * knows them, an asset.
 */
export async function fullRecipe(
  platform: Platform,
  options: { readonly deviceOs?: string; readonly scale?: number; readonly appSeed?: number } = {},
): Promise<Result<Recipe>> {
  const isGen2 = platform.mcu === 'stm32f2xx';
  const deviceOs = options.deviceOs ?? (isGen2 ? '3.3.1' : '6.2.0');
  const data = new TextEncoder().encode('an asset of the product '.repeat(40));
  const assets = isGen2 ? [] : [{ name: 'sounds.bin', data }];
  const release = generateRelease({
    platform: platform.name,
    deviceOs,
    productVersion: 7,
    productId: demoProductId(platform),
    appSeed: options.appSeed ?? 7,
    scale: options.scale ?? 0.02,
    assets,
  });
  const sim = platform.name === 'electron' ? 'removable' : platform.isCellular ? 'embedded' : 'none';
  return loadFrom(release, {
    byRequest: true,
    assets: assets.map(({ name }) => ({ name, bytes: data })),
    json: (recipe) =>
      Object.assign(recipe, {
        product: { id: demoProductId(platform), version: 7 },
        sim: { form: sim, waitMs: 5000, mayBePending: true },
      }),
  });
}
