import { access, readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../domain/failure.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import { type ConsolePath, consoleAborted } from './console-port.ts';

/**
 * The serial port of a unit on Linux, by its place in sysfs: the tty below the first CDC interface of the device on this port
 * (device-usb.md 7.6). The number in `/dev/ttyACM3` may change with every enumeration, so it is looked up every time. Waits for
 * the driver to bind and for udev to make the node.
 */
export function createSysfsConsolePath(options: { readonly sysfs?: string; readonly dev?: string } = {}): ConsolePath {
  const { sysfs = '/sys/bus/usb/devices', dev = '/dev' } = options;
  return async (unit, { timeoutMs, signal }) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (signal.aborted) throw consoleAborted(unit);
      const name = await ttyOf(sysfs, unit);
      const path = name === undefined ? undefined : `${dev}/${name}`;
      if (path !== undefined && (await exists(path))) return path;
      await requirePresent(sysfs, unit);
      if (Date.now() >= deadline) {
        throw new StationError('usb/no-console', `No serial port of the unit on ${unit.portPath} appeared.`, {
          evidence: { tty: name ?? null },
        });
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}

const LOOK_MS = 20;

/** The tty name of the lowest CDC interface; an application may have added a second one above it (device-usb.md 2.3). */
async function ttyOf(sysfs: string, unit: UsbUnit): Promise<string | undefined> {
  const device = `${sysfs}/${unit.portPath}`;
  const interfaces = (await entries(device))
    .map((entry) => /^.*:1\.(\d+)$/.exec(entry))
    .filter((match) => match !== null)
    .sort((one, other) => Number(one[1]) - Number(other[1]));
  for (const [directory] of interfaces) {
    const name = (await entries(`${device}/${directory}/tty`)).find((entry) => /^tty\w+$/.test(entry));
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Another address on the port is another enumeration: the unit meant is gone. */
async function requirePresent(sysfs: string, unit: UsbUnit): Promise<void> {
  const address = await readFile(`${sysfs}/${unit.portPath}/devnum`, 'utf8').catch(() => undefined);
  if (address === undefined || Number(address) !== unit.address) {
    throw new StationError('unit/unplugged', `The unit left ${unit.portPath} before its serial port opened.`);
  }
}

async function entries(directory: string): Promise<readonly string[]> {
  return await readdir(directory).catch(() => []);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
