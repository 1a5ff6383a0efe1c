import { readFile } from 'node:fs/promises';
import { platformByUsb } from '../../domain/platform.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';

/**
 * The part of the `usb` package's device that the station uses. Its fields are getters of a native object: reading some of
 * them opens the device, and none of them survives JSON (workbench.md D), so they are copied out at once.
 */
export type NodeUsbDevice = {
  readonly vendorId: number;
  readonly productId: number;
  readonly bus: string;
  readonly address: number;
  readonly ports: readonly number[];
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  selectAlternateInterface(interfaceNumber: number, alternate: number): Promise<void>;
  controlTransferIn(
    setup: NodeUsbSetup,
    length: number,
    timeoutMs: number,
  ): Promise<{ readonly data?: DataView | undefined; readonly status?: string | undefined }>;
  controlTransferOut(
    setup: NodeUsbSetup,
    data: Uint8Array<ArrayBuffer>,
    timeoutMs: number,
  ): Promise<{ readonly status?: string | undefined }>;
};

export type NodeUsbSetup = {
  readonly requestType: 'standard' | 'class' | 'vendor';
  readonly recipient: 'device' | 'interface' | 'endpoint' | 'other';
  readonly request: number;
  readonly value: number;
  readonly index: number;
};

/** Where a device sits and which enumeration it is; reading these never opens it. */
export type DevicePlace = {
  readonly portPath: string;
  readonly address: number;
  readonly vendorId: number;
  readonly productId: number;
};

/** Copies the place out of a native device. The port path is the sysfs name (workbench.md D). */
export function placeOf(device: NodeUsbDevice): DevicePlace {
  const bus = /^\d+$/.test(device.bus) ? String(Number(device.bus)) : device.bus;
  return {
    portPath: `${bus}-${[...device.ports].join('.')}`,
    address: device.address,
    vendorId: device.vendorId,
    productId: device.productId,
  };
}

/**
 * The unit at a place, or undefined when its product ID is not a known platform. On Linux the strings come from sysfs, where
 * the kernel put them when it enumerated the device: opening a device to read them would disturb one that is busy erasing.
 */
export async function describeUnit(
  device: NodeUsbDevice,
  place: DevicePlace,
  sysfs: string | undefined,
): Promise<UsbUnit | undefined> {
  const known = platformByUsb(place.vendorId, place.productId);
  if (known === undefined) return undefined;
  const strings =
    sysfs === undefined
      ? { serial: getterText(() => device.serialNumber), product: getterText(() => device.productName) }
      : await sysfsStrings(sysfs, place.portPath);
  return { ...place, mode: known.mode, platform: known.platform, usbSerial: strings.serial, product: strings.product };
}

const MAX_STRING = 126;

async function sysfsStrings(sysfs: string, portPath: string): Promise<{ serial: string; product: string }> {
  const read = async (name: string): Promise<string> => {
    try {
      return (await readFile(`${sysfs}/${portPath}/${name}`, 'utf8')).replace(/\n$/, '').slice(0, MAX_STRING);
    } catch {
      return '';
    }
  };
  const [serial, product] = await Promise.all([read('serial'), read('product')]);
  return { serial, product };
}

function getterText(read: () => string | null | undefined): string {
  try {
    return (read() ?? '').slice(0, MAX_STRING);
  } catch {
    return '';
  }
}
