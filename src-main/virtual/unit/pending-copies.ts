import { EXTERNAL_FLASH } from './flash-chips.ts';
import type { UnitSettings } from './unit-settings.ts';

/** A module that waits to be copied to its place by the bootloader at the next start. */
export type PendingCopy = {
  readonly source: number;
  readonly destination: number;
  /** Bytes at the source, with the CRC. */
  readonly length: number;
  /** Number of the module function; 0 is plain data without a header. */
  readonly functionNumber: number;
  readonly flags: number;
};

/** Flags of a pending copy: what the bootloader has to do with the module on the way. */
export const COPY_FLAG = { verify: 1 << 1, dropHeader: 1 << 4, compressed: 1 << 5 } as const;

/**
 * The list of pending copies in the settings area (the "flash modules" behind the server key, at 2852 by the offsets of
 * device-usb.md 6.6; five rows of 20 bytes, of which the first belongs to factory restore). It outlives a power cut, which is why
 * an interrupted installation goes on at the next start. Facts from Device OS 6.2.0 (dct.h, platform_flash_modules.h).
 */
export function pendingCopies(settings: UnitSettings): readonly (PendingCopy & { readonly row: number })[] {
  return ROWS.flatMap((row) => {
    const view = rowOf(settings, row);
    if (view.getUint16(0, true) !== PENDING) return [];
    const at = (device: number, address: number): number => address + (device === SERIAL_FLASH ? EXTERNAL_FLASH : 0);
    return [
      {
        row,
        source: at(view.getUint8(2), view.getUint32(4, true)),
        destination: at(view.getUint8(3), view.getUint32(8, true)),
        length: view.getUint32(12, true),
        flags: view.getUint8(16),
        functionNumber: view.getUint8(17),
      },
    ];
  });
}

/** Adds a copy to the list; false when all rows are taken. */
export function addPendingCopy(settings: UnitSettings, copy: PendingCopy): boolean {
  const taken = pendingCopies(settings).map(({ row }) => row);
  const row = ROWS.find((one) => !taken.includes(one));
  if (row === undefined) return false;
  const view = rowOf(settings, row);
  const isSerial = (address: number): boolean => address >= EXTERNAL_FLASH;
  const local = (address: number): number => (isSerial(address) ? address - EXTERNAL_FLASH : address);
  view.setUint16(0, PENDING, true);
  view.setUint8(2, isSerial(copy.source) ? SERIAL_FLASH : 0);
  view.setUint8(3, isSerial(copy.destination) ? SERIAL_FLASH : 0);
  view.setUint32(4, local(copy.source), true);
  view.setUint32(8, local(copy.destination), true);
  view.setUint32(12, copy.length, true);
  view.setUint8(16, copy.flags);
  view.setUint8(17, copy.functionNumber);
  return true;
}

/** Takes one copy off the list. */
export function forgetPendingCopy(settings: UnitSettings, row: number): void {
  rowOf(settings, row).setUint16(0, 0xffff, true);
}

const ROWS: readonly number[] = [1, 2, 3, 4];
const LIST_AT = 2852;
const ROW_BYTES = 20;
const PENDING = 0xabcd;
const SERIAL_FLASH = 1;

function rowOf(settings: UnitSettings, row: number): DataView {
  const { buffer, byteOffset } = settings.bytes;
  return new DataView(buffer, byteOffset + LIST_AT + row * ROW_BYTES, ROW_BYTES);
}
