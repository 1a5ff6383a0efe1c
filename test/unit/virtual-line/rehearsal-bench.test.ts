import { chmod, mkdir, mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRehearsalBench } from '../../../src-main/virtual/line/rehearsal-bench.ts';
import type { PluggableUnit } from '../../../src-main/virtual/line/virtual-line.ts';
import type { UsbSocket } from '../../../src-main/virtual/unit/usb-function.ts';
import { parseVhciStatus, readVhciPorts } from '../../../src-main/virtual/usbip/vhci-ports.ts';
import { createSmallUnit, type SmallUnit } from './small-unit.ts';

const STATUS = `hub port sta spd dev      sockfd local_busid
hs  0000 006 002 00010002 000003 1-1
hs  0001 004 000 00000000 000000 0-0
hs  0002 004 000 00000000 000000 0-0
ss  0003 004 000 00000000 000000 0-0
ss  0004 004 000 00000000 000000 0-0
`;
const SECOND_STATUS = `hub port sta spd dev      sockfd local_busid
hs  0006 004 000 00000000 000000 0-0
hs  0007 004 000 00000000 000000 0-0
`;

let sysRoot: string;

beforeEach(async () => {
  sysRoot = await mkdtemp(join(tmpdir(), 'linewright-sys-'));
});
afterEach(() => rm(sysRoot, { recursive: true, force: true }));

/** The files of two controllers, buses 3 and 4 (super speed) and 5, as Linux shows them. */
async function writeSysfs(): Promise<string> {
  const main = join(sysRoot, 'devices/platform/vhci_hcd.0');
  const second = join(sysRoot, 'devices/platform/vhci_hcd.1');
  for (const [folder, speed] of [
    [join(main, 'usb3'), '480'],
    [join(main, 'usb4'), '5000'],
    [join(second, 'usb5'), '480'],
  ] as const) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'speed'), `${speed}\n`);
  }
  await writeFile(join(main, 'status'), STATUS);
  await writeFile(join(main, 'status.1'), SECOND_STATUS);
  await writeFile(join(main, 'attach'), '');
  return join(main, 'attach');
}

/** What is written to the attach file from now on, one line for each enumeration. */
async function* attachLines(path: string, stop: AbortSignal): AsyncGenerator<string> {
  let last = '';
  const changes = watch(path, { signal: stop });
  for await (const _change of changes) {
    const line = await readFile(path, 'latin1');
    if (line !== '' && line !== last) yield line;
    last = line;
  }
}

/** A unit whose enumerations the test makes itself. */
function hand(): PluggableUnit & { socket: UsbSocket | undefined; enumerate(): SmallUnit } {
  return {
    socket: undefined,
    plugInto(socket) {
      this.socket = socket;
    },
    unplug() {
      this.socket?.detached();
    },
    enumerate() {
      const unit = createSmallUnit();
      this.socket?.attached(unit);
      return unit;
    },
  };
}

test('only the high-speed ports take full-speed units, and the port path counts within its own bus', async () => {
  await writeSysfs();
  expect(readVhciPorts(sysRoot)).toEqual([
    { port: 0, portPath: '3-1', isFree: false },
    { port: 1, portPath: '3-2', isFree: true },
    { port: 2, portPath: '3-3', isFree: true },
    { port: 6, portPath: '5-1', isFree: true },
    { port: 7, portPath: '5-2', isFree: true },
  ]);
  expect(parseVhciStatus('nonsense')).toEqual([]);
});

test('without the kernel module the bench says so', async () => {
  await expect(createRehearsalBench({ units: [], sysRoot })).rejects.toMatchObject({
    code: 'usb/unavailable',
    message: expect.stringContaining('modprobe vhci-hcd'),
  });
});

test.skipIf(process.getuid?.() === 0)(
  'without the right to attach the bench says so (as root there is no such case)',
  async () => {
    await chmod(await writeSysfs(), 0o444);
    await expect(createRehearsalBench({ units: [], sysRoot })).rejects.toMatchObject({ code: 'usb/unavailable' });
  },
);

test('more units than free ports are refused', async () => {
  await writeSysfs();
  await expect(
    createRehearsalBench({ units: [hand(), hand(), hand(), hand(), hand()], sysRoot }),
  ).rejects.toMatchObject({
    code: 'usb/unavailable',
    message: expect.stringContaining('4 free ports'),
  });
});

test('each enumeration is handed to the kernel on the same port, at full speed, with another device number', async () => {
  const attach = await writeSysfs();
  const stop = new AbortController();
  const lines = attachLines(attach, stop.signal);
  const first = lines.next();
  const unit = hand();
  const bench = await createRehearsalBench({ units: [unit], sysRoot });
  expect(bench.portPaths).toEqual(['3-2']);
  const enumeration = unit.enumerate();
  expect((await first).value).toMatch(/^1 \d+ 196609 2$/);
  const second = lines.next();
  enumeration.leave();
  unit.enumerate();
  expect((await second).value).toMatch(/^1 \d+ 196610 2$/);
  stop.abort();
  await bench.close();
});

test('a unit that cannot be attached is told as trouble, and the bench goes on', async () => {
  const attach = await writeSysfs();
  const unit = hand();
  const trouble = Promise.withResolvers<unknown>();
  const bench = await createRehearsalBench({
    units: [unit],
    sysRoot,
    onTrouble: (portPath, failure) => trouble.resolve({ portPath, code: failure.code }),
  });
  await rm(attach);
  await mkdir(attach);
  unit.enumerate();
  expect(await trouble.promise).toEqual({ portPath: '3-2', code: 'usb/unavailable' });
  await bench.close();
});
