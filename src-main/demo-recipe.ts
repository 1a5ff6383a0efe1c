import { join } from 'node:path';
import { type DemoRecipeOptions, writeDemoRecipe } from '../firmware/write-demo-recipe.ts';
import type { Result } from './domain/failure.ts';
import type { Platform, PlatformName } from './domain/platform.ts';
import { loadRecipe } from './firmware/load-recipe.ts';
import type { Recipe } from './firmware/recipe.ts';

/** The newest release the virtual line flashes: the last one of the platform (device-usb.md 1.1), else the sheets' newest. */
const NEWEST = '6.2.0';
const LAST_GEN2 = '3.3.1';

/** The virtual cloud's product for each platform; one platform per product (cloud-api.md R15). */
export function demoProductId(platform: Platform): number {
  return 12_300 + platform.id;
}

export type DemoOptions = {
  readonly data: string;
  readonly scale: number;
  readonly sim?: Partial<Recipe['sim']>;
  readonly cloud?: Recipe['cloud'];
};

/** The recipe of a platform's virtual product, written and then loaded through the same door as any other. */
export async function demoRecipe(platform: Platform, options: DemoOptions): Promise<Result<Recipe>> {
  return loadRecipe(await writeRecipeOf(platform, options));
}

/**
 * Writes the recipe of a platform's virtual product into the data folder, synthetic binaries included; resolves with its path.
 * Electrons have a loose 4FF card, so their recipe imports it; the others come with an embedded SIM.
 */
export async function writeRecipeOf(platform: Platform, options: DemoOptions): Promise<string> {
  const name: PlatformName = platform.name;
  const demo: DemoRecipeOptions = {
    platform: name,
    deviceOs: platform.mcu === 'stm32f2xx' ? LAST_GEN2 : NEWEST,
    product: { id: demoProductId(platform), version: 7 },
    appSeed: 7,
    scale: options.scale,
    sim: {
      form: !platform.isCellular ? 'none' : name === 'electron' ? 'removable' : 'embedded',
      waitMs: 5000,
      mayBePending: true,
      readBeforeFlash: false,
      ...options.sim,
    },
    ...(options.cloud === undefined ? {} : { cloud: options.cloud }),
  };
  const { recipePath } = await writeDemoRecipe(join(options.data, 'virtual-line', name), demo);
  return recipePath;
}
