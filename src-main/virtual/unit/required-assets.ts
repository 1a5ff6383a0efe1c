import { type AssetNeed, assetNeeds, readExtensions } from '../../firmware/module-extensions.ts';
import { CRC_BYTES, MODULE_FLAG, PREFIX_BYTES, type ReadFlash, SHORTEST_SUFFIX_BYTES } from './flash-module.ts';
import type { InstalledModule } from './installed-modules.ts';

/**
 * The assets an application in flash asks for: in the suffix on nRF52, in the prefix on RTL872x (firmware-modules.md 1.7). Empty for
 * an application without any, and for one whose lists make no sense.
 */
export function requiredAssets(read: ReadFlash, module: InstalledModule): readonly AssetNeed[] {
  if (module.function !== 'user-part') return [];
  const image = read(module.address, module.sizeBytes);
  return image === undefined ? [] : assetsOfImage(image, module.slot.prefixOffset);
}

function assetsOfImage(image: Uint8Array, prefixOffset: number): readonly AssetNeed[] {
  const end = image.length - CRC_BYTES;
  const suffixBytes = new DataView(image.buffer, image.byteOffset, image.byteLength).getUint16(end - 2, true);
  const inSuffix =
    suffixBytes > SHORTEST_SUFFIX_BYTES + 4 && suffixBytes <= end
      ? readExtensions(image.subarray(end - suffixBytes, end - SHORTEST_SUFFIX_BYTES)).entries
      : [];
  const hasInPrefix = ((image[prefixOffset + 9] ?? 0) & MODULE_FLAG.prefixExtensions) !== 0;
  const inPrefix = hasInPrefix ? readExtensions(image.subarray(prefixOffset + PREFIX_BYTES)).entries : [];
  return assetNeeds([...inPrefix, ...inSuffix]);
}
