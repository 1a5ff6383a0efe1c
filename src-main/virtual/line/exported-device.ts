import type { ExportedDevice } from '../usbip/usbip-protocol.ts';
import type { HostedUnit } from './virtual-host.ts';

/** A unit of the line as the flash tool lists it; its bus id is its port path, which is dfu-util's `-p`. */
export function exportedDevice(unit: HostedUnit): ExportedDevice {
  const { device, configurationValue, interfaces } = unit.descriptors;
  const busNumber = Number.parseInt(unit.portPath, 10);
  return { ...device, busId: unit.portPath, busNumber, deviceNumber: unit.address, configurationValue, interfaces };
}
