import type { AssetNeed } from '../../firmware/module-extensions.ts';
import type { SystemEra } from './device-os-era.ts';
import { systemEra } from './device-os-era.ts';
import { findModules, type InstalledModule, isValid, type ModuleHolder } from './installed-modules.ts';
import { requiredAssets } from './required-assets.ts';
import type { UnitPlatform } from './unit-platforms.ts';

/** One-shot wishes for the next start; any reset or power cycle uses them up (device-usb.md 3.1). */
export type StartWish = {
  readonly into: 'normal' | 'dfu' | 'safe';
  readonly listening?: boolean;
};

/** How a unit comes up. `why` is for people and tests. */
export type BootDecision = {
  readonly mode: 'normal' | 'listening' | 'safe' | 'dfu';
  readonly why: string;
  /** What runs; undefined in DFU mode, where only the bootloader does. */
  readonly system: SystemEra | undefined;
  readonly modules: readonly InstalledModule[];
};

/**
 * What bootloader and system part do with the flash as it is (device-usb.md 10.8, firmware-modules.md 4.2): no system part that can
 * be started means DFU mode; a damaged one, an unmet dependency, no valid application or a missing asset means safe mode.
 */
export function decideBoot(hardware: BootHardware, wish: StartWish): BootDecision {
  const { platform, settings } = hardware;
  const modules = findModules(hardware);
  const dfu = (why: string): BootDecision => ({ mode: 'dfu', why, system: undefined, modules });
  if (wish.into === 'dfu') return dfu('asked for');
  const systemParts = modules.filter((module) => module.function === 'system-part');
  const wanted = platform.family === 'stm32' ? stm32SystemParts(platform, systemParts) : 1;
  const version = runningVersion(platform, systemParts);
  const startable = systemParts.filter((module) => module.isStartable);
  if (version === undefined || startable.length < wanted) return dfu('no valid system part');
  const system = systemEra(platform.family, version);
  const safe = (why: string): BootDecision => ({ mode: 'safe', why, system, modules });
  // RTL872x looks at its bootloader before its system part: its place and platform, and what it needs of prebootloader part 1.
  const bootloader = modules.find((module) => module.function === 'bootloader' && module.index === 0);
  if (platform.family === 'rtl') {
    if (bootloader === undefined || !isValid(bootloader)) return safe('no valid bootloader');
    if (!bootloader.hasDependencies) return safe('the bootloader lacks a dependency');
  }
  if (!systemParts.every(isValid)) return safe('the system part is damaged and started all the same');
  const unmet = systemParts.find((module) => !module.hasDependencies);
  if (unmet !== undefined) return safe(`system part ${unmet.index} lacks a dependency`);
  const application = modules.find((module) => module.function === 'user-part' && module.slot.store === 'main');
  if (application === undefined || !isValid(application)) return safe('no valid application');
  if (!application.hasDependencies) return safe('the application needs a newer system');
  if (isAssetMissing(hardware, system, application)) return safe('a required asset is missing');
  if (wish.into === 'safe') return safe('asked for');
  const up = (mode: 'normal' | 'listening', why: string): BootDecision => ({ mode, why, system, modules });
  if (wish.listening === true) return up('listening', 'asked for');
  if (system.setupDone === 'stored' && !settings.isSetupDone) return up('listening', 'set-up is not done');
  if (listensWithoutCredentials(platform)) return up('listening', 'no Wi-Fi credentials');
  return up('normal', 'all is well');
}

/** What of a unit decides how it starts. */
export type BootHardware = ModuleHolder & {
  readonly settings: { readonly isSetupDone: boolean };
  readonly assets: { list(): readonly AssetNeed[] } | undefined;
};

/**
 * A unit whose bootloader is gone, or half of one, does not get as far as the bus. On RTL872x the same goes for prebootloader part 1,
 * which the master boot record checks before it starts it (Device OS 6.2.0, prebootloader main.cpp).
 */
export function canStart({ modules }: BootDecision, platform: UnitPlatform): boolean {
  const needed = platform.family === 'rtl' ? [0, 2] : [0];
  const isWhole = (index: number) => (module: InstalledModule) =>
    module.function === 'bootloader' && module.index === index && module.isIntact;
  return needed.every((index) => modules.some(isWhole(index)));
}

function isAssetMissing({ flash, assets }: BootHardware, era: SystemEra, application: InstalledModule): boolean {
  if (assets === undefined || !era.hasAssets) return false;
  const required = requiredAssets((address, length) => flash.read(address, length), application);
  if (required.length === 0) return false;
  const available = assets.list();
  return required.some((need) => !available.some((one) => one.name === need.name && one.sha256 === need.sha256));
}

/**
 * A Wi-Fi unit from the factory knows no network and asks for one (device-usb.md 3.2). No virtual unit ever gets credentials.
 */
function listensWithoutCredentials({ platform }: UnitPlatform): boolean {
  return !platform.isCellular;
}

/** Of the system parts of Gen 2 the second holds what applications call, and the version (firmware-modules.md 4.1). */
function runningVersion({ family }: UnitPlatform, parts: readonly InstalledModule[]): number | undefined {
  const part = family === 'stm32' ? parts.find((module) => module.index === 2) : parts[0];
  return part?.version;
}

/** Electrons of 0.4 and 0.5 had two system parts, later ones have three (device-usb.md 6.6). */
function stm32SystemParts(platform: UnitPlatform, found: readonly InstalledModule[]): number {
  const isOld = found.length > 0 && found.every((module) => module.version < FIRST_WITH_THREE_PARTS);
  return isOld ? 2 : platform.slots.filter((slot) => slot.function === 'system-part').length;
}

const FIRST_WITH_THREE_PARTS = 100;
