import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateModule } from '../../../firmware/generate-module.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { demoProductId, writeRecipeOf } from '../../../src-main/demo-recipe.ts';
import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import { moduleVersionOf } from '../../../src-main/firmware/device-os-releases.ts';
import { loadRecipe } from '../../../src-main/firmware/load-recipe.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';

/** What every tool of the flash bench puts onto a unit: one recipe, and the same files for a tool that takes a folder. */
export type BenchRelease = {
  readonly recipe: Recipe;
  /** System parts and application as the vendor's command line takes them, and nothing else. */
  readonly folder: string;
  readonly applicationFile: string;
};

/** Size of the application file, that of the baseline in usb-lab.md 5. */
export const APPLICATION_BYTES = 120_000;

/**
 * Writes the demo release of a platform with an application of 120,000 bytes into `data`. No bootloader: units leave the virtual
 * factory with one that fits, so nobody has to write it. `scale` shrinks the system parts and the application, for a quick look.
 */
export async function writeBenchRelease(
  name: PlatformName,
  { data, scale }: { readonly data: string; readonly scale: number },
): Promise<BenchRelease> {
  const platform = platformByName(name);
  const recipePath = await writeRecipeOf(platform, { data, scale, sim: { form: 'none' } });
  const demo = await loaded(recipePath);
  const moduleVersion = moduleVersionOf(demo.deviceOs);
  if (moduleVersion === undefined) throw new Error(`There is no Device OS ${demo.deviceOs}.`);
  const make = (payloadLength: number): Uint8Array => {
    const product = { id: demoProductId(platform), version: demo.productVersion };
    const spec = applicationSpec({ platform, deviceOs: demo.deviceOs, moduleVersion }, product, payloadLength);
    return generateModule({ ...spec, seed: 120 });
  };
  const wanted = Math.round(APPLICATION_BYTES * scale);
  const application = make(2 * wanted - make(wanted).length);
  const applicationFile = path.join(path.dirname(recipePath), 'bench-application.bin');
  await writeFile(applicationFile, application);
  const text = JSON.parse(await readFile(recipePath, 'utf8'));
  text.files.application = {
    path: path.basename(applicationFile),
    sha256: createHash('sha256').update(application).digest('hex'),
  };
  await writeFile(recipePath, JSON.stringify(text));
  const recipe = await loaded(recipePath);

  const folder = path.join(data, `${name}-for-particle-cli`);
  await mkdir(folder, { recursive: true });
  for (const module of [...recipe.system, recipe.application]) {
    if (module.function !== 'radio-stack') await writeFile(path.join(folder, module.fileName), module.bytes);
  }
  return { recipe, folder, applicationFile: path.join(folder, recipe.application.fileName) };
}

async function loaded(recipePath: string): Promise<Recipe> {
  const recipe = await loadRecipe(recipePath);
  if (!recipe.ok) throw new Error(`${recipe.failure.code}: ${recipe.failure.detail}`);
  return recipe.value;
}
