import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BusEvent, UsbBus, UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import { createVirtualUsbBus } from '../../../src-main/virtual/line/usb-bus.virtual.ts';
import { createVirtualHost, type VirtualHost } from '../../../src-main/virtual/line/virtual-host.ts';
import { createSmallUnit } from './small-unit.ts';

let host: VirtualHost;
let bus: UsbBus;
const events: BusEvent[] = [];
let wake = (): void => {};

beforeEach(() => {
  host = createVirtualHost(['1-1', '1-2']);
  bus = createVirtualUsbBus(host);
  events.length = 0;
  bus.subscribe((event) => {
    events.push(event);
    wake();
  });
});
afterEach(async () => {
  await bus.close();
  host.close();
});

async function eventNumber(count: number): Promise<BusEvent> {
  for (;;) {
    const event = events[count - 1];
    if (event !== undefined) return event;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function arrived(count: number): Promise<UsbUnit> {
  const event = await eventNumber(count);
  if (event.kind !== 'arrived') throw new Error(event.kind);
  return event.unit;
}

const GET_STATUS = { requestType: 0xa1, request: 3, value: 0, index: 0 };

test('a unit that changes its mode is removed and arrives on the same port with another address', async () => {
  const normal = createSmallUnit();
  host.socket('1-1').attached(normal);
  const first = await arrived(1);
  expect(first).toMatchObject({
    portPath: '1-1',
    mode: 'normal',
    productId: 0xc00d,
    usbSerial: 'e00fce68aabbccddeeff0011',
  });
  expect(first.platform.name).toBe('boron');
  normal.leave();
  host.socket('1-1').detached();
  expect(await eventNumber(2)).toEqual({ kind: 'removed', portPath: '1-1', address: first.address });
  host.socket('1-1').attached(createSmallUnit('dfu'));
  const second = await arrived(3);
  expect(second).toMatchObject({ portPath: '1-1', mode: 'dfu', usbSerial: first.usbSerial });
  expect(second.address).not.toBe(first.address);
  expect(events).toHaveLength(3);
});

test('who subscribes late is told what is present, once', async () => {
  host.socket('1-1').attached(createSmallUnit());
  await arrived(1);
  const late: BusEvent[] = [];
  bus.subscribe((event) => late.push(event));
  await new Promise((resolve) => setImmediate(resolve));
  expect(late).toEqual(events);
  expect(await bus.list()).toHaveLength(1);
});

test('after unsubscribing nothing is told', async () => {
  const late: BusEvent[] = [];
  const stop = bus.subscribe((event) => late.push(event));
  stop();
  host.socket('1-1').attached(createSmallUnit());
  await arrived(1);
  expect(late).toEqual([]);
});

test('a product ID nobody knows is trouble with its name, not a unit', async () => {
  host.socket('1-2').attached(createSmallUnit('normal', 0x1234));
  const event = await eventNumber(1);
  expect(event).toMatchObject({ kind: 'trouble', portPath: '1-2', failure: { code: 'unit/unknown-platform' } });
  expect(await bus.list()).toEqual([]);
});

test('a unit that stalls every descriptor is trouble after a few attempts', async () => {
  const unit = createSmallUnit();
  host.socket('1-1').attached({ ...unit, control: async () => ({ kind: 'stall' }) });
  expect(await eventNumber(1)).toMatchObject({ kind: 'trouble', failure: { code: 'usb/transfer-failed' } });
});

test('a control transfer ends by its deadline, by a stall, by an unplug and by close, each with its reason', async () => {
  const unit = createSmallUnit();
  host.socket('1-1').attached(unit);
  const pipe = await bus.openControl(await arrived(1));
  expect((await pipe.transferIn({ requestType: 0x80, request: 6, value: 0x0100, index: 0 }, 8, 1000)).length).toBe(8);
  await expect(
    pipe.transferOut({ requestType: 0x40, request: 0x7f, value: 0, index: 0 }, new Uint8Array(0), 1000),
  ).rejects.toMatchObject({ code: 'usb/transfer-failed', evidence: { reason: 'stall' } });
  unit.fallSilent();
  await expect(pipe.transferIn(GET_STATUS, 6, 10)).rejects.toMatchObject({ evidence: { reason: 'timeout' } });
  const closing = await bus.openControl(await arrived(1));
  const closed = closing.transferIn(GET_STATUS, 6, 60_000);
  await Promise.all([closing.close(), expect(closed).rejects.toMatchObject({ evidence: { reason: 'other' } })]);
  const cut = pipe.transferIn(GET_STATUS, 6, 60_000);
  unit.leave();
  await expect(cut).rejects.toMatchObject({ evidence: { reason: 'gone' } });
});

test('control is not opened on an enumeration that is over, though the unit is back', async () => {
  const first = createSmallUnit();
  host.socket('1-1').attached(first);
  const old = await arrived(1);
  first.leave();
  host.socket('1-1').attached(createSmallUnit());
  await arrived(3);
  await expect(bus.openControl(old)).rejects.toMatchObject({
    code: 'usb/transfer-failed',
    evidence: { reason: 'gone' },
  });
});
