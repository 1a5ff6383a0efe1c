import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { StationError } from '../../domain/failure.ts';
import { MODULE_FILE_MAX_BYTES, parseModule } from '../../firmware/parse-module.ts';
import type {
  AddProductOptions,
  Origin,
  ProductBinary,
  ProductReport,
  ProductSource,
} from '../../ports/firmware-store.ts';
import { sweepTemporary } from './durable-file.ts';
import { putEntry } from './entries.ts';
import { putObject, type StoreFolder } from './object-folder.ts';
import { checkProduct, type PassedProduct } from './product-gates.ts';
import { type Bundle, readBundle } from './read-bundle.ts';
import { beginsAsZip, isZip } from './release-files.ts';

/** Adds a product binary or a bundle (ports/firmware-store.ts says how): the file and its assets first, then the entry that names them. */
export async function addProduct(
  store: StoreFolder,
  source: ProductSource,
  options: AddProductOptions,
): Promise<ProductReport> {
  const name = typeof source === 'string' ? basename(source) : source.name;
  const bundle = await readProduct(source, name);
  const { application, assets } = bundle;
  if (assets.length === 0 && application.assets.length > 0) {
    const names = application.assets.map((asset) => asset.name).join(', ');
    const detail = `${name} needs assets (${names}); add the bundle that has them, not the binary alone.`;
    throw new StationError('store/incomplete', detail);
  }
  const origin = options.origin ?? { from: name, verified: 'own-file' as const };
  const product = checkProduct(application, assets, options);
  await sweepTemporary(store.temporary);
  return { ...(await putProduct(store, bundle, product, origin)), leftOut: bundle.leftOut };
}

/** Keeps a checked binary: the file and its assets first, then the entry that names them. */
export async function putProduct(
  store: StoreFolder,
  { application, bytes, assets }: Pick<Bundle, 'application' | 'bytes' | 'assets'>,
  { platform, productId, productVersion, builtWith }: PassedProduct,
  origin: Origin,
): Promise<Omit<ProductReport, 'leftOut'>> {
  const sha256 = await putObject(store, bytes);
  for (const asset of assets) await putObject(store, asset.bytes);
  const content: Omit<ProductBinary, 'id'> = {
    kind: 'product',
    platform: platform.name,
    productId,
    productVersion,
    builtWith,
    sha256,
    sizeBytes: bytes.length,
    assets: assets.map((asset) => ({ name: asset.name, sha256: asset.sha256, sizeBytes: asset.bytes.length })),
  };
  const put = await putEntry(store, content, { origin, files: { [sha256]: application.fileName } });
  return { ...content, ...put };
}

/** A single module file is a bundle without assets. */
async function readProduct(source: ProductSource, name: string): Promise<Bundle> {
  if (typeof source === 'string') {
    const facts = await stat(source).catch(() => undefined);
    if (facts?.isFile() !== true) throw new StationError('store/not-found', `There is no file ${source}.`);
    if (await isZip(source)) return readBundle(source, name);
    if (facts.size > MODULE_FILE_MAX_BYTES) {
      throw new StationError('firmware/not-a-module', `${name} is ${facts.size} bytes; no module is larger than 2 MB.`);
    }
  } else if (beginsAsZip(source.bytes)) return readBundle(source.bytes, name);
  const bytes = typeof source === 'string' ? await readFile(source) : source.bytes;
  const parsed = parseModule(bytes, name);
  if (parsed.ok) return { application: parsed.value, bytes, assets: [], leftOut: [] };
  const { code, detail, evidence } = parsed.failure;
  throw new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
