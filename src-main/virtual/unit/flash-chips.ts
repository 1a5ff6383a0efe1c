import type { FlashBank } from './flash-memory.ts';

export const KB = 1024;
export const MB = 1024 * KB;

/** External flash as the host addresses it in DFU mode, and as this model keeps it (device-usb.md 6.5). */
export const EXTERNAL_FLASH = 0x8000_0000;

/** STM32F2, 1 MB: 4 x 16 KB, 64 KB, 7 x 128 KB. Times from memory of the datasheet, UNVERIFIED (device-usb.md 6.7). */
export const STM32_FLASH: FlashBank = {
  base: 0x0800_0000,
  sizeBytes: MB,
  sectors: [
    { count: 4, sizeBytes: 16 * KB },
    { count: 1, sizeBytes: 64 * KB },
    { count: 7, sizeBytes: 128 * KB },
  ],
  eraseMs: (sectorBytes) => (sectorBytes === 16 * KB ? 250 : sectorBytes === 64 * KB ? 550 : 1000),
  programMsPerWord: 0.016,
};

/** nRF52840: 85 to 90 ms for a page, 41 microseconds for a word (device-usb.md 6.7). */
export const NRF_FLASH: FlashBank = {
  base: 0,
  sizeBytes: MB,
  sectors: [{ count: 256, sizeBytes: 4 * KB }],
  eraseMs: () => 87.5,
  programMsPerWord: 0.041,
};

/**
 * RTL872x: all of its 8 MB are one serial NOR chip. 40 to 60 ms for a sector, 1 to 3 ms for a page of 256 bytes, UNVERIFIED
 * (device-usb.md 6.7).
 */
export const RTL_FLASH: FlashBank = {
  base: 0x0800_0000,
  sizeBytes: 8 * MB,
  sectors: [{ count: 2048, sizeBytes: 4 * KB }],
  eraseMs: () => 50,
  programMsPerWord: 2 / 64,
};

/** Serial NOR flash; the sheet has figures only for the like chips of RTL872x units, UNVERIFIED. */
export function externalFlash(sizeBytes: number): FlashBank {
  return {
    base: EXTERNAL_FLASH,
    sizeBytes,
    sectors: [{ count: sizeBytes / (4 * KB), sizeBytes: 4 * KB }],
    eraseMs: () => 50,
    programMsPerWord: 0.016,
  };
}
