import { once } from 'node:events';
import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPortStream } from '@serialport/stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createVirtualSerialBinding } from '../../../src-main/virtual/line/serial-binding.ts';
import { createVirtualHost, type VirtualHost } from '../../../src-main/virtual/line/virtual-host.ts';
import { createSmallUnit, type SmallUnit } from './small-unit.ts';

const PATH = 'virtual:1-1';
const PROBE = '21 20 0 0 80250000000008';
const LINES_UP = '21 22 3 0';
const LINES_DOWN = '21 22 0 0';

let host: VirtualHost;
let binding: ReturnType<typeof createVirtualSerialBinding>;
let unit: SmallUnit;

beforeEach(async () => {
  host = createVirtualHost(['1-1', '1-2']);
  binding = createVirtualSerialBinding(host);
  unit = createSmallUnit();
  await arrive('1-1', unit);
});
afterEach(() => host.close());

async function arrive(portPath: string, one: SmallUnit): Promise<void> {
  const arrived = new Promise<void>((resolve) => {
    const stop = host.subscribe((event) => {
      if (event.kind !== 'arrived' || event.unit.portPath !== portPath) return;
      stop();
      resolve();
    });
  });
  host.socket(portPath).attached(one);
  await arrived;
}

async function openPort(baudRate: number): Promise<SerialPortStream> {
  const port = new SerialPortStream({ binding, path: PATH, baudRate });
  await once(port, 'open');
  return port;
}

/** What the unit was asked after it had been configured. */
function askedOnTheLine(): string[] {
  return unit.asked.filter((one) => one !== '00 09 1 0');
}

test('list gives the path, the IDs in hexadecimal, the serial string and the port path', async () => {
  await arrive('1-2', createSmallUnit('dfu'));
  expect(await binding.list()).toEqual([
    {
      path: PATH,
      manufacturer: 'Particle',
      serialNumber: 'e00fce68aabbccddeeff0011',
      pnpId: undefined,
      locationId: '1-1',
      vendorId: '2b04',
      productId: 'c00d',
    },
  ]);
});

test('opening at 9600 sends no line coding, only DTR and RTS; closing lowers them', async () => {
  const port = await openPort(9600);
  expect(askedOnTheLine()).toEqual([PROBE, LINES_UP]);
  port.close();
  await once(port, 'close');
  expect(askedOnTheLine()).toEqual([PROBE, LINES_UP, LINES_DOWN]);
});

test('a new rate is sent once, also over a close and an open', async () => {
  const first = await openPort(14_400);
  first.close();
  await once(first, 'close');
  const second = await openPort(14_400);
  expect(askedOnTheLine()).toEqual([PROBE, LINES_UP, '21 20 0 0 40380000000008', LINES_DOWN, LINES_UP]);
  await new Promise<void>((resolve, reject) =>
    second.update({ baudRate: 9600 }, (error) => (error ? reject(error) : resolve())),
  );
  expect(askedOnTheLine().at(-1)).toBe(PROBE);
  expect(second.baudRate).toBe(9600);
});

test('lines written by the unit arrive as lines, however they are cut', async () => {
  const port = await openPort(115_200);
  const lines: string[] = [];
  const parser = port.pipe(new ReadlineParser({ delimiter: '\r\n' }));
  const third = new Promise<void>((resolve) => {
    parser.on('data', (line: string) => {
      lines.push(line);
      if (lines.length === 3) resolve();
    });
  });
  for (const piece of ['Your device', ' id is e00f\r', '\nIMEI: 1\r\nICC', 'ID: 2\r\n']) unit.say(piece);
  await third;
  expect(lines).toEqual(['Your device id is e00f', 'IMEI: 1', 'ICCID: 2']);
});

test('written bytes reach the unit in order, and drain waits for all of them', async () => {
  const port = await openPort(9600);
  port.write('i');
  port.write('x'.repeat(3000));
  await new Promise<void>((resolve, reject) => port.drain((error) => (error ? reject(error) : resolve())));
  const sent = unit.asked.filter((one) => one.startsWith('out 1 ')).map((one) => one.slice(6));
  expect(sent.join('')).toBe(`i${'x'.repeat(3000)}`);
  expect(Math.max(...sent.map((one) => one.length))).toBe(1280);
});

test('pulling the unit out closes the port as disconnected', async () => {
  const port = await openPort(9600);
  const closed = once(port, 'close');
  port.resume();
  unit.leave();
  expect(await closed).toEqual([expect.objectContaining({ disconnected: true })]);
  expect(port.isOpen).toBe(false);
});

test('closing the port is no disconnect and no error', async () => {
  const port = await openPort(9600);
  port.on('error', (error) => expect.fail(String(error)));
  port.resume();
  const closed = once(port, 'close');
  port.close();
  expect(await closed).toEqual([null]);
});

test('a read that waits fails as cancelled when the port closes, and as disconnected when the unit leaves', async () => {
  const open = () => binding.open({ path: PATH, baudRate: 9600 });
  const first = await open();
  const cancelled = first.read(Buffer.alloc(16), 0, 16);
  await Promise.all([first.close(), expect(cancelled).rejects.toMatchObject({ canceled: true })]);
  const second = await open();
  const cut = second.read(Buffer.alloc(16), 0, 16);
  unit.leave();
  await expect(cut).rejects.toMatchObject({ disconnected: true });
  await second.close();
  expect(second.isOpen).toBe(false);
});

test('a read takes no more than it asks for, and the next one gets the rest', async () => {
  const port = await binding.open({ path: PATH, baudRate: 9600 });
  unit.say('abcdef');
  const buffer = Buffer.alloc(8, '.');
  expect(await port.read(buffer, 2, 4)).toEqual({ buffer, bytesRead: 4 });
  expect(buffer.toString()).toBe('..abcd..');
  expect((await port.read(buffer, 0, 8)).bytesRead).toBe(2);
});

test('flush throws away what came and was not read', async () => {
  const port = await binding.open({ path: PATH, baudRate: 9600 });
  unit.say('old');
  await port.read(Buffer.alloc(1), 0, 1);
  await port.flush();
  unit.say('new');
  const buffer = Buffer.alloc(8);
  const { bytesRead } = await port.read(buffer, 0, 8);
  expect(buffer.toString('latin1', 0, bytesRead)).toBe('new');
});

test('a port is opened once at a time, and not at all when it is not there', async () => {
  const port = await binding.open({ path: PATH, baudRate: 9600 });
  await expect(binding.open({ path: PATH, baudRate: 9600 })).rejects.toThrow('Cannot lock port');
  await port.close();
  await (await binding.open({ path: PATH, baudRate: 9600 })).close();
  await expect(binding.open({ path: 'virtual:9-9', baudRate: 9600 })).rejects.toThrow('No such file or directory');
  unit.leave();
  await expect(binding.open({ path: PATH, baudRate: 9600 })).rejects.toThrow('No such file or directory');
});

test('closing a port whose unit takes no bytes comes to an end', async () => {
  const port = await openPort(9600);
  unit.holdBack();
  port.write('stuck');
  await new Promise((resolve) => setImmediate(resolve));
  const closed = once(port, 'close');
  port.close();
  expect(await closed).toEqual([null]);
  expect(askedOnTheLine().at(-1)).toBe(LINES_DOWN);
});
