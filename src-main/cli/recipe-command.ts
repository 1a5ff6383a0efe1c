import { loadStoredRecipe } from '../adapters/store/load-stored-recipe.ts';
import { parseDeviceOsVersion } from '../domain/device-os-version.ts';
import { StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import { inlineWaitMs, slowestActivation } from '../domain/sim-rules.ts';
import { parseSku, type SkuRow, skuRow } from '../domain/sku.ts';
import type { AddedRecipe, PackageReport, RecipeOrder } from '../ports/firmware-store.ts';
import { type CloudPolicyOptions, cloudPolicyOf } from './cloud-policy-options.ts';
import { platformOf, unwrap, withStore } from './open-store.ts';
import { EXIT, type Output } from './output.ts';
import type { StoreOptions } from './store-commands.ts';

type MakeOptions = StoreOptions &
  CloudPolicyOptions & {
    readonly name: string;
    readonly platform: string;
    readonly deviceOs: string;
    readonly product: number;
    readonly binary: string;
    readonly set?: string;
    readonly sku: readonly string[];
    readonly sim?: RecipeOrder['sim']['form'];
    readonly simWait?: number;
    readonly simMustBeActive?: boolean;
    readonly readSimFirst?: boolean;
    readonly allowWildcardProductId?: boolean;
  };

/** `recipe make`: prints the hash by which a station file names the recipe. */
export async function makeRecipeCommand(_: readonly string[], options: MakeOptions, output: Output): Promise<number> {
  return withStore(options, output, async ({ store }) => tellAdded(await store.makeRecipe(orderOf(options)), output));
}

function orderOf(options: MakeOptions): RecipeOrder {
  const platform = platformOf(options.platform);
  const form = options.sim ?? (platform.isCellular ? undefined : 'none');
  if (form === undefined) {
    const detail = `${platform.displayName}: the SIM may be embedded or removable; say which with --sim (none: no SIM step).`;
    throw new StationError('request/invalid', detail);
  }
  if (!parseDeviceOsVersion(options.deviceOs).ok) {
    throw new StationError('request/invalid', '--device-os is a release like 6.2.0, without a v.');
  }
  return {
    name: options.name,
    platform: platform.name,
    deviceOs: options.deviceOs,
    productId: options.product,
    binary: options.binary,
    ...(options.set === undefined ? {} : { set: options.set }),
    skus: options.sku,
    sim: {
      form,
      waitMs: options.simWait ?? inlineWaitMs(slowestActivation(rowsOf(options.sku))),
      mayBePending: options.simMustBeActive !== true,
      readBeforeFlash: options.readSimFirst === true,
    },
    cloud: cloudPolicyOf(options),
    ...(options.allowWildcardProductId === true ? { allowWildcardProductId: true } : {}),
  };
}

/** What is known of the SKUs that were named; one nobody knows is refused with the recipe. */
function rowsOf(skus: readonly string[]): readonly SkuRow[] {
  return skus.flatMap((text) => {
    const sku = parseSku(text);
    return sku.ok ? [skuRow(sku.value)] : [];
  });
}

/** `recipe list`: one line per version, newest of each name last. */
export async function listRecipesCommand(_: readonly string[], options: StoreOptions, output: Output): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const recipes = await store.recipes();
    const lines = recipes.map(
      ({ name, version, sha256, predecessor }) =>
        `${sha256}  ${name}, version ${version}${predecessor === null ? '' : `, after ${predecessor.slice(0, 12)}`}`,
    );
    output.result(
      { ok: true, recipes: recipes.map((recipe) => ({ ...recipe })) },
      lines.length === 0 ? 'There are no recipes in the store.' : lines.join('\n'),
    );
    return EXIT.good;
  });
}

/** `recipe show HASH`: the text, as it is pinned. */
export async function showRecipeCommand(
  [start = '']: readonly string[],
  options: StoreOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const sha256 = await store.findRecipe(start);
    const text = Buffer.from(await store.recipeText(sha256)).toString('utf8');
    output.result({ ok: true, sha256, recipe: JSON.parse(text) as JsonObject }, text.trimEnd());
    return EXIT.good;
  });
}

/** `recipe check HASH`: everything a station checks when it starts. */
export async function checkRecipeCommand(
  [start = '']: readonly string[],
  options: StoreOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const recipe = unwrap(await loadStoredRecipe(store, await store.findRecipe(start)));
    const { name, sha256, platform, deviceOs, productId, productVersion, warnings } = recipe;
    const facts = { name, sha256, platform: platform.name, deviceOs, productId, productVersion };
    output.result(
      { ok: true, ...facts, warnings },
      [
        `whole: ${name} (${platform.name}, Device OS ${deviceOs}, product ${productId} version ${productVersion})`,
        ...warnings.map((warning) => `  mind: ${warning}`),
      ].join('\n'),
    );
    return EXIT.good;
  });
}

/** `recipe export HASH FILE`. */
export async function exportRecipeCommand(
  [start = '', file = '']: readonly string[],
  options: StoreOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const sha256 = await store.findRecipe(start);
    const { sizeBytes, files } = await store.exportRecipe(sha256, file);
    output.result(
      { ok: true, sha256, file, sizeBytes, files: files.map((one) => ({ ...one })) },
      `${file}: recipe ${sha256.slice(0, 12)} with ${files.length} files, ${sizeBytes} bytes`,
    );
    return EXIT.good;
  });
}

/** `recipe import FILE`. */
export async function importRecipeCommand(
  [file = '']: readonly string[],
  options: StoreOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => tellAdded(await store.importRecipe(file), output));
}

function tellAdded(recipe: AddedRecipe & Partial<PackageReport>, output: Output): number {
  const { name, version, sha256, predecessor, isNew, warnings } = recipe;
  const lines = [
    `${sha256}  ${name}, version ${version}${isNew ? '' : ', already in the store'}${predecessor === null ? '' : `, after ${predecessor.slice(0, 12)}`}`,
    `  in the station file: "recipe": "sha256:${sha256}"`,
    ...warnings.map((warning) => `  mind: ${warning}`),
  ];
  output.result({ ok: true, ...(JSON.parse(JSON.stringify(recipe)) as JsonObject) }, lines.join('\n'));
  return EXIT.good;
}
