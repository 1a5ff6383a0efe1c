import type { SystemEra } from './device-os-era.ts';
import { systemEra } from './device-os-era.ts';
import type { ReadFlash } from './flash-module.ts';
import { findModules, type InstalledModule, isValid } from './installed-modules.ts';
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
 * What bootloader and system part do with the flash as it is (device-usb.md 10.8, firmware-modules.md 4.2): no whole system
 * part means DFU mode, an unmet dependency or no valid application means safe mode.
 */
export function decideBoot(
  platform: UnitPlatform,
  read: ReadFlash,
  settings: { readonly isSetupDone: boolean },
  wish: StartWish,
): BootDecision {
  const modules = findModules(platform, read);
  const dfu = (why: string): BootDecision => ({ mode: 'dfu', why, system: undefined, modules });
  if (wish.into === 'dfu') return dfu('asked for');
  const systemParts = modules.filter((module) => module.function === 'system-part');
  const wanted = platform.family === 'stm32' ? stm32SystemParts(platform, systemParts) : 1;
  const version = systemParts[0]?.version;
  if (version === undefined || systemParts.filter(isValid).length < wanted) return dfu('no valid system part');
  const system = systemEra(platform.family, version);
  const safe = (why: string): BootDecision => ({ mode: 'safe', why, system, modules });
  const unmet = systemParts.find((module) => !module.hasDependencies);
  if (unmet !== undefined) return safe(`system part ${unmet.index} lacks a dependency`);
  const application = modules.find((module) => module.function === 'user-part' && module.slot.store === 'main');
  if (application === undefined || !isValid(application)) return safe('no valid application');
  if (!application.hasDependencies) return safe('the application needs a newer system');
  if (wish.into === 'safe') return safe('asked for');
  const up = (mode: 'normal' | 'listening', why: string): BootDecision => ({ mode, why, system, modules });
  if (wish.listening === true) return up('listening', 'asked for');
  if (system.setupDone === 'stored' && !settings.isSetupDone) return up('listening', 'set-up is not done');
  return up('normal', 'all is well');
}

/** Electrons of 0.4 and 0.5 had two system parts, later ones have three (device-usb.md 6.6). */
function stm32SystemParts(platform: UnitPlatform, found: readonly InstalledModule[]): number {
  const isOld = found.length > 0 && found.every((module) => module.version < FIRST_WITH_THREE_PARTS);
  return isOld ? 2 : platform.slots.filter((slot) => slot.function === 'system-part').length;
}

const FIRST_WITH_THREE_PARTS = 100;
