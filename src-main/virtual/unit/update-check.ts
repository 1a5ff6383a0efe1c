import { RESULT } from '../../protocol/control-requests.ts';
import { ESP32_TARGET } from './co-processor.ts';
import type { SystemEra } from './device-os-era.ts';
import {
  CRC_BYTES,
  type FlashModule,
  hasValidCrc,
  MODULE_FLAG,
  PREFIX_BYTES,
  PREFIX_OFFSETS,
  readPrefix,
} from './flash-module.ts';
import { type InstalledModule, isMetBy } from './installed-modules.ts';
import type { UnitPlatform } from './unit-platforms.ts';

/** One module of an image that came over control requests. */
export type UpdateModule = {
  readonly prefix: Prefix;
  /** Where it begins in the image. */
  readonly offset: number;
  /** All of it, with the CRC. */
  readonly bytes: Uint8Array;
};

/** What of a unit an update is held against. */
export type UpdateCheck = {
  readonly platform: UnitPlatform;
  readonly era: SystemEra;
  readonly installed: readonly InstalledModule[];
};

/**
 * Checks an image in the update slot as a unit does, in its order: is there a module for a known place, then integrity, dependencies,
 * platform, and the kind of module (firmware-modules.md 4.2; codes and order from Device OS 6.2.0 and 3.3.1, ota_flash_hal.cpp).
 * Three things follow that a station must know: a user part's dependencies are not looked at, nor is a bootloader that is the second
 * dependency (Argon, Gen 2 part 2), and an asset is believed until it is stored.
 */
export function checkUpdate(
  image: Uint8Array | undefined,
  unit: UpdateCheck,
): { readonly refused: number } | { readonly modules: readonly UpdateModule[] } {
  const modules: UpdateModule[] = [];
  for (let offset = 0, hasNext = true; hasNext; ) {
    const module = image === undefined ? undefined : moduleAt(unit, image, offset);
    if (module === undefined) return { refused: RESULT.moduleNotFound };
    modules.push(module);
    hasNext = unit.era.hasCompressedUpdates && (module.prefix.flags & MODULE_FLAG.combined) !== 0;
    offset += moduleLength(module.prefix);
  }
  // A third module is not looked at.
  const considered = modules.slice(0, MOST_MODULES);
  for (const module of considered) {
    const refused = whyRefused(unit, module);
    if (refused !== undefined) return { refused };
  }
  return { modules: considered };
}

/** What of a module file stands in flash: all of it, or all but the prefix where the module drops it. */
export function flashContent(prefix: Pick<FlashModule, 'flags'>, image: Uint8Array): Uint8Array {
  return (prefix.flags & MODULE_FLAG.dropHeader) !== 0 ? image.subarray(PREFIX_BYTES) : image;
}

export type Prefix = NonNullable<ReturnType<typeof readPrefix>> & {
  /** Behind the vector table, where the module has one. */
  readonly prefixOffset: number;
};

/** The prefix of a module at one of its possible places (firmware-modules.md 1.2): the first that stands where its kind has it. */
export function findModulePrefix(platform: UnitPlatform, image: Uint8Array): Prefix | undefined {
  for (const prefixOffset of PREFIX_OFFSETS) {
    if (image.length < prefixOffset + PREFIX_BYTES) continue;
    const bytes = image.subarray(prefixOffset, prefixOffset + PREFIX_BYTES);
    const prefix = readPrefix(bytes);
    if (prefix === undefined) continue;
    const found = { ...prefix, prefixOffset };
    if (standsThere(platform, found, moduleLength(found) === image.length)) return found;
  }
  return undefined;
}

/** Bytes of a module with its CRC, by its own addresses. */
export function moduleLength(prefix: Pick<FlashModule, 'startAddress' | 'endAddress'>): number {
  return prefix.endAddress - prefix.startAddress + CRC_BYTES;
}

const MOST_MODULES = 2;

/** Strict enough that no vector table is taken for a prefix: real ones are told by their first word, which synthetic ones lack. */
function standsThere(platform: UnitPlatform, prefix: Prefix, isWhole: boolean): boolean {
  const { prefixOffset, flags } = prefix;
  if (prefix.function === 'asset' || prefix.function === 'ncp') return prefixOffset === 0 && prefix.startAddress === 0;
  // A compressed module has no vector table in front, whatever it is a module of.
  const isCompressed = (flags & MODULE_FLAG.compressed) !== 0;
  return platform.slots.some(
    (slot) =>
      slot.function === prefix.function &&
      slot.index === prefix.index &&
      (slot.prefixOffset === prefixOffset || (isCompressed && prefixOffset === 0)) &&
      (isWhole || slot.address === prefix.startAddress || slot.isEndFixed === true),
  );
}

function moduleAt(unit: UpdateCheck, image: Uint8Array, offset: number): UpdateModule | undefined {
  const rest = image.subarray(offset);
  const prefix = findModulePrefix(unit.platform, rest);
  if (prefix === undefined || !hasPlace(unit, prefix)) return undefined;
  return { prefix, offset, bytes: rest.subarray(0, moduleLength(prefix)) };
}

/** Only the end of a module is held against the bounds of its kind. */
function hasPlace({ platform, era }: UpdateCheck, prefix: Prefix): boolean {
  if (prefix.function === 'asset') return era.hasAssets;
  if (prefix.function === 'ncp') return platform.coProcessorVersion !== undefined;
  return platform.slots.some(
    (slot) =>
      slot.store === 'main' &&
      slot.function === prefix.function &&
      slot.index === prefix.index &&
      prefix.endAddress >= slot.address &&
      prefix.endAddress <= slot.address + slot.sizeBytes,
  );
}

function whyRefused(unit: UpdateCheck, { prefix, bytes }: UpdateModule): number | undefined {
  const isAsset = prefix.function === 'asset';
  if (!isAsset) {
    // Cut off: what the header promises is not all there, and the CRC is taken from blank flash.
    if (bytes.length !== moduleLength(prefix) || !hasValidCrc(bytes)) return RESULT.moduleIntegrity;
    if (!hasDependencies(unit, prefix)) return RESULT.moduleDependency;
    if (prefix.platformId !== unit.platform.platform.id) return RESULT.modulePlatform;
  }
  if (!unit.era.hasCompressedUpdates) return undefined;
  const isCompressed = (prefix.flags & MODULE_FLAG.compressed) !== 0;
  const dropsHeader = (prefix.flags & MODULE_FLAG.dropHeader) !== 0;
  if (prefix.prefixOffset > 0 && (isCompressed || dropsHeader)) return RESULT.moduleFormat;
  if (isCompressed && !COMPRESSIBLE.includes(prefix.function)) return RESULT.moduleFormatNotSupported;
  if (prefix.function === 'ncp' && prefix.target !== ESP32_TARGET) return RESULT.modulePlatform;
  return undefined;
}

const COMPRESSIBLE: readonly string[] = ['user-part', 'system-part', 'asset'];

function hasDependencies({ installed }: UpdateCheck, prefix: Prefix): boolean {
  const [first, second] = prefix.dependencies;
  if (first === undefined || prefix.function === 'user-part') return true;
  if (!isMetBy(installed)(first)) return false;
  if (second !== undefined && second.function !== 'bootloader' && !isMetBy(installed)(second)) return false;
  return prefix.function !== 'system-part' || leavesOthersWhole(installed, prefix);
}

/** A system part must not be older than what the other system parts need of it. */
function leavesOthersWhole(installed: readonly InstalledModule[], prefix: Prefix): boolean {
  const others = installed.filter((module) => module.function === 'system-part' && module.index !== prefix.index);
  return others
    .flatMap((module) => module.dependencies)
    .filter((needed) => needed.function === 'system-part' && needed.index === prefix.index)
    .every((needed) => prefix.version >= needed.version);
}
