import { type Failure, failure } from '../domain/failure.ts';
import { type ProductBinding, productBinding } from '../domain/membership-rules.ts';
import { nameModuleVersion } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { userDependencyIndex } from './memory-map.ts';
import type { RecipeFile } from './recipe-file.ts';

/** Gates 9 to 11 of firmware-modules.md 6.1: built for this Device OS or an older one, this product, this version. Pure. */
export function checkApplication(application: FirmwareModule, file: RecipeFile, deviceOs: number): Failure | undefined {
  return (
    checkBuiltWith(application, file, deviceOs) ??
    checkProductVersion(application, file) ??
    checkProductId(application, file)
  );
}

/** Module version of the Device OS the application was built with; decides its slot and how its product ID is to be read. */
export function builtWith(application: FirmwareModule, file: Pick<RecipeFile, 'platform'>): number | undefined {
  const index = userDependencyIndex(file.platform);
  return application.dependencies.find((need) => need.function === 'system-part' && need.index === index)?.version;
}

/** How the application is bound to the recipe's product (membership-rules.ts). */
export function bindingOf(
  application: FirmwareModule,
  file: Pick<RecipeFile, 'platform' | 'productId'>,
): ProductBinding {
  const product = { id: file.productId, platformId: file.platform.id };
  return productBinding(application.productId, product, isSince4(application, file) ? 'since-4.0' : 'before-4.0');
}

/** Gate 11: the application says with which Device OS it was built, and the recipe's is not older. */
function checkBuiltWith(application: FirmwareModule, file: RecipeFile, deviceOs: number): Failure | undefined {
  const needed = builtWith(application, file);
  const index = userDependencyIndex(file.platform);
  if (needed === undefined) {
    const detail = `${application.fileName} does not depend on system part ${index}, as every application for ${file.platform.displayName} does.`;
    return failure('firmware/missing-dependency', detail);
  }
  if (needed <= deviceOs) return undefined;
  const detail = `${application.fileName} was built for Device OS ${nameModuleVersion(needed)}, the recipe brings only ${nameModuleVersion(deviceOs)}.`;
  return failure('firmware/missing-dependency', detail, { expected: needed, found: deviceOs });
}

function checkProductVersion(application: FirmwareModule, file: RecipeFile): Failure | undefined {
  if (application.productVersion === file.productVersion) return undefined;
  const found = application.productVersion ?? 'none';
  const detail = `${application.fileName} has product version ${found}, the recipe says ${file.productVersion}.`;
  return failure('firmware/wrong-product-version', detail, { expected: file.productVersion, found });
}

/**
 * Gate 10, by the binding the file has to a product (membership-rules.ts): since 4.0 the cloud's list decides, before that the file
 * names the product, and the wildcard only where the recipe allows it.
 */
function checkProductId(application: FirmwareModule, file: RecipeFile): Failure | undefined {
  const { platform, productId, allowWildcardProductId } = file;
  const found = application.productId;
  const binding = bindingOf(application, file);
  if (binding === 'by-list' || binding === 'by-name' || (binding === 'wildcard' && allowWildcardProductId)) {
    return undefined;
  }
  const listDecides = isSince4(application, file);
  const expected = listDecides ? platform.id : productId;
  const why = listDecides
    ? 'the platform ID, as in every application built for Device OS 4.0 or later'
    : "the recipe's product";
  const detail = `${application.fileName} has product ID ${found ?? 'none'}, expected is ${expected} (${why}).`;
  return failure('firmware/wrong-product-id', detail, { expected, found: found ?? null });
}

function isSince4(application: FirmwareModule, file: Pick<RecipeFile, 'platform'>): boolean {
  return (builtWith(application, file) ?? 0) >= 4000;
}
