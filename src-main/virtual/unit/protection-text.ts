import type { FaultSet } from './faults.ts';

/**
 * The text of the vendor string 0xFA: open or protected, and four NUL characters, because the firmware sends its whole buffer
 * (device-usb.md 2.6). Service mode is not modelled.
 */
export function protectionText(faults: FaultSet): string {
  return `sm=${faults.has('protected') ? 'p' : 'o'}\0\0\0\0`;
}
