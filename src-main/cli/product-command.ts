import { createHttpCloud } from '../adapters/cloud/cloud.http.ts';
import { createHttpProductFirmware } from '../adapters/cloud/product-firmware.http.ts';
import { APP_VERSION } from '../build-station.ts';
import { StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import { platformById } from '../domain/platform.ts';
import { openCloudLink } from '../open-cloud-link.ts';
import type { ProductReport } from '../ports/firmware-store.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { withStore } from './open-store.ts';
import { EXIT, type Output } from './output.ts';
import type { StoreOptions } from './store-commands.ts';

type ProductOptions = StoreOptions & { readonly product?: number; readonly allowWildcardProductId?: boolean };

/** `firmware add FILE`: a product binary or a bundle. */
export async function addProductCommand(
  [file = '']: readonly string[],
  options: ProductOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const { product, allowWildcardProductId = false } = options;
    const report = await store.addProduct(file, {
      ...(product === undefined ? {} : { productId: product }),
      allowWildcardProductId,
    });
    return tellProduct(report, output);
  });
}

/** `firmware pull VERSION --station FILE --product ID`: the same from the cloud product, with the station's own token. */
export async function pullProductCommand(
  [version = '']: readonly string[],
  options: ProductOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store, station }) => {
    if (station === undefined) {
      throw new StationError('request/invalid', 'Say with --station which cloud and token to use.');
    }
    const productId = options.product ?? onlyOne(station.products);
    if (!station.products.includes(productId)) {
      const detail = `This station may build ${station.products.join(', ')}, not product ${productId}.`;
      throw new StationError('recipe/product-not-allowed', detail);
    }
    const { settings } = await openCloudLink(station, APP_VERSION);
    const patience = { signal: abortOnExitSignals(), timeoutMs: 120_000 };
    const { platformId } = await createHttpCloud(settings).product(productId, patience);
    const platform = platformById(platformId);
    if (platform === undefined) {
      throw new StationError(
        'cloud/wrong-product',
        `Product ${productId} is for platform ${platformId}, unknown here.`,
      );
    }
    const firmware = createHttpProductFirmware(settings);
    const listed = (await firmware.list(productId, patience)).find((one) => one.version === Number(version));
    if (listed === undefined) {
      throw new StationError(
        'store/not-found',
        `Product ${productId} has no firmware version ${version} in the cloud.`,
      );
    }
    const bytes = await firmware.binary(productId, listed.version, patience);
    if (listed.sizeBytes !== undefined && listed.sizeBytes !== bytes.length) {
      const detail = `The cloud lists version ${version} with ${listed.sizeBytes} bytes and sent ${bytes.length}.`;
      throw new StationError('store/download-failed', detail);
    }
    const name = listed.name === '' ? `version ${version}` : listed.name;
    const report = await store.addProduct(
      { name, bytes },
      {
        productId,
        productVersion: listed.version,
        platform: platform.name,
        allowWildcardProductId: options.allowWildcardProductId ?? false,
        origin: { from: `product ${productId} version ${version} in the cloud`, verified: 'cloud' },
      },
    );
    return tellProduct(report, output);
  });
}

function onlyOne(products: readonly number[]): number {
  const [only, second] = products;
  if (only !== undefined && second === undefined) return only;
  throw new StationError('request/invalid', `Say with --product which of ${products.join(', ')}.`);
}

function tellProduct(report: ProductReport, output: Output): number {
  const { platform, productId, productVersion, sha256, sizeBytes, assets, isNew, leftOut } = report;
  const lines = [
    `${platform} product ${productId ?? 'not said by the file'} version ${productVersion}: ${isNew ? 'added' : 'already in the store'}`,
    `  ${sha256}  ${sizeBytes} bytes`,
    ...assets.map((asset) => `  ${asset.sha256}  ${asset.sizeBytes} bytes  asset ${asset.name}`),
    ...leftOut.map(({ file, why }) => `left out: ${file}: ${why}`),
  ];
  output.result({ ok: true, ...(JSON.parse(JSON.stringify(report)) as JsonObject) }, lines.join('\n'));
  return EXIT.good;
}
