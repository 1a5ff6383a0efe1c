import type { ModuleDependency, ModuleFunction } from '../../domain/module-report.ts';
import { type FlashModule, type ReadFlash, readFlashModule } from './flash-module.ts';
import { readRadioStack } from './radio-stack.ts';
import { type ModuleSlot, type UnitPlatform, USER_ADDRESS_256K } from './unit-platforms.ts';

/** A module a unit finds in its own flash, with the checks it makes (device-usb.md 4.5). */
export type InstalledModule = {
  readonly slot: ModuleSlot;
  readonly function: ModuleFunction;
  readonly index: number;
  readonly version: number;
  readonly dependencies: readonly ModuleDependency[];
  readonly hash: Uint8Array;
  readonly sizeBytes: number;
  readonly maxSizeBytes: number;
  readonly isIntact: boolean;
  readonly isRightPlatform: boolean;
  readonly isInRange: boolean;
  /** Every dependency is installed, intact, and new enough. */
  readonly hasDependencies: boolean;
};

/**
 * The module images a unit goes by, in the order of the module list, broken ones too: of two places for the same part only the
 * one that counts.
 */
export function findModules(platform: UnitPlatform, read: ReadFlash): readonly InstalledModule[] {
  const found = platform.slots.flatMap((slot) => findModule(platform, slot, read) ?? []);
  const losers = platform.family === 'nrf' ? [losingSystemPart(found), losingUserPart(found)] : [];
  const counting = found.filter((module) => !losers.includes(module));
  return counting.map((module) => ({ ...module, hasDependencies: module.dependencies.every(isMetBy(counting)) }));
}

/** True when nothing is wrong with the image itself; its dependencies are another matter. */
export function isValid(module: Checks): boolean {
  return module.isIntact && module.isRightPlatform && module.isInRange;
}

/** Whether one of these modules satisfies a dependency: same function and index, at least that version, image valid. */
export function isMetBy(
  modules: readonly Omit<InstalledModule, 'hasDependencies'>[],
): (needed: ModuleDependency) => boolean {
  return (needed) =>
    modules.some(
      (module) =>
        module.slot.store === 'main' &&
        module.function === needed.function &&
        module.index === needed.index &&
        module.version >= needed.version &&
        isValid(module),
    );
}

/** A bootloader since 3100 tries 0x28000 first and then 0x30000, an older one knows 0x30000 only (firmware-modules.md 4.2). */
function losingSystemPart(found: readonly InstalledModule[]): InstalledModule | undefined {
  const bootloader = found.find((module) => module.function === 'bootloader');
  const [low, high] = [NRF_SYSTEM, OLD_NRF_SYSTEM].map((address) =>
    found.find((module) => module.function === 'system-part' && module.slot.address === address),
  );
  if (low === undefined) return undefined;
  const lowWins = bootloader !== undefined && bootloader.version >= FIRST_LOW_SYSTEM && isValid(low);
  return lowWins ? high : low;
}

/** A valid application in the former 128 KB slot always wins over the one in the 256 KB slot (firmware-modules.md 3.6). */
function losingUserPart(found: readonly InstalledModule[]): InstalledModule | undefined {
  const [former, current] = [1, 2].map((index) =>
    found.find((module) => module.function === 'user-part' && module.index === index && module.slot.store === 'main'),
  );
  return former !== undefined && isValid(former) ? current : former;
}

type Checks = Pick<InstalledModule, 'isIntact' | 'isRightPlatform' | 'isInRange'>;

function findModule(platform: UnitPlatform, slot: ModuleSlot, read: ReadFlash): InstalledModule | undefined {
  if (slot.function === 'radio-stack') {
    const stack = readRadioStack(read, platform.platform.id);
    if (stack === undefined) return undefined;
    const checks = { isRightPlatform: true, isInRange: true, hasDependencies: true };
    return { slot, function: 'radio-stack', index: 0, maxSizeBytes: slot.sizeBytes, ...stack, ...checks };
  }
  const image = readFlashModule(read, slot);
  if (image === undefined || image.function !== slot.function || image.index !== slot.index) return undefined;
  return {
    slot,
    function: image.function,
    index: image.index,
    version: image.version,
    dependencies: image.dependencies,
    hash: image.hash,
    sizeBytes: image.sizeBytes,
    maxSizeBytes: maxSize(slot, image),
    isIntact: image.isIntact,
    isRightPlatform: image.platformId === platform.platform.id,
    isInRange: isInRange(slot, image),
    hasDependencies: true,
  };
}

function isInRange(slot: ModuleSlot, image: FlashModule): boolean {
  // The factory slot holds a copy of an image that is linked for the main slot.
  if (slot.store === 'factory') return true;
  return image.startAddress === slot.address && image.sizeBytes <= maxSize(slot, image);
}

/** The system part at 0x30000 got a lower ceiling when the 256 KB application came, with 3.1 (firmware-modules.md 3.3). */
function maxSize(slot: ModuleSlot, image: { readonly version: number }): number {
  if (slot.function !== 'system-part' || slot.address !== OLD_NRF_SYSTEM || image.version < FIRST_256K_USER) {
    return slot.sizeBytes;
  }
  return USER_ADDRESS_256K - OLD_NRF_SYSTEM;
}

const NRF_SYSTEM = 0x28000;
const OLD_NRF_SYSTEM = 0x30000;
const FIRST_LOW_SYSTEM = 3100;
const FIRST_256K_USER = 3100;
