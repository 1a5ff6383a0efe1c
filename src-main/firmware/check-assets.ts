import { type Failure, failure } from '../domain/failure.ts';
import type { Platform } from '../domain/platform.ts';
import { wrapAsset } from './asset-module.ts';
import { builtWith } from './check-application.ts';
import { nameModuleVersion } from './device-os-releases.ts';
import type { RecipeFile } from './recipe-file.ts';
import type { RecipeModules } from './recipe-modules.ts';

/**
 * Gates of an application with assets (firmware-modules.md 5.1, 3.7): the recipe brings exactly the assets the application asks for,
 * by name and SHA-256, they fit into the unit, and the application was built for a Device OS that has assets. A unit lacking one
 * stays in safe mode. Pure.
 *
 * Refuses with `firmware/missing-part`, `firmware/missing-dependency`, `firmware/wrong-location`, `firmware/unsupported`,
 * `recipe/invalid`.
 */
export function checkAssets(file: RecipeFile, { application, assets }: RecipeModules): Failure | undefined {
  const needs = application.assets;
  const twice = (names: readonly string[]): string | undefined => names.find((name, at) => names.indexOf(name) !== at);
  const askedTwice = twice(needs.map(({ name }) => name));
  if (askedTwice !== undefined) {
    return failure('firmware/unsupported', `${application.fileName} asks for the asset ${askedTwice} twice.`);
  }
  const namedTwice = twice(assets.map(({ name }) => name));
  if (namedTwice !== undefined) return failure('recipe/invalid', `The recipe names the asset ${namedTwice} twice.`);
  for (const need of needs) {
    const found = assets.find(({ name }) => name === need.name);
    if (found === undefined) {
      const detail = `${application.fileName} needs the asset ${need.name}, which the recipe does not have.`;
      return failure('firmware/missing-part', detail, { asset: need.name });
    }
    if (found.sha256 !== need.sha256) {
      const detail = `${application.fileName} needs the asset ${need.name} with SHA-256 ${need.sha256}, the recipe's is ${found.sha256}.`;
      return failure('firmware/missing-dependency', detail, { expected: need.sha256, found: found.sha256 });
    }
  }
  // An asset its application does not list is removed by the unit at once.
  const stranger = assets.find(({ name }) => !needs.some((need) => need.name === name));
  if (stranger !== undefined) {
    return failure(
      'recipe/invalid',
      `The recipe has the asset ${stranger.name}, which ${application.fileName} does not ask for.`,
    );
  }
  return assets.length === 0 ? undefined : (checkAge(file, application) ?? checkFit(file.platform, assets));
}

function checkAge(file: RecipeFile, application: RecipeModules['application']): Failure | undefined {
  const needed = builtWith(application, file) ?? 0;
  if (needed >= FIRST_WITH_ASSETS) return undefined;
  const detail = `${application.fileName} was built for Device OS ${nameModuleVersion(needed)}; assets exist since ${nameModuleVersion(FIRST_WITH_ASSETS)}.`;
  return failure('firmware/unsupported', detail);
}

/** Module version from which an application may ask for assets (firmware-modules.md 5.1). */
const FIRST_WITH_ASSETS = 5500;

function checkFit(platform: Platform, assets: RecipeModules['assets']): Failure | undefined {
  const room = ROOM[roomOf(platform)];
  if (room === undefined) {
    return failure('firmware/unsupported', `${platform.displayName} has no place for assets.`);
  }
  const large = assets.find(({ bytes }) => bytes.length > room.assetMaxBytes || bytes.length === 0);
  if (large !== undefined) {
    const detail = `The asset ${large.name} is ${large.bytes.length} bytes, ${platform.displayName} takes 1 to ${room.assetMaxBytes}.`;
    return failure('firmware/wrong-location', detail);
  }
  const blocks = assets.reduce((sum, asset) => sum + Math.ceil(wrapAsset(asset).bytes.length / BLOCK_NET_BYTES), 0);
  if (blocks <= room.blocks - RESERVED_BLOCKS) return undefined;
  const detail = `The assets take ${blocks} blocks of 4 KB, ${platform.displayName} has ${room.blocks - RESERVED_BLOCKS}.`;
  return failure('firmware/wrong-location', detail, { expected: room.blocks - RESERVED_BLOCKS, found: blocks });
}

/** A block of 4096 bytes has 8 of its own (firmware-modules.md 3.7). */
const BLOCK_NET_BYTES = 4088;
const RESERVED_BLOCKS = 10;

type Room = { readonly blocks: number; readonly assetMaxBytes: number };

/** Places for assets by kind of memory (firmware-modules.md 3.7). Gen 2 has none. */
const ROOM: Readonly<Record<'none' | 'nrf-4-mb' | 'nrf-8-mb' | 'rtl', Room | undefined>> = {
  none: undefined,
  'nrf-4-mb': { blocks: 288, assetMaxBytes: 606_208 },
  'nrf-8-mb': { blocks: 512, assetMaxBytes: 1_572_864 },
  rtl: { blocks: 288, assetMaxBytes: 1_179_648 },
};

function roomOf(platform: Platform): keyof typeof ROOM {
  if (platform.mcu === 'stm32f2xx') return 'none';
  if (platform.mcu === 'rtl872x') return 'rtl';
  return ['esomx', 'b5som', 'tracker'].includes(platform.name) ? 'nrf-8-mb' : 'nrf-4-mb';
}
