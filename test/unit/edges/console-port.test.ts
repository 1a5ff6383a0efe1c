import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createListedConsolePath } from '../../../src-main/adapters/usb/console-path.list.ts';
import { createSysfsConsolePath } from '../../../src-main/adapters/usb/console-path.sysfs.ts';
import { createUnitConsole } from '../../../src-main/adapters/usb/unit-console.serialport.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { SerialBinding, SerialBindingPort } from '../../../src-main/protocol/serial-binding.ts';

const unit: UsbUnit = {
  portPath: '1-1.3',
  mode: 'normal',
  platform: platformByName('boron'),
  vendorId: 0x2b04,
  productId: 0xc00d,
  usbSerial: 'e00fce680000000000000001',
  product: 'Boron CDC Mode',
  address: 7,
};
const { signal } = new AbortController();

describe('the console over a port that makes difficulties', () => {
  it('opens a port that is busy and forbidden at first', async () => {
    const binding = scriptedBinding([
      new Error('Error Resource temporarily unavailable Cannot lock port'),
      new Error('Error: Permission denied, cannot open /dev/ttyACM0'),
    ]);
    await consoleOver(binding).touch(unit, 14400, { timeoutMs: 10_000, signal });
    expect(binding.calls).toEqual(['open 9600', 'open 9600', 'open 9600', 'update 14400', 'update 9600', 'close']);
  });

  it('says in the end which of the two it was', async () => {
    const busy = consoleOver(scriptedBinding(Array(99).fill(new Error('EBUSY: resource busy'))));
    await expect(busy.touch(unit, 14400, { timeoutMs: 250, signal })).rejects.toMatchObject({ code: 'usb/no-console' });
    const denied = consoleOver(scriptedBinding(Array(99).fill(new Error('Error: Permission denied, cannot open'))));
    await expect(denied.touch(unit, 14400, { timeoutMs: 250, signal })).rejects.toMatchObject({
      code: 'usb/no-permission',
    });
  });

  it('takes a unit that vanishes under the touch for the effect of the touch', async () => {
    const binding = scriptedBinding([], { update: new Error('EIO: input/output error') });
    await consoleOver(binding).touch(unit, 14400, { timeoutMs: 5000, signal });
    expect(binding.calls).toEqual(['open 9600', 'update 14400', 'close']);
  });

  it('does not go on when it is aborted while the port is busy', async () => {
    const abort = new AbortController();
    const binding = scriptedBinding(Array(99).fill(new Error('EBUSY')), { onOpen: () => abort.abort() });
    const touched = consoleOver(binding).touch(unit, 14400, { timeoutMs: 60_000, signal: abort.signal });
    await expect(touched).rejects.toMatchObject({ code: 'run/aborted' });
    expect(binding.calls).toEqual(['open 9600']);
  });
});

describe('the console path on Linux', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'console-path-'));
    await mkdir(join(folder, 'dev'));
  });
  afterEach(async () => await rm(folder, { recursive: true }));

  const device = async (devnum: number, ttys: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, tty] of Object.entries(ttys)) {
      await mkdir(join(folder, 'sys/1-1.3', name, 'tty', tty), { recursive: true });
    }
    await mkdir(join(folder, 'sys/1-1.3'), { recursive: true });
    await writeFile(join(folder, 'sys/1-1.3/devnum'), `${devnum}\n`);
  };
  const find = (timeoutMs: number): Promise<string> =>
    createSysfsConsolePath({ sysfs: join(folder, 'sys'), dev: join(folder, 'dev') })(unit, { timeoutMs, signal });

  it('is the tty of the first CDC interface, once udev has made its node', async () => {
    await device(7, { '1-1.3:1.3': 'ttyACM0', '1-1.3:1.1': 'ttyACM12' });
    const found = find(10_000);
    await writeFile(join(folder, 'dev/ttyACM0'), '');
    await writeFile(join(folder, 'dev/ttyACM12'), '');
    expect(await found).toBe(join(folder, 'dev/ttyACM12'));
  });

  it('is missing when no driver binds in time', async () => {
    await device(7, {});
    await expect(find(30)).rejects.toMatchObject({ code: 'usb/no-console' });
  });

  it('is not that of the next enumeration on the same port', async () => {
    await device(8, {});
    await expect(find(10_000)).rejects.toMatchObject({ code: 'unit/unplugged' });
    await rm(join(folder, 'sys'), { recursive: true });
    await expect(find(10_000)).rejects.toMatchObject({ code: 'unit/unplugged' });
  });
});

describe('the console path on macOS and Windows', () => {
  const port = { manufacturer: 'Particle', pnpId: undefined, vendorId: '2B04', productId: 'C00D' };
  const find = (ports: readonly { path: string; locationId?: string; serialNumber?: string }[]): Promise<string> => {
    const list = ports.map((one) => ({ ...port, locationId: undefined, serialNumber: undefined, ...one }));
    return createListedConsolePath(async () => list)(unit, { timeoutMs: 1, signal });
  };

  it('goes by the location before the serial, and takes the callout device', async () => {
    const there = { path: '/dev/tty.usbmodem1', locationId: '01130000', serialNumber: 'other' };
    const elsewhere = { path: '/dev/tty.usbmodem2', locationId: '01120000', serialNumber: unit.usbSerial };
    expect(await find([elsewhere, there])).toBe('/dev/cu.usbmodem1');
  });

  it('goes by the serial where there is no location, and chooses none of two', async () => {
    const fits = { path: 'COM3', serialNumber: unit.usbSerial.toUpperCase() };
    expect(await find([{ path: 'COM4', serialNumber: 'other' }, fits])).toBe('COM3');
    await expect(find([fits, { ...fits, path: 'COM5' }])).rejects.toMatchObject({ code: 'usb/no-console' });
  });
});

function consoleOver(binding: SerialBinding) {
  return createUnitConsole({ binding, consolePath: async () => '/dev/ttyACM0', settleMs: 0 });
}

/** A binding whose first opens fail as given, and whose port notes what is done to it. */
function scriptedBinding(
  openErrors: readonly Error[],
  script: { readonly update?: Error; readonly onOpen?: () => void } = {},
): SerialBinding & { readonly calls: readonly string[] } {
  const calls: string[] = [];
  let opened = 0;
  return {
    calls,
    list: async () => [],
    async open(options) {
      calls.push(`open ${options.baudRate}`);
      script.onOpen?.();
      const error = openErrors[opened];
      opened += 1;
      if (error !== undefined) throw error;
      return scriptedPort(calls, script.update, options);
    },
  };
}

function scriptedPort(
  calls: string[],
  updateError: Error | undefined,
  options: { readonly path: string; readonly baudRate: number },
): SerialBindingPort {
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => undefined);
  const port = {
    isOpen: true,
    openOptions: {
      dataBits: 8,
      lock: true,
      stopBits: 1,
      parity: 'none',
      rtscts: false,
      xon: false,
      xoff: false,
      xany: false,
      hupcl: true,
      ...options,
    } as const,
    async close() {
      calls.push('close');
      port.isOpen = false;
      closed.reject(Object.assign(new Error('closed'), { canceled: true }));
    },
    read: () => closed.promise,
    async write() {},
    async update({ baudRate }: { readonly baudRate: number }) {
      calls.push(`update ${baudRate}`);
      if (updateError !== undefined) throw updateError;
    },
    async set() {},
    get: async () => ({ cts: true, dsr: true, dcd: true }),
    getBaudRate: async () => ({ baudRate: 9600 }),
    async flush() {},
    async drain() {},
  };
  return port;
}
