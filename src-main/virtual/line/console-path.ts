import { StationError } from '../../domain/failure.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import { findCdcInterface } from './cdc-interface.ts';
import { virtualSerialPath } from './serial-binding.ts';
import type { VirtualHost } from './virtual-host.ts';

/**
 * The serial path of a unit's console on an in-process line, to be opened with the line's binding; the counterpart of the sysfs look-up
 * on Linux. Rejects with `usb/no-console` when this enumeration is gone or has no console (DFU mode).
 */
export function createConsolePath(host: VirtualHost): (unit: UsbUnit) => Promise<string> {
  return async (unit) => {
    const hosted = host.present().find((one) => one.portPath === unit.portPath && one.address === unit.address);
    if (hosted === undefined || findCdcInterface(hosted.descriptors.configuration) === undefined) {
      const why = hosted === undefined ? 'it is gone' : 'it has no serial port in this mode';
      throw new StationError('usb/no-console', `no console of the unit on port ${unit.portPath}: ${why}`);
    }
    return virtualSerialPath(hosted.portPath);
  };
}
