import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StationError } from '../../domain/failure.ts';

/** A full-speed port of Linux's virtual host controller. */
export type VhciPort = {
  /** The number that goes into the `attach` and `detach` files. */
  readonly port: number;
  /** Where a unit attached here appears: sysfs name, libusb path and dfu-util's `-p`. */
  readonly portPath: string;
  readonly isFree: boolean;
};

const PLATFORM_DEVICES = 'devices/platform';
/** `VDEV_ST_NULL` in the status file: nothing attached and nothing left over of the last one. */
const FREE = '004';

/**
 * The ports for full-speed units of all vhci_hcd controllers, from sysfs. A controller has two root hubs: only ports of the
 * high-speed one take full-speed units (usb-lab.md 5). Throws StationError `usb/unavailable` when the module is not loaded or this user may
 * not attach.
 */
export function readVhciPorts(sysRoot: string): readonly VhciPort[] {
  const main = join(sysRoot, PLATFORM_DEVICES, 'vhci_hcd.0');
  if (!existsSync(join(main, 'attach'))) {
    throw new StationError(
      'usb/unavailable',
      'the kernel module vhci-hcd is not loaded: run `modprobe vhci-hcd` as root (Linux only)',
    );
  }
  try {
    accessSync(join(main, 'attach'), constants.W_OK);
  } catch (cause) {
    throw new StationError('usb/unavailable', 'attaching virtual units to the kernel needs root', { cause });
  }
  return controllers(sysRoot).flatMap(({ number, busNumber }) => {
    // Only the first controller has status files, one for each controller.
    const status = readFileSync(join(main, number === 0 ? 'status' : `status.${number}`), 'latin1');
    return parseVhciStatus(status).map(({ port, isFree }, index) => ({
      port,
      isFree,
      portPath: `${busNumber}-${index + 1}`,
    }));
  });
}

/** The high-speed lines of a status file, e.g. `hs  0003 004 000 00000000 000000 0-0`: hub, port, state. */
export function parseVhciStatus(text: string): readonly { readonly port: number; readonly isFree: boolean }[] {
  const lines = text.matchAll(/^hs\s+(\d+)\s+(\d+)\s/gm);
  return [...lines].map(([, port = '', state]) => ({ port: Number.parseInt(port, 10), isFree: state === FREE }));
}

/** The file that takes `port fd devid speed`. */
export function vhciAttachFile(sysRoot: string): string {
  return join(sysRoot, PLATFORM_DEVICES, 'vhci_hcd.0', 'attach');
}

function controllers(sysRoot: string): { number: number; busNumber: number }[] {
  const folder = join(sysRoot, PLATFORM_DEVICES);
  const found: { number: number; busNumber: number }[] = [];
  for (const name of readdirSync(folder)) {
    const number = /^vhci_hcd\.(\d+)$/.exec(name)?.[1];
    if (number === undefined) continue;
    const busNumber = highSpeedBus(join(folder, name));
    if (busNumber !== undefined) found.push({ number: Number.parseInt(number, 10), busNumber });
  }
  return found.sort((one, other) => one.number - other.number);
}

function highSpeedBus(controller: string): number | undefined {
  for (const name of readdirSync(controller)) {
    const bus = /^usb(\d+)$/.exec(name)?.[1];
    if (bus === undefined) continue;
    if (readFileSync(join(controller, name, 'speed'), 'latin1').trim() === '480') return Number.parseInt(bus, 10);
  }
  return undefined;
}
