import type { ModuleDependency, ModuleFunction } from '../../domain/module-report.ts';
import type { CoProcessor } from './co-processor.ts';
import { type ModulePlace, modulePlace } from './dynamic-location.ts';
import { type FlashModule, type ReadFlash, readFlashModule } from './flash-module.ts';
import { readRadioStack } from './radio-stack.ts';
import { type ModuleSlot, type UnitPlatform, USER_ADDRESS_256K } from './unit-platforms.ts';

/** A module a unit finds in its own flash, with the checks it makes (device-usb.md 4.5). */
export type InstalledModule = {
  readonly slot: ModuleSlot;
  /** Where the image lies. */
  readonly address: number;
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
  /** The bootloader would start it: the image is valid, or the legacy module inside it is (firmware-modules.md 3.3). */
  readonly isStartable: boolean;
  /** Every dependency is installed, intact, and new enough. */
  readonly hasDependencies: boolean;
};

/**
 * The module images a unit goes by, in the order of the module list, broken ones too: of two places for the same part only the
 * one that counts.
 */
export function findModules(hardware: ModuleHolder): readonly InstalledModule[] {
  const { platform, flash, coProcessor } = hardware;
  const read: ReadFlash = (address, length) => flash.read(address, length);
  const found = platform.slots.flatMap((slot) => findModule(platform, slot, read) ?? []);
  const beforeRadioStack = found.findIndex((module) => module.function === 'radio-stack');
  if (coProcessor !== undefined) {
    found.splice(beforeRadioStack < 0 ? found.length : beforeRadioStack, 0, coProcessor.asModule());
  }
  const counting = platform.family === 'nrf' ? withoutLosers(found) : found;
  return counting.map((module) => ({ ...module, hasDependencies: module.dependencies.every(isMetBy(counting)) }));
}

/** The parts of a unit that hold modules. */
export type ModuleHolder = {
  readonly platform: UnitPlatform;
  readonly flash: { read(address: number, length: number): Uint8Array | undefined };
  readonly coProcessor: CoProcessor | undefined;
};

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

function withoutLosers(found: readonly InstalledModule[]): readonly InstalledModule[] {
  const systemPart = startedSystemPart(found);
  const losingUser = losingUserPart(found);
  const others = found.filter((module) => module !== losingUser && module.function !== 'system-part');
  const behindBootloader = others.findIndex((module) => module.function !== 'bootloader');
  return systemPart === undefined
    ? others
    : others.toSpliced(behindBootloader < 0 ? others.length : behindBootloader, 0, systemPart);
}

/**
 * A bootloader since 3100 tries 0x28000 first and then 0x30000, an older one knows 0x30000 only (firmware-modules.md 4.2). What it
 * finds at 0x30000 may be the legacy module of an image that begins at 0x28000: then that image is what runs, and what is reported, whole
 * or not.
 */
function startedSystemPart(found: readonly InstalledModule[]): InstalledModule | undefined {
  const bootloader = found.find((module) => module.function === 'bootloader');
  const [low, high] = [NRF_SYSTEM, OLD_NRF_SYSTEM].map((address) =>
    found.find((module) => module.function === 'system-part' && module.slot.address === address),
  );
  if (low === undefined) return high === undefined || high.version < LOW_SYSTEM ? high : { ...high, isIntact: false };
  if (bootloader !== undefined && bootloader.version >= FIRST_LOW_SYSTEM && isValid(low)) return low;
  if (high === undefined) return { ...low, isStartable: false };
  return high.version < LOW_SYSTEM ? high : { ...low, isStartable: isValid(high) };
}

/** A valid application in the former 128 KB slot always wins over the one in the 256 KB slot (firmware-modules.md 3.6). */
function losingUserPart(found: readonly InstalledModule[]): InstalledModule | undefined {
  const [former, current] = [1, 2].map((index) =>
    found.find((module) => module.function === 'user-part' && module.index === index && module.slot.store === 'main'),
  );
  return former !== undefined && isValid(former) ? current : former;
}

/** Module version of the first system part that begins at 0x28000: 6.2.0. */
const LOW_SYSTEM = 6200;

type Checks = Pick<InstalledModule, 'isIntact' | 'isRightPlatform' | 'isInRange'>;

function findModule(platform: UnitPlatform, slot: ModuleSlot, read: ReadFlash): InstalledModule | undefined {
  if (slot.function === 'radio-stack') {
    const stack = readRadioStack(read, platform.platform.id);
    if (stack === undefined) return undefined;
    const checks = { isRightPlatform: true, isInRange: true, isStartable: true, hasDependencies: true };
    const { address, sizeBytes: maxSizeBytes } = slot;
    return { slot, address, function: 'radio-stack', index: 0, maxSizeBytes, ...stack, ...checks };
  }
  const place = modulePlace(read, slot);
  const image = place === undefined ? undefined : readFlashModule(read, place);
  if (place === undefined || image === undefined || image.function !== slot.function || image.index !== slot.index)
    return undefined;
  const checks = {
    isIntact: image.isIntact,
    isRightPlatform: image.platformId === platform.platform.id,
    isInRange: isInRange(slot, place, image),
  };
  return {
    slot,
    address: place.address,
    function: image.function,
    index: image.index,
    version: image.version,
    dependencies: image.dependencies,
    hash: image.hash,
    sizeBytes: image.sizeBytes,
    maxSizeBytes: maxSize(slot, image),
    ...checks,
    isStartable: isValid(checks),
    hasDependencies: true,
  };
}

function isInRange(slot: ModuleSlot, place: ModulePlace, image: FlashModule): boolean {
  // The factory slot holds a copy of an image that is linked for the main slot.
  if (slot.store === 'factory') return true;
  return image.startAddress === place.address && image.sizeBytes <= maxSize(slot, image);
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
