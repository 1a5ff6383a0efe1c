import { ok, type Result, refuse } from '../domain/failure.ts';
import { isEraseBoundary } from './erase-units.ts';
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

/**
 * The last word before a part of a write: the write itself is allowed, and the part lies in it and begins and ends on the edge of an
 * erase unit, or where the write itself does, so that erasing it takes nothing that is not written again. Refused with
 * `plan/range-refused` like a whole write.
 */
export function guardPart(
  platform: MappedPlatform,
  write: { readonly alt: number; readonly address: number; readonly bytes: Uint8Array },
  address: number,
  length: number,
): Result<null> {
  const whole = guardWrite(platform, write.alt, write.address, write.bytes.length);
  if (!whole.ok) return whole;
  const writeEnd = write.address + write.bytes.length;
  const end = address + length;
  const wellFormed = [address, length].every(Number.isSafeInteger) && length > 0;
  const isEdge = (at: number): boolean => at === write.address || at === writeEnd || isEraseBoundary(platform, at);
  if (wellFormed && address >= write.address && end <= writeEnd && isEdge(address) && isEdge(end)) return ok(null);
  const detail = `0x${address.toString(16)} to 0x${end.toString(16)} is no part, by whole erase units, of the write from 0x${write.address.toString(16)} to 0x${writeEnd.toString(16)}.`;
  return refuse('plan/range-refused', detail, { address, length });
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
