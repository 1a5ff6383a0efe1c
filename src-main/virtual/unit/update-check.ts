import { RESULT } from '../../protocol/control-requests.ts';
import { CRC_BYTES, type FlashModule, hasValidCrc, MODULE_FLAG, PREFIX_BYTES, readPrefix } from './flash-module.ts';
import { type InstalledModule, isMetBy } from './installed-modules.ts';
import type { UnitPlatform } from './unit-platforms.ts';

/** What the bootloader has to write, where. */
export type Installation = { readonly address: number; readonly bytes: Uint8Array; readonly isUserPart: boolean };

/**
 * Checks an image in the update slot as a unit does (firmware-modules.md 4.2): format, integrity, platform, place, and the
 * dependencies of everything but user parts. Compressed and combined modules are not modelled: refused as an unknown format.
 */
export function checkUpdate(
  platform: UnitPlatform,
  image: Uint8Array | undefined,
  installed: readonly InstalledModule[],
): { readonly refused: number } | Installation {
  const prefix = image === undefined ? undefined : findModulePrefix(platform, image);
  if (image === undefined || prefix === undefined) return { refused: RESULT.moduleFormat };
  if ((prefix.flags & ~MODULE_FLAG.dropHeader) !== 0) return { refused: RESULT.moduleFormat };
  if (moduleLength(prefix) !== image.length) return { refused: RESULT.moduleSize };
  if (!hasValidCrc(image)) return { refused: RESULT.moduleIntegrity };
  if (prefix.platformId !== platform.platform.id) return { refused: RESULT.modulePlatform };
  const slot = platform.slots.find(
    (one) =>
      one.store === 'main' &&
      one.function === prefix.function &&
      one.index === prefix.index &&
      one.address === prefix.startAddress,
  );
  if (slot === undefined) return { refused: RESULT.moduleAddress };
  if (image.length > slot.sizeBytes) return { refused: RESULT.moduleSize };
  const isUserPart = prefix.function === 'user-part';
  if (!isUserPart && !prefix.dependencies.every(isMetBy(installed))) return { refused: RESULT.moduleDependency };
  return { address: slot.address, bytes: flashContent(prefix, image), isUserPart };
}

/** What of a module file stands in flash: all of it, or all but the prefix where the module drops it. */
export function flashContent(prefix: Pick<FlashModule, 'flags'>, image: Uint8Array): Uint8Array {
  return (prefix.flags & MODULE_FLAG.dropHeader) !== 0 ? image.subarray(PREFIX_BYTES) : image;
}

type Prefix = NonNullable<ReturnType<typeof readPrefix>>;

/** The prefix of a module file at one of its possible places (firmware-modules.md 1.2): the one whose addresses make sense. */
export function findModulePrefix(platform: UnitPlatform, image: Uint8Array): Prefix | undefined {
  for (const offset of [0, 0x184, 0x200]) {
    if (image.length < offset + PREFIX_BYTES) continue;
    const prefix = readPrefix(image.subarray(offset, offset + PREFIX_BYTES));
    if (prefix === undefined) continue;
    const isKnownPlace = platform.slots.some((slot) => slot.address === prefix.startAddress);
    if (isKnownPlace || moduleLength(prefix) === image.length) return prefix;
  }
  return undefined;
}

function moduleLength(prefix: Pick<FlashModule, 'startAddress' | 'endAddress'>): number {
  return prefix.endAddress - prefix.startAddress + CRC_BYTES;
}
