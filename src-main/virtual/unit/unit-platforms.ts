import type { ModuleFunction } from '../../domain/module-report.ts';
import { type Platform, type PlatformName, platformByName } from '../../domain/platform.ts';
import { EXTERNAL_FLASH, externalFlash, KB, MB, NRF_FLASH, STM32_FLASH } from './flash-chips.ts';
import type { FlashBank } from './flash-memory.ts';

/** Where a unit's firmware looks for a module. */
export type ModuleSlot = {
  readonly function: ModuleFunction;
  readonly index: number;
  readonly address: number;
  readonly sizeBytes: number;
  /** Where the prefix stands behind the address (firmware-modules.md 1.2). */
  readonly prefixOffset: number;
  readonly store: 'main' | 'factory';
};

/** Everything in which units of one platform differ from those of another. */
export type UnitPlatform = {
  readonly platform: Platform;
  readonly family: 'stm32' | 'nrf';
  /** The name in USB strings, and its spelling before Device OS 5.8 (device-usb.md 2.2). */
  readonly usbName: { readonly current: string; readonly before58: string };
  readonly banks: readonly FlashBank[];
  /** In the order of the module list (device-usb.md 4.5). */
  readonly slots: readonly ModuleSlot[];
  readonly externalFlashBytes: number;
  /** Where an update over control requests is stored before it is applied. */
  readonly updateSlot: { readonly address: number; readonly sizeBytes: number };
  /** From reset to enumeration, in ms (device-usb.md 3.2: design values, not measured on hardware). */
  readonly bootMs: { readonly normal: number; readonly dfu: number };
  readonly radioVersion: string;
};

/** Page of the former 128 KB application (firmware-modules.md 3.6). */
export const FORMER_USER_ADDRESS = 0xd4000;

/** Start of the 256 KB application slot of nRF52 units. */
export const USER_ADDRESS_256K = 0xb4000;

/** Device-side lower limit of DFU writes on Gen 2: bootloader and DCT lie below (device-usb.md 6.4). */
export const STM32_FIRST_WRITABLE = 0x0802_0000;

/** The platforms a virtual unit can be. */
export const UNIT_PLATFORMS: readonly UnitPlatform[] = [
  electron(),
  nrf('boron', { current: 'Boron', before58: 'Boron' }, 4, 'L0.0.00.00.05.06,A.02.00'),
  nrf('bsom', { current: 'B-SoM', before58: 'B SoM' }, 4, 'L0.0.00.00.05.06,A.02.00'),
  nrf('b5som', { current: 'B5-SoM', before58: 'B5 SoM' }, 8, 'EG91NAXGAR07A03M1G'),
  nrf('esomx', { current: 'E-SoM-X', before58: 'E SoM X' }, 8, 'L0.0.00.00.05.12,A.02.16'),
];

/** The row of a platform; undefined for one that cannot be virtual yet. */
export function unitPlatform(name: PlatformName): UnitPlatform | undefined {
  return UNIT_PLATFORMS.find((one) => one.platform.name === name);
}

function electron(): UnitPlatform {
  const part = 128 * KB;
  return {
    platform: platformByName('electron'),
    family: 'stm32',
    usbName: { current: 'Electron', before58: 'Electron' },
    banks: [STM32_FLASH],
    slots: [
      slot('bootloader', 0, 0x0800_0000, 16 * KB, 0x184),
      slot('system-part', 1, 0x0802_0000, part, 0x184),
      slot('system-part', 2, 0x0804_0000, part, 0x184),
      slot('system-part', 3, 0x0806_0000, part, 0),
      slot('user-part', 1, 0x0808_0000, part, 0),
      { ...slot('user-part', 1, 0x080a_0000, part, 0), store: 'factory' },
    ],
    externalFlashBytes: 0,
    updateSlot: { address: 0x080c_0000, sizeBytes: part },
    bootMs: { normal: 1200, dfu: 800 },
    radioVersion: '23.60,A01.41',
  };
}

function nrf(
  name: PlatformName,
  usbName: UnitPlatform['usbName'],
  externalMegabytes: 4 | 8,
  radioVersion: string,
): UnitPlatform {
  const isLarge = externalMegabytes === 8;
  return {
    platform: platformByName(name),
    family: 'nrf',
    usbName,
    banks: [NRF_FLASH, externalFlash(externalMegabytes * MB)],
    slots: [
      slot('bootloader', 0, 0xf4000, 48 * KB, 0x200),
      slot('system-part', 1, 0x28000, 0x8c000, 0x200),
      slot('system-part', 1, 0x30000, 0xa4000, 0x200),
      slot('user-part', 1, FORMER_USER_ADDRESS, 128 * KB, 0),
      slot('user-part', 2, USER_ADDRESS_256K, 256 * KB, 0),
      {
        ...slot('user-part', 2, EXTERNAL_FLASH + (isLarge ? 0x60_0000 : 0x20_0000), 256 * KB, 0),
        store: 'factory',
      },
      slot('radio-stack', 0, 0x1000, 0x26000, 0),
    ],
    externalFlashBytes: externalMegabytes * MB,
    // 4 MB parts moved it from 0x289000 in 6.2.0 (device-usb.md 6.6); where the host cannot see it, one place will do.
    updateSlot: { address: EXTERNAL_FLASH + (isLarge ? 0x68_9000 : 0x24_c000), sizeBytes: 1500 * KB },
    bootMs: { normal: 1000, dfu: 700 },
    radioVersion,
  };
}

function slot(
  moduleFunction: ModuleFunction,
  index: number,
  address: number,
  sizeBytes: number,
  prefixOffset: number,
): ModuleSlot {
  return { function: moduleFunction, index, address, sizeBytes, prefixOffset, store: 'main' };
}
