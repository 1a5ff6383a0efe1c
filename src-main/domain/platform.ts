import { type DeviceOsVersion, parseDeviceOsVersion } from './device-os-version.ts';

export type Mcu = 'stm32f2xx' | 'nrf52840' | 'rtl872x';

/** A Particle platform, told by USB product ID and never by SKU or label (device-usb.md 1.1). */
export type Platform = {
  readonly id: number;
  readonly name: PlatformName;
  readonly displayName: string;
  /** What to branch on; the marketing generation is misleading for Tracker M (firmware-modules.md 0, fact 12). */
  readonly mcu: Mcu;
  readonly isCellular: boolean;
  readonly usb: { readonly vendorId: number; readonly normalProductId: number; readonly dfuProductId: number };
  /** The largest user part of current releases, in bytes with its CRC (device-usb.md 1.1). */
  readonly userPartMaxBytes: number;
  /** The oldest release the platform exists in (firmware-modules.md 6.2). */
  readonly minDeviceOs?: DeviceOsVersion;
  /** The last release there will ever be; absent while the platform is current. */
  readonly maxDeviceOs?: DeviceOsVersion;
};

export type PlatformName =
  | 'photon'
  | 'p1'
  | 'electron'
  | 'argon'
  | 'boron'
  | 'esomx'
  | 'bsom'
  | 'b5som'
  | 'tracker'
  | 'trackerm'
  | 'p2'
  | 'msom';

/** The USB vendor ID of every platform here, in both modes. */
export const PARTICLE_VENDOR_ID = 0x2b04;

// The sheets differ on the last release of Photon and P1 (device-usb.md: 2.3.1; firmware-modules.md 2 and 6.2: 3.3.1). The
// latter is read from the release table, so it is the ceiling here.
const LAST_OF_STM32 = { max: '3.3.1' };

/** Every platform the station knows, by ascending id (device-usb.md 1.1; floors and ceilings firmware-modules.md 6.2). */
export const PLATFORMS: readonly Platform[] = [
  platform(6, 'photon', 'Photon', 'stm32f2xx', 'wifi', LAST_OF_STM32),
  platform(8, 'p1', 'P1', 'stm32f2xx', 'wifi', LAST_OF_STM32),
  platform(10, 'electron', 'Electron / E-Series', 'stm32f2xx', 'cellular', LAST_OF_STM32),
  platform(12, 'argon', 'Argon', 'nrf52840', 'wifi'),
  platform(13, 'boron', 'Boron', 'nrf52840', 'cellular'),
  platform(15, 'esomx', 'E-SoM-X (E404X)', 'nrf52840', 'cellular', { min: '4.0.0-alpha.2' }),
  platform(23, 'bsom', 'B-Series SoM (B4xx)', 'nrf52840', 'cellular'),
  platform(25, 'b5som', 'B-Series SoM (B5xx)', 'nrf52840', 'cellular', { min: '1.4.5-b5som.1' }),
  platform(26, 'tracker', 'Tracker / Monitor One', 'nrf52840', 'cellular', { min: '1.5.1-tracker.1' }),
  platform(28, 'trackerm', 'Tracker M', 'rtl872x', 'cellular', { min: '5.0.0' }),
  platform(32, 'p2', 'P2 / Photon 2', 'rtl872x', 'wifi', { min: '5.0.0' }),
  platform(35, 'msom', 'M-Series SoM', 'rtl872x', 'cellular', { min: '5.5.0-rc.1' }),
];

/** The platform with this id, as modules and units carry it. */
export function platformById(id: number): Platform | undefined {
  return PLATFORMS.find((one) => one.id === id);
}

/** The platform of this name. A PlatformName always has one; other text may not. */
export function platformByName(name: PlatformName): Platform;
export function platformByName(name: string): Platform | undefined;
export function platformByName(name: string): Platform | undefined {
  return PLATFORMS.find((one) => one.name === name);
}

/** What a USB device with these ids is, and in which mode; undefined for anything that is not a known Particle unit. */
export function platformByUsb(
  vendorId: number,
  productId: number,
): { readonly platform: Platform; readonly mode: 'normal' | 'dfu' } | undefined {
  if (vendorId !== PARTICLE_VENDOR_ID) return undefined;
  for (const one of PLATFORMS) {
    if (one.usb.normalProductId === productId) return { platform: one, mode: 'normal' };
    if (one.usb.dfuProductId === productId) return { platform: one, mode: 'dfu' };
  }
  return undefined;
}

function platform(
  id: number,
  name: PlatformName,
  displayName: string,
  mcu: Mcu,
  radio: 'wifi' | 'cellular',
  releases: { min?: string; max?: string } = {},
): Platform {
  return {
    id,
    name,
    displayName,
    mcu,
    isCellular: radio === 'cellular',
    usb: { vendorId: PARTICLE_VENDOR_ID, normalProductId: 0xc000 | id, dfuProductId: 0xd000 | id },
    userPartMaxBytes: { stm32f2xx: 131_072, nrf52840: 262_144, rtl872x: 1_572_864 }[mcu],
    ...(releases.min === undefined ? {} : { minDeviceOs: release(releases.min) }),
    ...(releases.max === undefined ? {} : { maxDeviceOs: release(releases.max) }),
  };
}

function release(text: string): DeviceOsVersion {
  const parsed = parseDeviceOsVersion(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}
