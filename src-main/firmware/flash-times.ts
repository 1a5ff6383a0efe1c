import type { Mcu, Platform } from '../domain/platform.ts';
import { eraseUnitsOf } from './erase-units.ts';
import type { FirmwareModule } from './firmware-module.ts';
import type { PlannedWrite } from './planned-steps.ts';

/**
 * Expected times in milliseconds, from the figures of the chips (device-usb.md 6.7) and of a full-speed bus (up to 19 packets of 64
 * bytes in a frame). They are model figures: none was measured on a unit, those of STM32F2 and RTL872x are UNVERIFIED even for the
 * chip, and nothing here overlaps anything.
 */

/** Erasing and programming what a range holds, and bringing it over the wire. */
export function writeMs(platform: Platform, write: Pick<PlannedWrite, 'address' | 'bytes'>): number {
  return chipMs(platform, write.address, write.bytes.length) + blocks(write.bytes.length) * BLOCK_WRITE_MS;
}

/** Reading a range back over DFU: the wire alone. */
export function readMs(length: number): number {
  return blocks(length) * BLOCK_READ_MS;
}

/**
 * One module over control requests: 1 KB in each, kept in the unit's spare flash, then applied by the bootloader during the restart
 * that follows. A co-processor's firmware goes through the unit's own serial line, which takes longest (UNVERIFIED).
 */
export function updateMs(platform: Platform, module: FirmwareModule): number {
  const { length } = module.bytes;
  const kept = blocks(length) * (SPARE_ERASE_MS + (BLOCK_BYTES / 4) * SPARE_PROGRAM_MS_PER_WORD);
  return Math.ceil(length / CHUNK_BYTES) * CHUNK_MS + kept + applyMs(platform, module, kept) + restartMs(platform);
}

function applyMs(platform: Platform, module: FirmwareModule, keptMs: number): number {
  if (module.function === 'asset') return keptMs; // from one place of the spare flash to another
  if (module.function === 'ncp') return module.bytes.length * CO_PROCESSOR_MS_PER_BYTE;
  return chipMs(platform, module.startAddress, module.bytes.length);
}

function chipMs(platform: Platform, address: number, length: number): number {
  const { eraseMs, programMsPerWord } = CHIP[platform.mcu];
  const erased = eraseUnitsOf(platform, address, length).reduce((sum, { sizeBytes }) => sum + eraseMs(sizeBytes), 0);
  return erased + Math.ceil(length / 4) * programMsPerWord;
}

function blocks(length: number): number {
  return Math.ceil(length / BLOCK_BYTES);
}

/** Into DFU mode and out of it again: the unit waits a second before the one and half a second before the other. */
export function dfuVisitMs({ mcu }: Platform): number {
  return 1000 + BOOT_MS[mcu].dfu + 500 + BOOT_MS[mcu].normal;
}

/** A restart asked for in normal mode, from the answer until the unit shows again. */
export function restartMs({ mcu }: Platform): number {
  return 1000 + BOOT_MS[mcu].normal;
}

/** One small request and its answer. */
export const MARK_MS = 10;

const BLOCK_BYTES = 4096;
/** 64 packets of data; then address, erase and the questions how far it is, each a third of a frame. */
const BLOCK_WRITE_MS = 6;
const BLOCK_READ_MS = 3.7;

/** A request of the update channel is four transfers; the unit's own poll is not in it. */
const CHUNK_BYTES = 1024;
const CHUNK_MS = 3;
const SPARE_ERASE_MS = 50;
const SPARE_PROGRAM_MS_PER_WORD = 0.016;
/** 115200 baud, roughly (UNVERIFIED): 864 KB then take over a minute; the sheet says "minutes". */
const CO_PROCESSOR_MS_PER_BYTE = 0.09;

type Chip = { readonly eraseMs: (unitBytes: number) => number; readonly programMsPerWord: number };

const CHIP: Readonly<Record<Mcu, Chip>> = {
  stm32f2xx: {
    eraseMs: (bytes) => (bytes <= 0x4000 ? 250 : bytes <= 0x1_0000 ? 550 : 1000),
    programMsPerWord: 0.016,
  },
  nrf52840: { eraseMs: () => 87.5, programMsPerWord: 0.041 },
  rtl872x: { eraseMs: () => 50, programMsPerWord: 2 / 64 },
};

/** From reset until the host sees the unit: design values of device-usb.md 3.2, not measured on hardware. */
const BOOT_MS: Readonly<Record<Mcu, { readonly dfu: number; readonly normal: number }>> = {
  stm32f2xx: { dfu: 800, normal: 1200 },
  nrf52840: { dfu: 700, normal: 1000 },
  rtl872x: { dfu: 1300, normal: 1800 },
};
