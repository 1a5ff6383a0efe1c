import { StationError } from '../../domain/failure.ts';
import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import type { Recipe } from '../../firmware/recipe.ts';
import type { Origin, SetRole } from '../../ports/firmware-store.ts';
import { putProduct } from './add-product.ts';
import { putSet } from './add-release.ts';
import { checkReleaseSet } from './check-release-set.ts';
import type { StoreFolder } from './object-folder.ts';
import { checkProduct, type PassedProduct } from './product-gates.ts';
import type { UnpackedRecipe } from './recipe-package.ts';
import type { SortedModule } from './sort-release.ts';

/**
 * Lists the Device OS set and the product binary of an imported recipe, so that further recipes can be made of them. Only what would
 * get in by itself is listed: a recipe made by hand may do without a bootloader, a set may not. The recipe is complete either way.
 */
export async function listImported(store: StoreFolder, { recipe, files }: UnpackedRecipe, from: string): Promise<void> {
  const origin: Origin = { from, verified: 'own-file' };
  // A compressed file's own bytes are not those that stand in flash.
  const bytesOf = ({ fileSha256, bytes }: FirmwareModule): Uint8Array =>
    files.find(({ sha256 }) => sha256 === fileSha256)?.bytes ?? bytes;
  const modules = sortedOf(recipe, bytesOf);
  const set = checkReleaseSet(
    recipe.platform,
    { platforms: new Map([[recipe.platform, modules]]), leftOut: [] },
    { deviceOs: recipe.deviceOs, without: ['radio-stack', 'ncp'] },
  );
  if (set.kind === 'whole') await putSet(store, set.modules, recipe.platform, set.deviceOs, origin);
  const product = passedProduct(recipe);
  if (product === undefined) return;
  const { application, assets } = recipe;
  await putProduct(store, { application, bytes: bytesOf(application), assets }, product, origin);
}

function sortedOf(recipe: Recipe, bytesOf: (module: FirmwareModule) => Uint8Array): readonly SortedModule[] {
  const { prebootloader, bootloader, ncp, system } = recipe;
  const sorted = (role: SetRole, module: FirmwareModule | undefined): readonly SortedModule[] =>
    module === undefined ? [] : [{ role, module, bytes: bytesOf(module) }];
  return [
    ...sorted('prebootloader', prebootloader),
    ...sorted('bootloader', bootloader),
    ...sorted('ncp', ncp),
    ...system.flatMap((module) => sorted(module.function === 'radio-stack' ? 'radio-stack' : 'system-part', module)),
  ];
}

function passedProduct({ application, assets, platform, productId }: Recipe): PassedProduct | undefined {
  try {
    // The recipe itself has passed, so its product ID is right or a wildcard it allows.
    return checkProduct(application, assets, { platform: platform.name, productId, allowWildcardProductId: true });
  } catch (thrown) {
    if (thrown instanceof StationError) return undefined;
    throw thrown;
  }
}
