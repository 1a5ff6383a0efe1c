import type { FaultSet } from './faults.ts';

/**
 * The iSerialNumber text of an enumeration: the device ID in the case of the firmware's era, or the constant of the first
 * Electrons (device-usb.md 2.1); faults override both.
 */
export function usbSerialText(
  deviceId: string,
  era: { readonly usbSerial: 'constant' | 'upper' | 'lower' },
  mode: 'normal' | 'dfu',
  faults: FaultSet,
): string {
  if (faults.has('constant-serial') || era.usbSerial === 'constant') {
    return mode === 'normal' ? '00000000050C' : '00000000010C';
  }
  return faults.has('upper-serial') || era.usbSerial === 'upper' ? deviceId.toUpperCase() : deviceId;
}
