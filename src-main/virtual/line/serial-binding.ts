import type { BindingInterface, BindingPortInterface, OpenOptions, PortInfo } from '@serialport/bindings-interface';
import { type AcmTty, createAcmTty } from './acm-tty.ts';
import { findCdcInterface } from './cdc-interface.ts';
import { openSerialPort } from './serial-port.ts';
import type { HostedUnit, VirtualHost } from './virtual-host.ts';

/** Prefix of the serial paths of the in-process line; the port path follows. */
const PATH_PREFIX = 'virtual:';

/** The serial path of the unit on a port, as `list()` gives it and `open()` takes it. */
export function virtualSerialPath(portPath: string): string {
  return `${PATH_PREFIX}${portPath}`;
}

/**
 * A binding for `@serialport/stream` whose ports are the consoles of the units on an in-process line. It does what Linux's cdc_acm and
 * serialport's own binding do together (device-usb.md 2.3): errors, cancelled reads and disconnects look the same.
 */
export function createVirtualSerialBinding(host: VirtualHost): BindingInterface {
  // One tty per enumeration: the driver probes each new unit with 9600 8N1 and remembers the line coding until it leaves.
  const ttys = new WeakMap<HostedUnit, AcmTty>();
  const open = new Set<HostedUnit>();
  const probe = (unit: HostedUnit): void => {
    const cdc = findCdcInterface(unit.descriptors.configuration);
    if (cdc !== undefined) ttys.set(unit, createAcmTty(unit.usbFunction, cdc));
  };
  host.subscribe((event) => {
    if (event.kind === 'arrived') probe(event.unit);
  });
  for (const unit of host.present()) probe(unit);

  return {
    async list() {
      return host
        .present()
        .filter((unit) => ttys.has(unit))
        .map(portInfo);
    },
    async open(options: OpenOptions): Promise<BindingPortInterface> {
      checkOptions(options);
      const unit = host.present().find((one) => virtualSerialPath(one.portPath) === options.path);
      const tty = unit === undefined ? undefined : ttys.get(unit);
      if (unit === undefined || tty === undefined) {
        throw new Error(`Error: No such file or directory, cannot open ${options.path}`);
      }
      if (open.has(unit)) throw new Error('Error Resource temporarily unavailable Cannot lock port');
      open.add(unit);
      try {
        return await openSerialPort(tty, options, () => open.delete(unit));
      } catch (error) {
        open.delete(unit);
        throw error;
      }
    },
  };
}

function portInfo(unit: HostedUnit): PortInfo {
  const { vendorId, productId } = unit.descriptors.device;
  return {
    path: virtualSerialPath(unit.portPath),
    manufacturer: unit.manufacturer || undefined,
    serialNumber: unit.serial || undefined,
    pnpId: undefined,
    locationId: unit.portPath,
    vendorId: hex(vendorId),
    productId: hex(productId),
  };
}

function checkOptions(options: OpenOptions): void {
  if (typeof options.path !== 'string' || options.path === '') throw new TypeError('"path" is not a valid port');
  if (!Number.isInteger(options.baudRate) || options.baudRate <= 0) throw new TypeError('"baudRate" is not valid');
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
