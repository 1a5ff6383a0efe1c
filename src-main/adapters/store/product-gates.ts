import { NO_CLOUD_POLICY } from '../../domain/cloud-policy.ts';
import type { DeviceOsVersion } from '../../domain/device-os-version.ts';
import { StationError } from '../../domain/failure.ts';
import { type Platform, platformById } from '../../domain/platform.ts';
import type { ProductVersion } from '../../domain/product-version.ts';
import { builtWith, checkApplication } from '../../firmware/check-application.ts';
import { checkAssets } from '../../firmware/check-assets.ts';
import { checkFunction } from '../../firmware/check-module-kinds.ts';
import { checkLocation } from '../../firmware/check-module-set.ts';
import { checkRecognised } from '../../firmware/check-recognised.ts';
import { isReleasedFor, nameModuleVersion } from '../../firmware/device-os-releases.ts';
import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import type { RecipeAsset } from '../../firmware/recipe.ts';
import type { RecipeFile } from '../../firmware/recipe-file.ts';
import type { AddProductOptions } from '../../ports/firmware-store.ts';

/** What is known of a product binary that passed. `productId` null: built since 4.0, where the file does not say. */
export type PassedProduct = {
  readonly platform: Platform;
  readonly productId: number | null;
  readonly productVersion: number;
  readonly builtWith: number;
};

/**
 * Every gate of firmware-modules.md 6.1 that a product binary can pass or fail alone, with its assets where it asks for some: an
 * application for a platform this station builds, in its place, with a product version, and with the product ID its Device OS gives
 * it. Throws a StationError with the code of the first gate that fails.
 */
export function checkProduct(
  module: FirmwareModule,
  assets: readonly RecipeAsset[],
  options: AddProductOptions,
): PassedProduct {
  const kind = checkFunction(module, 'user-part');
  const isOfRelease = module.function !== 'user-part' && module.function !== 'asset';
  refuseIf(
    kind && isOfRelease ? { ...kind, detail: `${kind.detail} Device OS is added with firmware add-release.` } : kind,
  );
  const platform = platformById(module.platformId);
  if (platform === undefined || (options.platform !== undefined && options.platform !== platform.name)) {
    const is = platform?.displayName ?? 'a platform this station does not build';
    const detail = `${module.fileName} is for ${is} (platform ${module.platformId})${options.platform === undefined ? '' : `, not for ${options.platform}`}.`;
    throw new StationError('firmware/wrong-platform', detail);
  }
  const deviceOs = builtWith(module, { platform }) ?? 0;
  if (deviceOs > 0 && !isReleasedFor(platform, deviceOs)) {
    const detail = `${module.fileName} was built for Device OS ${nameModuleVersion(deviceOs)}, which never was for ${platform.displayName}.`;
    throw new StationError('firmware/no-such-release', detail);
  }
  const { productVersion } = module;
  if (productVersion === undefined || productVersion === 0) {
    throw new StationError('firmware/wrong-product-version', `${module.fileName} has no product version.`);
  }
  // Below 4.0 the file names its product; who adds it may say which, and without a word the file is believed.
  const expected = options.productId ?? (deviceOs < 4000 ? module.productId : 1);
  if (expected === undefined) {
    throw new StationError('firmware/wrong-product-id', `${module.fileName} was built without a product ID.`);
  }
  const file = recipeFileOf(platform, {
    productId: expected,
    productVersion: options.productVersion ?? productVersion,
    allowWildcardProductId: options.allowWildcardProductId ?? false,
  });
  refuseIf(checkApplication(module, file, deviceOs));
  refuseIf(checkLocation(module, file));
  refuseIf(checkRecognised(module, platform));
  refuseIf(
    checkAssets(file, {
      system: [],
      radioStack: undefined,
      bootloader: undefined,
      prebootloader: undefined,
      ncp: undefined,
      application: module,
      assets,
    }),
  );
  const productId = options.productId ?? (deviceOs < 4000 ? (module.productId ?? null) : null);
  return { platform, productId, productVersion, builtWith: deviceOs };
}

/** The recipe a single file is held against when there is none yet: only what the gates of one file look at. */
export function recipeFileOf(
  platform: Platform,
  facts: {
    readonly deviceOs?: string;
    readonly productId?: number;
    readonly productVersion?: number;
    readonly allowWildcardProductId?: boolean;
  },
): RecipeFile {
  return {
    name: platform.displayName,
    productId: facts.productId ?? 0,
    productVersion: (facts.productVersion ?? 0) as ProductVersion,
    platform,
    deviceOs: (facts.deviceOs ?? '0.0.0') as DeviceOsVersion,
    system: [],
    radioStack: undefined,
    application: NO_FILE,
    bootloader: undefined,
    prebootloader: undefined,
    ncp: undefined,
    assets: [],
    skus: [],
    sim: { form: 'none', waitMs: 0, mayBePending: true, readBeforeFlash: false },
    cloud: NO_CLOUD_POLICY,
    allowWildcardProductId: facts.allowWildcardProductId ?? false,
  };
}

const NO_FILE = { path: 'none', sha256: '' };

function refuseIf(failure: ReturnType<typeof checkApplication>): void {
  if (failure === undefined) return;
  const { code, detail, evidence } = failure;
  throw new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
