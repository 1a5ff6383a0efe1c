import type { MappedPlatform } from './memory-map.ts';

/** The smallest piece of flash that can be erased: a page of nRF52, a sector of the others. Addresses in bytes. */
export type EraseUnit = { readonly address: number; readonly sizeBytes: number };

/**
 * The erase units of internal flash that a range touches, in order: 4 KB on nRF52 and RTL872x, the unequal sectors of STM32F2
 * (device-usb.md 6.5). What lies outside an STM32F2's flash has none. Pure.
 */
export function eraseUnitsOf(
  platform: Pick<MappedPlatform, 'mcu'>,
  address: number,
  length: number,
): readonly EraseUnit[] {
  const end = address + length;
  if (platform.mcu === 'stm32f2xx') {
    return STM32_SECTORS.filter((sector) => sector.address < end && sector.address + sector.sizeBytes > address);
  }
  const units: EraseUnit[] = [];
  for (let at = address - (address % PAGE_BYTES); at < end; at += PAGE_BYTES) {
    units.push({ address: at, sizeBytes: PAGE_BYTES });
  }
  return units;
}

/** Whether an erase unit begins (or the flash ends) at this address. */
export function isEraseBoundary(platform: Pick<MappedPlatform, 'mcu'>, address: number): boolean {
  if (platform.mcu !== 'stm32f2xx') return address % PAGE_BYTES === 0;
  return STM32_SECTORS.some((sector) => sector.address === address || sector.address + sector.sizeBytes === address);
}

const PAGE_BYTES = 4096;

/** 4 of 16 KB, one of 64 KB, 7 of 128 KB. */
const STM32_SECTORS: readonly EraseUnit[] = [
  ...[0, 1, 2, 3].map((place) => ({ address: 0x0800_0000 + place * 0x4000, sizeBytes: 0x4000 })),
  { address: 0x0801_0000, sizeBytes: 0x1_0000 },
  ...[1, 2, 3, 4, 5, 6, 7].map((place) => ({ address: 0x0800_0000 + place * 0x2_0000, sizeBytes: 0x2_0000 })),
];
