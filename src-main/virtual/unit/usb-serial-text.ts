import type { FaultSet } from './faults.ts';
import { hasHighSpeedCore, type UnitPlatform } from './unit-platforms.ts';

/**
 * The iSerialNumber text of an enumeration: the device ID in the case of the firmware's era, or the constant of the first
 * Gen 2 units, which tells nothing but their USB core (device-usb.md 2.1); faults override both.
 */
export function usbSerialText(
  platform: UnitPlatform,
  deviceId: string,
  era: { readonly usbSerial: 'constant' | 'upper' | 'lower' },
  mode: 'normal' | 'dfu',
  faults: FaultSet,
): string {
  if (faults.has('constant-serial') || era.usbSerial === 'constant') {
    return `00000000${mode === 'normal' ? '05' : '01'}0${hasHighSpeedCore(platform) ? 'B' : 'C'}`;
  }
  return faults.has('upper-serial') || era.usbSerial === 'upper' ? deviceId.toUpperCase() : deviceId;
}
