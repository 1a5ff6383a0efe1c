import { afterEach, beforeEach, expect, test } from 'vitest';
import { importUnit } from '../../../src-main/virtual/usbip/usbip-client.ts';
import { listUnits } from '../../../src-main/virtual/usbip/usbip-operations.ts';
import { createUsbIpServer, type UsbIpServer } from '../../../src-main/virtual/usbip/usbip-server.ts';
import { createSmallUnit, type SmallUnit } from './small-unit.ts';
import { connectRawHost, served } from './usbip-host.ts';

let server: UsbIpServer;
let unit: SmallUnit;
const NO_DATA = Buffer.alloc(0);

beforeEach(async () => {
  server = await createUsbIpServer({ host: '127.0.0.1', port: 0 });
  unit = createSmallUnit();
  server.offer(await served(unit, '1-1'));
});
afterEach(() => server.close());

test('the list names each unit with its IDs and interfaces', async () => {
  server.offer(await served(createSmallUnit('dfu'), '1-2.4'));
  const listed = await listUnits(server.address, 1000);
  expect(
    listed.map((one) => [one.busId, one.vendorId.toString(16), one.productId.toString(16), one.interfaces]),
  ).toEqual([
    [
      '1-1',
      '2b04',
      'c00d',
      [
        { class: 0x02, subClass: 0x02, protocol: 0x01 },
        { class: 0x0a, subClass: 0, protocol: 0 },
        { class: 0xff, subClass: 0xff, protocol: 0xff },
      ],
    ],
    ['1-2.4', '2b04', 'd00d', [{ class: 0xfe, subClass: 0x01, protocol: 0x02 }]],
  ]);
});

test('two hosts use two units at the same time, and neither sees the other', async () => {
  const other = createSmallUnit();
  server.offer(await served(other, '1-2'));
  const [first, second] = [await connectRawHost(server.address), await connectRawHost(server.address)];
  expect([await first.import('1-1'), await second.import('1-2')]).toEqual([0, 0]);
  first.submitIn(5, 1, 64);
  second.submitIn(5, 1, 64);
  other.say('second');
  unit.say('first');
  expect(await first.reply(5)).toEqual({ kind: 'submit', sequence: 5, status: 0, data: Buffer.from('first') });
  expect(await second.reply(6)).toEqual({ kind: 'submit', sequence: 5, status: 0, data: Buffer.from('second') });
});

test('a unit that one host has is busy for the next, until the first lets go', async () => {
  const first = await importUnit(server.address, '1-1', 1000);
  expect(await importUnit(server.address, '1-1', 1000)).toBe('busy');
  if (typeof first === 'string') throw new Error(first);
  await first.close();
  expect(await importUnit(server.address, '1-1', 1000)).toHaveProperty('device.busId', '1-1');
});

test('a bus id that is not there is absent', async () => {
  expect(await importUnit(server.address, '9-9', 1000)).toBe('absent');
});

test('a control transfer carries setup and data both ways, and a stall is -EPIPE', async () => {
  const host = await connectRawHost(server.address);
  await host.import('1-1');
  host.submitControl(1, '21 20 0000 0000 0700', Buffer.from('80250000000008', 'hex'));
  expect(await host.reply()).toEqual({ kind: 'submit', sequence: 1, status: 0, data: NO_DATA });
  expect(unit.asked).toEqual(['21 20 0 0 80250000000008']);
  host.submitControl(2, '80 06 0001 0000 1200');
  expect((await host.reply(18))?.data.toString('hex', 8, 12)).toBe('042b0dc0');
  host.submitControl(3, '40 7f 0000 0000 0000');
  expect(await host.reply()).toEqual({ kind: 'submit', sequence: 3, status: -32, data: NO_DATA });
});

test('an unlinked request gets -ECONNRESET for the unlink and no answer of its own', async () => {
  const host = await connectRawHost(server.address);
  await host.import('1-1');
  host.submitIn(7, 1, 64);
  host.unlink(8, 7);
  expect(await host.reply()).toEqual({ kind: 'unlink', sequence: 8, status: -104, data: NO_DATA });
  // What the unit says now belongs to the next request, and is the next thing on the wire.
  host.submitIn(9, 1, 64);
  unit.say('later');
  expect(await host.reply(5)).toEqual({ kind: 'submit', sequence: 9, status: 0, data: Buffer.from('later') });
});

test('unlinking a request that was answered gets status 0', async () => {
  const host = await connectRawHost(server.address);
  await host.import('1-1');
  unit.say('now');
  host.submitIn(7, 1, 64);
  expect(await host.reply(3)).toMatchObject({ sequence: 7, status: 0 });
  host.unlink(8, 7);
  expect(await host.reply()).toEqual({ kind: 'unlink', sequence: 8, status: 0, data: NO_DATA });
});

test('requests of one endpoint are served in their order even when sixteen wait', async () => {
  const host = await connectRawHost(server.address);
  await host.import('1-1');
  for (let sequence = 1; sequence <= 16; sequence += 1) host.submitIn(sequence, 1, 8);
  for (let sequence = 1; sequence <= 16; sequence += 1) unit.say(`word ${sequence}`.padEnd(8));
  for (let sequence = 1; sequence <= 16; sequence += 1) {
    const data = Buffer.from(`word ${sequence}`.padEnd(8));
    expect(await host.reply(8)).toEqual({ kind: 'submit', sequence, status: 0, data });
  }
});

test('an unplug fails every pending request with -EPROTO before the connection closes', async () => {
  const host = await connectRawHost(server.address);
  await host.import('1-1');
  host.submitIn(3, 1, 128);
  host.submitIn(4, 2, 64);
  host.submitControl(5, '80 06 0001 0000 1200');
  expect(await host.reply(18)).toMatchObject({ sequence: 5, status: 0 });
  unit.leave();
  expect(await host.reply()).toEqual({ kind: 'submit', sequence: 3, status: -71, data: NO_DATA });
  expect(await host.reply()).toEqual({ kind: 'submit', sequence: 4, status: -71, data: NO_DATA });
  expect(await host.reply()).toBeUndefined();
  expect(await listUnits(server.address, 1000)).toEqual([]);
});

test('a client whose unit is pulled out hears it at once, and every call after', async () => {
  const imported = await importUnit(server.address, '1-1', 1000);
  if (typeof imported === 'string') throw new Error(imported);
  unit.fallSilent();
  const setup = { requestType: 0xa1, request: 3, value: 0, index: 0, length: 6 };
  const waiting = imported.control(setup, NO_DATA, 60_000);
  await new Promise((resolve) => setImmediate(resolve));
  unit.leave();
  expect(await waiting).toEqual({ kind: 'gone' });
  expect(await imported.control(setup, NO_DATA, 60_000)).toEqual({ kind: 'absent' });
});

test('a client that gives up unlinks its request and can go on', async () => {
  const imported = await importUnit(server.address, '1-1', 1000);
  if (typeof imported === 'string') throw new Error(imported);
  unit.fallSilent();
  const setup = { requestType: 0x80, request: 6, value: 0x0100, index: 0, length: 18 };
  expect(await imported.control(setup, NO_DATA, 20)).toEqual({ kind: 'timeout' });
  expect(await imported.control(setup, NO_DATA, 20)).toEqual({ kind: 'timeout' });
  await imported.close();
});

test.each([
  ['a wrong protocol version', Buffer.from('0100800500000000', 'hex')],
  ['an unknown operation', Buffer.from('0111ffff00000000', 'hex')],
  ['noise', Buffer.alloc(4096, 0xa5)],
])('%s closes that connection and harms nobody else', async (_what, bytes) => {
  const host = await connectRawHost(server.address);
  host.send(bytes);
  expect(await host.receive(1)).toBeUndefined();
  expect(await listUnits(server.address, 1000)).toHaveLength(1);
});

test('nonsense after an import closes the connection and frees the unit', async () => {
  const host = await connectRawHost(server.address);
  await host.import('1-1');
  host.submitOut(1, 1, Buffer.from('x'));
  expect(await host.reply()).toMatchObject({ sequence: 1, status: 0 });
  host.send(Buffer.alloc(48, 0xff));
  expect(await host.receive(1)).toBeUndefined();
  const again = await connectRawHost(server.address);
  expect(await again.import('1-1')).toBe(0);
});
