import type { ModuleDependency, ModuleFunction } from '../src-main/domain/module-report.ts';
import type { Platform } from '../src-main/domain/platform.ts';
import {
  allReleases,
  moduleVersionOf,
  requiredBootloader,
  requiredPart1,
  shippedBootloaderOf,
} from '../src-main/firmware/device-os-releases.ts';
import { slotOf, userDependencyIndex } from '../src-main/firmware/memory-map.ts';
import type { ModuleSpec, ModuleSuffix } from './generate-module.ts';

/** One Device OS release on one platform: what every module of it has in common. */
export type ReleaseOf = { readonly platform: Platform; readonly deviceOs: string; readonly moduleVersion: number };

/** The bootloader of a release, or another version of it (index 0 everywhere; firmware-modules.md 3 and 4.1). */
export function bootloaderSpec(release: ReleaseOf, payloadLength: number, version?: number): ModuleSpec {
  const { platform, moduleVersion } = release;
  const part1 = platform.mcu === 'rtl872x' ? part1Version(moduleVersion, version) : undefined;
  return {
    ...common(release, 'bootloader', 0),
    version: version ?? shippedBootloaderOf(release.deviceOs) ?? requiredBootloader(platform, moduleVersion) ?? 0,
    payloadLength,
    dependencies: part1 === undefined ? [] : [need('bootloader', 2, part1)],
    suffix: systemSuffix(release, undefined),
  };
}

/** prebootloader-part1 of RTL872x: the version the bootloader needs, which may be another one than the release's own. */
export function part1Spec(release: ReleaseOf, payloadLength: number, bootloaderVersion?: number): ModuleSpec {
  return {
    ...common(release, 'bootloader', 2),
    version: part1Version(release.moduleVersion, bootloaderVersion) ?? 1,
    payloadLength,
    dependencies: [],
    suffix: systemSuffix(release, 0x18),
  };
}

/** SoftDevice S140 7.0.1, the radio stack of every nRF52 release since 1.4: version 202, prefix dropped in flash. */
export function radioStackSpec(release: ReleaseOf, payloadLength: number): ModuleSpec {
  return {
    ...common(release, 'radio-stack', 0),
    version: RADIO_STACK_VERSION,
    payloadLength,
    dependencies: [need('bootloader', 0, 501), need('system-part', 1, 1321)],
    suffix: { kind: 'bare' },
    flags: 0x01,
  };
}

/** The radio co-processor's firmware; only Argon and Tracker have one. It never goes over DFU. */
export function ncpSpec(release: ReleaseOf, payloadLength: number): ModuleSpec {
  const onTracker = release.platform.name === 'tracker';
  return {
    function: 'ncp',
    index: 0,
    platformId: release.platform.id,
    start: 0,
    version: onTracker ? 7 : 5,
    prefixOffset: 0,
    payloadLength,
    dependencies: onTracker ? [need('system-part', 1, 3000)] : [],
    suffix: { kind: 'bare' },
    reserved: 33,
  };
}

/** A system part with the dependencies its makefile gives it (firmware-modules.md 3.2 and 4.1). */
export function systemPartSpec(release: ReleaseOf, index: number, payloadLength: number): ModuleSpec {
  return {
    ...common(release, 'system-part', index),
    version: release.moduleVersion,
    payloadLength,
    dependencies: systemDependencies(release, index),
    suffix: systemSuffix(release, 0xa0),
    hasLegacyModule: hasLegacyModule(release),
  };
}

/** nRF52 system parts carry one since they begin below 0x30000. */
export function hasLegacyModule({ platform, moduleVersion }: ReleaseOf): boolean {
  return platform.mcu === 'nrf52840' && moduleVersion >= 6200;
}

/**
 * An application built with this release. From 4.0 on its product ID field holds the platform ID, whatever the source says;
 * before, `productId` (65535 without PRODUCT_ID in the source): firmware-modules.md 1.6.
 */
export function applicationSpec(
  release: ReleaseOf,
  product: { readonly id: number | undefined; readonly version: number },
  payloadLength: number,
): ModuleSpec {
  const { platform, moduleVersion } = release;
  const productId = moduleVersion >= 4000 ? platform.id : (product.id ?? 0xffff);
  const index = platform.mcu === 'nrf52840' && moduleVersion >= 3100 ? 2 : 1;
  const fields = { productId, productVersion: product.version };
  return {
    ...common(release, 'user-part', index),
    // An ABI number, not PRODUCT_VERSION: 6 since Device OS 1.1.0.
    version: moduleVersion >= 1100 ? 6 : 5,
    payloadLength,
    dependencies: [need('system-part', userDependencyIndex(platform), moduleVersion)],
    suffix:
      platform.mcu === 'rtl872x' ? { kind: 'dynamic', ...fields, loadOffset: 0xa8 } : { kind: 'product', ...fields },
  };
}

/** What the release's bootloader needs; for a newer bootloader, what that one needed in the first release that shipped it. */
function part1Version(moduleVersion: number, bootloaderVersion: number | undefined): number | undefined {
  const own = requiredPart1(moduleVersion);
  const shipping = allReleases().find((release) => shippedBootloaderOf(release) === bootloaderVersion);
  const ofBootloader = shipping === undefined ? undefined : requiredPart1(moduleVersionOf(shipping) ?? 0);
  return ofBootloader === undefined ? own : Math.max(own ?? 0, ofBootloader);
}

const RADIO_STACK_VERSION = 202;

function common(
  release: ReleaseOf,
  moduleFunction: ModuleFunction,
  index: number,
): Pick<ModuleSpec, 'function' | 'index' | 'platformId' | 'start' | 'prefixOffset'> {
  const slot = slotOf(release.platform, { function: moduleFunction, index }, release.moduleVersion);
  if (slot === undefined) throw new Error(`${release.platform.name} has no place for ${moduleFunction} ${index}`);
  const start = slot.anchor === 'end' ? { end: slot.end } : slot.start;
  return { function: moduleFunction, index, platformId: release.platform.id, start, prefixOffset: slot.prefixOffset };
}

function systemDependencies({ platform, moduleVersion }: ReleaseOf, index: number): readonly ModuleDependency[] {
  const bootloader = need('bootloader', 0, requiredBootloader(platform, moduleVersion) ?? 0);
  if (platform.mcu === 'rtl872x') return [bootloader];
  if (platform.mcu === 'nrf52840') {
    const radioStack = need('radio-stack', 0, RADIO_STACK_VERSION);
    if (platform.name === 'argon' && moduleVersion >= 3000) return [radioStack, bootloader];
    if (platform.name !== 'tracker' || moduleVersion < 3000) return [bootloader, radioStack];
    // Tracker: first its co-processor, since 5.6.0 a dependency on itself.
    return [bootloader, moduleVersion >= 5600 ? need('system-part', 1, 3001) : need('ncp', 0, 7)];
  }
  // Gen 2 parts need each other in a circle. The part that carries the lowest-level code asks for an old version only.
  if (platform.name === 'electron') {
    if (index === 3) return [need('system-part', 2, Math.min(110, moduleVersion))];
    if (index === 1) return [need('system-part', 3, moduleVersion)];
  } else if (index === 1) {
    const lowest = moduleVersion >= 326 && moduleVersion <= 1401 ? 204 : 207;
    return [need('system-part', 2, Math.min(lowest, moduleVersion))];
  }
  return [need('system-part', 1, moduleVersion), bootloader];
}

function systemSuffix({ platform, moduleVersion }: ReleaseOf, loadOffset: number | undefined): ModuleSuffix {
  // "No product data" is 65535, but 0 on nRF52 since 5.0.0 (firmware-modules.md 1.6).
  const none = platform.mcu === 'nrf52840' && moduleVersion >= 5000 ? 0 : 0xffff;
  const fields = { productId: none, productVersion: none };
  return platform.mcu === 'rtl872x' ? { kind: 'dynamic', ...fields, loadOffset } : { kind: 'product', ...fields };
}

function need(moduleFunction: ModuleFunction, index: number, version: number): ModuleDependency {
  return { function: moduleFunction, index, version };
}
