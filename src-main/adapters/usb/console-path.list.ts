import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../domain/failure.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { SerialPortInfo } from '../../protocol/serial-binding.ts';
import { createSysfsConsolePath } from './console-path.sysfs.ts';
import { type ConsolePath, consoleAborted } from './console-port.ts';

/** Where the serial port of a real unit is, in the way of this operating system. */
export function createConsolePath(): ConsolePath {
  if (process.platform === 'linux') return createSysfsConsolePath();
  return createListedConsolePath(async () => (await import('serialport')).SerialPort.list());
}

/**
 * The serial port of a unit on macOS and Windows, out of serialport's list: by location where it has one that can be compared,
 * else by USB serial number. UNVERIFIED on real hubs (device-usb.md 7.6, 11), and on Windows it goes by the serial number
 * alone; when two ports fit, none is chosen.
 */
export function createListedConsolePath(list: () => Promise<readonly SerialPortInfo[]>): ConsolePath {
  return async (unit, { timeoutMs, signal }) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (signal.aborted) throw consoleAborted(unit);
      const fitting = fittingPorts(await list(), unit);
      const [only, second] = fitting;
      if (only !== undefined && second === undefined) return only.path.replace('/dev/tty.', '/dev/cu.');
      if (Date.now() >= deadline) {
        throw new StationError(
          'usb/no-console',
          `${fitting.length} serial ports fit the unit on ${unit.portPath}; exactly one is needed.`,
        );
      }
      await sleep(LIST_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}

const LIST_MS = 250;

function fittingPorts(ports: readonly SerialPortInfo[], unit: UsbUnit): readonly SerialPortInfo[] {
  const ofKind = ports.filter(
    (port) =>
      Number.parseInt(port.vendorId ?? '', 16) === unit.vendorId &&
      Number.parseInt(port.productId ?? '', 16) === unit.productId,
  );
  const location = macLocation(unit.portPath);
  const byLocation = ofKind.filter((port) => location !== undefined && port.locationId?.toLowerCase() === location);
  if (byLocation.length > 0) return byLocation;
  return ofKind.filter((port) => port.serialNumber?.toLowerCase() === unit.usbSerial.toLowerCase());
}

/** macOS: eight hex digits, the bus in the top byte, then one digit per hub level (device-usb.md 7.6). */
function macLocation(portPath: string): string | undefined {
  const [bus, ports] = portPath.split('-');
  if (bus === undefined || ports === undefined || !/^\d+$/.test(bus)) return undefined;
  const levels = ports.split('.').map((port) => Number(port).toString(16));
  return (Number(bus).toString(16).padStart(2, '0') + levels.join('')).padEnd(8, '0').slice(0, 8);
}
