import { ok, type Result, refuse } from '../domain/failure.ts';
import { type AssetNeed, assetNeeds, EXTENSION, type ModuleExtension, readExtensions } from './module-extensions.ts';
import type { ModulePrefix } from './module-prefix.ts';

/** The suffix, which ends where the CRC begins (firmware-modules.md 1.5). */
export type ModuleSuffix = {
  /** Offset in the file. */
  readonly start: number;
  readonly size: number;
  /** As it stands in the file; whether it is right is checked elsewhere. */
  readonly sha256: string;
  readonly productId: number | undefined;
  readonly productVersion: number | undefined;
  readonly extensions: readonly ModuleExtension[];
  readonly assets: readonly AssetNeed[];
};

/**
 * Reads the suffix backwards from the CRC: size, SHA-256, reserved, then product data and extensions. The file must have the
 * length its prefix states. Details continue "FILE …".
 */
export function readSuffix(file: Uint8Array, prefix: ModulePrefix): Result<ModuleSuffix> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = file.length - CRC_SIZE;
  const size = view.getUint16(end - 2, true);
  const start = end - size;
  const bodyStart = prefix.offset + prefix.size;
  if (size < BARE_SIZE || size > MAX_SIZE || (size > BARE_SIZE && size < PRODUCT_SIZE) || start < bodyStart) {
    return refuse('firmware/not-a-module', `has a malformed suffix: it states a size of ${size} bytes`);
  }
  const list = file.subarray(start, end - BARE_SIZE);
  const extensions = size > PRODUCT_SIZE ? readSuffixExtensions(list) : [];
  if (extensions === undefined) return refuse('firmware/not-a-module', 'has a malformed extension list in its suffix');

  const sha256 = Buffer.from(file.subarray(end - 34, end - 2)).toString('hex');
  // Holds on every platform, with and without extensions: the last four bytes before the reserved field.
  const productId = size < PRODUCT_SIZE ? NONE : view.getUint16(end - 40, true);
  const productVersion = size < PRODUCT_SIZE ? NONE : view.getUint16(end - 38, true);
  const isAbsent = productId === 0 && productVersion === 0;
  return ok({
    start,
    size,
    sha256,
    productId: isAbsent || productId === NONE ? undefined : productId,
    productVersion: isAbsent || productVersion === NONE ? undefined : productVersion,
    extensions,
    assets: assetNeeds(extensions),
  });
}

const CRC_SIZE = 4;
/** Reserved, SHA-256 and size. */
const BARE_SIZE = 36;
/** The same with product ID and version. */
const PRODUCT_SIZE = 40;
const MAX_SIZE = 4096;
const NONE = 0xffff;

/**
 * The two grammars of real files: entries closed by END and then the raw product ID and version (nRF52), or entries of which
 * PRODUCT_DATA is the last, without END (RTL872x, assets). Undefined when it is neither.
 */
function readSuffixExtensions(list: Uint8Array): readonly ModuleExtension[] | undefined {
  const { entries, length, closed } = readExtensions(list);
  if (closed) return list.length - length === 4 ? entries : undefined;
  return length === list.length && entries.at(-1)?.type === EXTENSION.productData ? entries : undefined;
}
