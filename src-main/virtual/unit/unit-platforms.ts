import type { ModuleFunction } from '../../domain/module-report.ts';
import { type Platform, type PlatformName, platformByName } from '../../domain/platform.ts';
import { EXTERNAL_FLASH, externalFlash, KB, MB, NRF_FLASH, RTL_FLASH, STM32_FLASH } from './flash-chips.ts';
import type { FlashBank } from './flash-memory.ts';

/** What units of one kind of chip have in common: descriptors, DFU machine, boot rules. */
export type UnitFamily = 'stm32' | 'nrf' | 'rtl';

/** Where a unit's firmware looks for a module. */
export type ModuleSlot = {
  readonly function: ModuleFunction;
  readonly index: number;
  /** Where the module begins; with `isEndFixed` the lowest address it may begin at. */
  readonly address: number;
  readonly sizeBytes: number;
  /** The module ends where the slot does and names its own start there: the RTL872x user part (dynamic-location.ts). */
  readonly isEndFixed?: boolean;
  /** Where the prefix stands behind the address (firmware-modules.md 1.2). */
  readonly prefixOffset: number;
  readonly store: 'main' | 'factory';
};

/** Everything in which units of one platform differ from those of another. */
export type UnitPlatform = {
  readonly platform: Platform;
  readonly family: UnitFamily;
  /** The name in USB strings, and its spelling before Device OS 5.8 (device-usb.md 2.2). */
  readonly usbName: { readonly current: string; readonly before58: string };
  readonly banks: readonly FlashBank[];
  /** In the order of the module list (device-usb.md 4.5). */
  readonly slots: readonly ModuleSlot[];
  readonly externalFlashBytes: number;
  /** Where an update over control requests is stored before it is applied; where it floats, see update-slot.ts. */
  readonly updateSlot: { readonly address: number; readonly sizeBytes: number };
  /** Where assets are kept, and the largest module an asset may come in (firmware-modules.md 3.7); Gen 2 has none. */
  readonly assetArea?: { readonly address: number; readonly sizeBytes: number; readonly largestBytes: number };
  /** The ESP32 beside the main processor, where Device OS can update it: its own firmware version from the factory. */
  readonly coProcessorVersion?: number;
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
  photon('photon', 'Photon'),
  photon('p1', 'P1'),
  electron(),
  { ...nrf('argon', { current: 'Argon', before58: 'Argon' }, 4, ''), coProcessorVersion: 5 },
  nrf('boron', { current: 'Boron', before58: 'Boron' }, 4, 'L0.0.00.00.05.06,A.02.00'),
  nrf('bsom', { current: 'B-SoM', before58: 'B SoM' }, 4, 'L0.0.00.00.05.06,A.02.00'),
  nrf('b5som', { current: 'B5-SoM', before58: 'B5 SoM' }, 8, 'EG91NAXGAR07A03M1G'),
  nrf('esomx', { current: 'E-SoM-X', before58: 'E SoM X' }, 8, 'L0.0.00.00.05.12,A.02.16'),
  rtl('p2', { current: 'P2', before58: 'P2' }, ''),
  rtl('msom', { current: 'M-SoM', before58: 'Mseries' }, 'BG95M5LAR02A04'),
  rtl('trackerm', { current: 'TrackerM', before58: 'TrackerM' }, 'BG95M5LAR02A04'),
  { ...nrf('tracker', { current: 'Tracker', before58: 'Tracker' }, 8, 'BG96MAR02A07M1G'), coProcessorVersion: 7 },
];

/** The Photon alone has the STM32's other USB core, run at full speed all the same (device-usb.md 2). */
export function hasHighSpeedCore({ platform }: UnitPlatform): boolean {
  return platform.name === 'photon';
}

/** The row of a platform; undefined for one that cannot be virtual yet. */
export function unitPlatform(name: PlatformName): UnitPlatform | undefined {
  return UNIT_PLATFORMS.find((one) => one.platform.name === name);
}

/** Photon and P1 differ in the USB core and in the serial flash of the P1 (device-usb.md 2.3, 2.5). */
function photon(name: 'photon' | 'p1', usbName: string): UnitPlatform {
  const externalFlashBytes = name === 'p1' ? MB : 0;
  return {
    platform: platformByName(name),
    family: 'stm32',
    usbName: { current: usbName, before58: usbName },
    banks: externalFlashBytes === 0 ? [STM32_FLASH] : [STM32_FLASH, externalFlash(externalFlashBytes)],
    slots: [
      slot('bootloader', 0, 0x0800_0000, 16 * KB, 0x184),
      slot('system-part', 1, 0x0802_0000, 256 * KB, 0x184),
      slot('system-part', 2, 0x0806_0000, 256 * KB, 0x184),
      slot('user-part', 1, 0x080a_0000, 128 * KB, 0),
      { ...slot('user-part', 1, 0x080e_0000, 128 * KB, 0), store: 'factory' },
    ],
    externalFlashBytes,
    // Its end is the factory copy: an update larger than 128 KB takes that along (device-usb.md 6.6).
    updateSlot: { address: 0x080c_0000, sizeBytes: 256 * KB },
    bootMs: { normal: 1200, dfu: 800 },
    radioVersion: '',
  };
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
    // On 4 MB parts the last 288 blocks, which an update above 592 KB overwrites.
    assetArea: isLarge
      ? { address: EXTERNAL_FLASH + 0x40_0000, sizeBytes: 512 * 4 * KB, largestBytes: 1_572_864 }
      : { address: EXTERNAL_FLASH + 0x2e_0000, sizeBytes: 288 * 4 * KB, largestBytes: 606_208 },
    bootMs: { normal: 1000, dfu: 700 },
    radioVersion,
  };
}

/** RTL872x: one SPI flash holds everything (device-usb.md 6.6, firmware-modules.md 3.4). */
function rtl(name: PlatformName, usbName: UnitPlatform['usbName'], radioVersion: string): UnitPlatform {
  return {
    platform: platformByName(name),
    family: 'rtl',
    usbName,
    banks: [RTL_FLASH],
    slots: [
      slot('bootloader', 0, 0x0800_4000, 64 * KB, 0x20),
      slot('bootloader', 1, 0x0800_0000, 8 * KB, 0),
      slot('bootloader', 2, 0x0801_4000, 0x4a000, 0),
      slot('system-part', 1, 0x0806_0000, 0x18_0000, 0),
      { ...slot('user-part', 1, 0x0848_0000, 0x18_0000, 0), isEndFixed: true },
    ],
    externalFlashBytes: 0,
    updateSlot: { address: 0x0830_0000, sizeBytes: 0x18_0000 },
    assetArea: { address: 0x081e_0000, sizeBytes: 288 * 4 * KB, largestBytes: 1_179_648 },
    bootMs: { normal: 1800, dfu: 1300 },
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
