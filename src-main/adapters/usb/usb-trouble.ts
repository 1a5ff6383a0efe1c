import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { failure } from '../../domain/failure.ts';
import type { BusEvent, UsbUnit } from '../../ports/usb-bus.ts';
import { formatUsbId } from '../../protocol/usb-ids.ts';
import type { DevicePlace } from './node-usb-device.ts';

/**
 * What the operator must be told of a device that has just arrived: its product ID is of no known platform, or this user may
 * not open its device node under `nodes` (Linux). Undefined when all is well.
 */
export async function troubleOf(
  place: DevicePlace,
  unit: UsbUnit | undefined,
  nodes: string | undefined,
): Promise<BusEvent | undefined> {
  const { portPath } = place;
  const id = formatUsbId(place.vendorId, place.productId);
  if (unit === undefined) {
    return {
      kind: 'trouble',
      portPath,
      failure: failure('unit/unknown-platform', `USB device ${id} on ${portPath} is of no known platform.`, {
        usbId: id,
      }),
    };
  }
  if (nodes === undefined) return undefined;
  const three = (number: number): string => String(number).padStart(3, '0');
  const node = `${nodes}/${three(Number(portPath.split('-')[0]))}/${three(place.address)}`;
  try {
    await access(node, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    const detail = `This user may not open ${node} (${id} on ${portPath}); the udev rule for Particle devices is missing.`;
    return { kind: 'trouble', portPath, failure: failure('usb/no-permission', detail, { node }) };
  }
}
