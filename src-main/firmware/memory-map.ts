import type { ModuleFunction } from '../domain/module-report.ts';
import type { Platform } from '../domain/platform.ts';

/** The place of one module in a unit's flash. Addresses in bytes; `end` is exclusive and counts the 4 CRC bytes. */
export type FlashSlot = {
  readonly what: string;
  readonly function: ModuleFunction;
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Where in the file the prefix must stand, because the unit looks for it there (firmware-modules.md 1.2). */
  readonly prefixOffset: number;
  /** `end`: the module ends exactly at `end` and grows towards lower addresses (the RTL872x user part). */
  readonly anchor: 'start' | 'end';
  /** Over which way a station may write it: only `dfu` slots are ever written by a flash plan (firmware-modules.md 4.3). */
  readonly over: 'dfu' | 'control-request';
};

/** What of a platform decides its memory map. */
export type MappedPlatform = Pick<Platform, 'id' | 'mcu'>;

/**
 * Every slot a module of any Device OS release may occupy on this platform (firmware-modules.md 3.2 to 3.4). On nRF52 slots
 * of different releases overlap: 6.2.0 moved the system part down to 0x28000, 3.1 moved the user part down to 0xB4000.
 */
export function flashSlots(platform: MappedPlatform): readonly FlashSlot[] {
  switch (platform.mcu) {
    case 'stm32f2xx':
      return platform.id === ELECTRON ? ELECTRON_SLOTS : PHOTON_SLOTS;
    case 'nrf52840':
      return [
        NRF_BOOTLOADER,
        NRF_RADIO_STACK,
        NRF_SYSTEM,
        NRF_SYSTEM_BEFORE_6_2,
        NRF_SYSTEM_BEFORE_3_1,
        NRF_USER_256K,
        NRF_USER_128K,
      ];
    case 'rtl872x':
      return RTL_SLOTS;
  }
}

/**
 * The one slot this module belongs into, or undefined when the platform has none for this function and index.
 * `osVersion` is the module version of the Device OS: for a system part its own, for a user part the one it was built with.
 */
export function slotOf(
  platform: MappedPlatform,
  module: { readonly function: ModuleFunction; readonly index: number },
  osVersion: number,
): FlashSlot | undefined {
  const slots = flashSlots(platform).filter((slot) => slot.function === module.function && slot.index === module.index);
  if (platform.mcu !== 'nrf52840') return slots[0];
  if (module.function === 'system-part' && module.index === 1) return nrfSystemSlot(osVersion);
  if (module.function === 'user-part') {
    // The index follows the Device OS the application was built with: 128 KB slot before 3.1, 256 KB slot since.
    const slot = osVersion < NRF_FIRST_256K_USER ? NRF_USER_128K : NRF_USER_256K;
    return slot.index === module.index ? slot : undefined;
  }
  return slots[0];
}

/** The page whose content decides whether the former 128 KB user slot wins over the 256 KB one (firmware-modules.md 3.6). */
export const FORMER_USER_PAGE = { start: 0xd4000, sizeBytes: 4096 } as const;

/** The system parts that make one release on this platform, by index (firmware-modules.md 3.1). */
export function systemPartIndexes(platform: MappedPlatform): readonly number[] {
  if (platform.mcu !== 'stm32f2xx') return [1];
  return platform.id === ELECTRON ? [1, 2, 3] : [1, 2];
}

/** The system part a user part depends on: 4/2 on Gen 2, 4/1 elsewhere (firmware-modules.md 4.1). */
export function userDependencyIndex(platform: MappedPlatform): number {
  return platform.mcu === 'stm32f2xx' ? 2 : 1;
}

const ELECTRON = 10;

/** Module version from which nRF52 applications live in the 256 KB slot: 3.1.0-alpha.1. */
const NRF_FIRST_256K_USER = 3100;

/** Module version from which the nRF52 system part begins at 0x28000: 6.2.0. */
const NRF_FIRST_LOW_SYSTEM = 6200;

function nrfSystemSlot(osVersion: number): FlashSlot {
  if (osVersion >= NRF_FIRST_LOW_SYSTEM) return NRF_SYSTEM;
  return osVersion >= NRF_FIRST_256K_USER ? NRF_SYSTEM_BEFORE_6_2 : NRF_SYSTEM_BEFORE_3_1;
}

function slot(
  what: string,
  moduleFunction: ModuleFunction,
  index: number,
  range: readonly [start: number, end: number],
  prefixOffset: number,
  more: Partial<Pick<FlashSlot, 'over' | 'anchor'>> = {},
): FlashSlot {
  const [start, end] = range;
  return { what, function: moduleFunction, index, start, end, prefixOffset, anchor: 'start', over: 'dfu', ...more };
}

const BY_REQUEST = { over: 'control-request' } as const;

const GEN2_BOOTLOADER = slot('bootloader', 'bootloader', 0, [0x0800_0000, 0x0800_4000], 0x184, BY_REQUEST);

const ELECTRON_SLOTS: readonly FlashSlot[] = [
  GEN2_BOOTLOADER,
  slot('system part 1', 'system-part', 1, [0x0802_0000, 0x0804_0000], 0x184),
  slot('system part 2', 'system-part', 2, [0x0804_0000, 0x0806_0000], 0x184),
  slot('system part 3', 'system-part', 3, [0x0806_0000, 0x0808_0000], 0),
  slot('application', 'user-part', 1, [0x0808_0000, 0x080a_0000], 0),
];

const PHOTON_SLOTS: readonly FlashSlot[] = [
  GEN2_BOOTLOADER,
  slot('system part 1', 'system-part', 1, [0x0802_0000, 0x0806_0000], 0x184),
  slot('system part 2', 'system-part', 2, [0x0806_0000, 0x080a_0000], 0x184),
  slot('application', 'user-part', 1, [0x080a_0000, 0x080c_0000], 0),
];

const NRF_BOOTLOADER = slot('bootloader', 'bootloader', 0, [0xf4000, 0x10_0000], 0x200, BY_REQUEST);
const NRF_RADIO_STACK = slot('radio stack', 'radio-stack', 0, [0x1000, 0x27000], 0);
const NRF_SYSTEM = slot('system part', 'system-part', 1, [0x28000, 0xb4000], 0x200);
const NRF_SYSTEM_BEFORE_6_2 = slot('system part', 'system-part', 1, [0x30000, 0xb4000], 0x200);
const NRF_SYSTEM_BEFORE_3_1 = slot('system part', 'system-part', 1, [0x30000, 0xd4000], 0x200);
const NRF_USER_256K = slot('application', 'user-part', 2, [0xb4000, 0xf4000], 0);
const NRF_USER_128K = slot('application (128 KB slot)', 'user-part', 1, [FORMER_USER_PAGE.start, 0xf4000], 0);

const RTL_SLOTS: readonly FlashSlot[] = [
  // The prefix offset of prebootloader-mbr is UNVERIFIED; no line may flash that module.
  slot('prebootloader-mbr', 'bootloader', 1, [0x0800_0000, 0x0800_2000], 0, BY_REQUEST),
  slot('bootloader', 'bootloader', 0, [0x0800_4000, 0x0801_4000], 0x20, BY_REQUEST),
  slot('prebootloader-part1', 'bootloader', 2, [0x0801_4000, 0x0805_e000], 0, BY_REQUEST),
  slot('system part', 'system-part', 1, [0x0806_0000, 0x081e_0000], 0),
  slot('application', 'user-part', 1, [0x0848_0000, 0x0860_0000], 0, { anchor: 'end' }),
];
