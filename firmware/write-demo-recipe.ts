import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlatformName } from '../src-main/domain/platform.ts';
import type { CloudPolicy, SimPolicy } from '../src-main/firmware/recipe.ts';
import { type GeneratedFile, type GeneratedRelease, generateRelease } from './generate-release.ts';

export type DemoRecipeOptions = {
  readonly platform: PlatformName;
  readonly deviceOs: string;
  readonly product: { readonly id: number; readonly version: number };
  readonly appSeed: number;
  /** Share of the realistic payload sizes, 0..1, default 1. */
  readonly scale?: number;
  /** Default `PLATFORM demo`. */
  readonly name?: string;
  /** Default: embedded, 5 seconds, may be pending; `none` on a platform without a modem. */
  readonly sim?: SimPolicy;
  /** Default: nothing is said, and the run waits for the cloud. */
  readonly cloud?: CloudPolicy;
};

/**
 * Writes a synthetic release and its recipe into a folder, which is made if need be: the files a DFU visit writes (radio
 * stack on nRF52, system parts, application) and `recipe.json`. Same options, same bytes.
 */
export async function writeDemoRecipe(
  folder: string,
  options: DemoRecipeOptions,
): Promise<{ readonly recipePath: string; readonly release: GeneratedRelease }> {
  const { platform, deviceOs, product, appSeed, scale = 1 } = options;
  const release = generateRelease({
    platform,
    deviceOs,
    productVersion: product.version,
    productId: product.id,
    appSeed,
    scale,
  });
  const { radioStack, system, application } = release;
  await mkdir(folder, { recursive: true });
  for (const file of [radioStack, ...system, application]) {
    if (file !== undefined) await writeFile(join(folder, file.name), file.bytes);
  }
  const recipe = {
    formatVersion: 1,
    name: options.name ?? `${platform} demo`,
    product: { id: product.id, version: product.version },
    platform,
    deviceOs,
    files: {
      system: system.map(pin),
      ...(radioStack === undefined ? {} : { radioStack: pin(radioStack) }),
      application: pin(application),
    },
    sim: options.sim ?? {
      form: release.platform.isCellular ? 'embedded' : 'none',
      waitMs: 5000,
      mayBePending: true,
    },
    ...(options.cloud === undefined ? {} : { cloud: options.cloud }),
  };
  const recipePath = join(folder, 'recipe.json');
  await writeFile(recipePath, `${JSON.stringify(recipe, null, 2)}\n`);
  return { recipePath, release };
}

function pin(file: GeneratedFile): { readonly path: string; readonly sha256: string } {
  return { path: file.name, sha256: createHash('sha256').update(file.bytes).digest('hex') };
}
