import { ok, type Result, refuse } from '../domain/failure.ts';
import { FORMER_USER_PAGE, flashSlots, type MappedPlatform } from './memory-map.ts';

/**
 * The last word before a DFU write: allowed is exactly one radio stack, system part or application in its place, or the one
 * page of the former user slot. Everything else is refused with `plan/range-refused`, because on nRF52 and RTL872x the unit
 * itself lets a host overwrite its boot record and bootloader and is dead afterwards (firmware-modules.md 3.5). `length` is
 * what goes over the wire, in bytes; other alternate settings than 0 (configuration, external flash) are never written.
 */
export function guardWrite(platform: MappedPlatform, alt: number, address: number, length: number): Result<null> {
  const end = address + length;
  const wellFormed = [alt, address, length].every((value) => Number.isSafeInteger(value) && value >= 0) && length > 0;
  if (wellFormed && alt === 0 && isAllowed(platform, address, end)) return ok(null);
  const range = `0x${address.toString(16)} to 0x${end.toString(16)} of alternate setting ${alt}`;
  const detail = `Nothing may be written from ${range}: on platform ${platform.id} that is not the place of a module.`;
  return refuse('plan/range-refused', detail, { alt, address, length });
}

function isAllowed(platform: MappedPlatform, address: number, end: number): boolean {
  const { start, sizeBytes } = FORMER_USER_PAGE;
  if (platform.mcu === 'nrf52840' && address === start && end === start + sizeBytes) return true;
  return flashSlots(platform).some((slot) => {
    if (slot.over !== 'dfu') return false;
    return slot.anchor === 'start'
      ? address === slot.start && end <= slot.end
      : end === slot.end && address >= slot.start;
  });
}
