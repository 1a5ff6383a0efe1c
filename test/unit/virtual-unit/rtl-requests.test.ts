import { afterEach, describe, expect, test } from 'vitest';
import * as messages from '../../../src-main/protocol/control-messages.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

async function up(platform: 'p2' | 'msom' | 'trackerm', options: Parameters<typeof plugged>[1] = {}): Promise<UsbHost> {
  const made = await plugged(platform, options);
  unit = made.unit;
  return made.host;
}

const RAW_RESET = { requestType: 0x40, request: 0x50, value: 0, index: 40 };

describe('a vendor request to an RTL872x unit', () => {
  test('without data stage is never completed, and holds nothing up once the host gives up', async () => {
    const host = await up('p2');
    const giveUp = new AbortController();
    const disconnect = { ...RAW_RESET, index: 302, length: 0 };
    const pending = host.usb.control(disconnect, new Uint8Array(0), giveUp.signal);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    let isOver = false;
    void pending.then(() => {
      isOver = true;
    });
    await Promise.resolve();
    expect(isOver).toBe(false);
    giveUp.abort();
    expect(await pending).toEqual({ kind: 'cancelled' });
    expect(Buffer.from(await host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('5.9.0');
  });

  test('with one byte nobody needs is completed', async () => {
    const host = await up('msom');
    const disconnect = { ...RAW_RESET, index: 302, length: 1 };
    expect(await host.usb.control(disconnect, Uint8Array.of(0))).toMatchObject({ kind: 'done' });
  });

  test('without data stage is obeyed all the same: the unit restarts', async () => {
    const host = await up('trackerm');
    const answer = host.usb.control({ ...RAW_RESET, length: 0 }, new Uint8Array(0));
    await unit?.whenMode('restarting', { timeoutMs: 5000 });
    expect(await answer).toEqual({ kind: 'gone' });
  });
});

describe('the console of an RTL872x unit', () => {
  test('is told its rate at interface 1; one told at interface 0 is stalled and without effect', async () => {
    const host = await up('p2');
    const coding = Uint8Array.of(0x40, 0x38, 0, 0, 0, 0, 8);
    expect((await host.out(0x21, 0x20, 0, 0, coding)).kind).toBe('stall');
    expect(unit?.mode).toBe('listening');
    expect((await host.out(0x21, 0x20, 0, 1, coding)).kind).not.toBe('stall');
    await unit?.whenMode('dfu', { timeoutMs: 5000 });
  });

  test('answers on bulk endpoints 2 and 3, and a p2 has no lines of a modem', async () => {
    const host = await up('p2', { deviceOs: '6.2.0' });
    await host.request(CONTROL_REQUEST.startListening);
    await host.setDtr(true);
    const { deviceId, serialNumber, mobileSecret } = unit?.identity ?? {};
    expect(await host.ask('i', `${serialNumber}\r\n`)).toBe(
      `Device ID: ${deviceId}\r\nDevice Secret: ${mobileSecret}\r\nSerial Number: ${serialNumber}\r\n`,
    );
    const mac = deviceId?.slice(-12).match(/../g)?.join(':');
    expect(await host.ask('m', `${mac}\r\n`)).toBe(`Your device MAC address is\r\n${mac}\r\n`);
    const json = JSON.parse(await host.ask('s', '}\r\n'));
    expect(Object.keys(json)).toEqual(['p', 'm']);
    expect((await host.usb.transferOut(1, Uint8Array.of(0x69))).kind).toBe('stall');
  });

  test('of an msom prints what the modem said, after a request that turned it on', async () => {
    const host = await up('msom', { deviceOs: '6.2.0', turnsModemOn: false });
    await host.request(CONTROL_REQUEST.startListening);
    await host.setDtr(true);
    expect(await host.ask('i', 'Version: \r\n')).toContain('\r\nIMEI: \r\nICCID: \r\nCell Radio Version: \r\n');
    const sim = await host.request(CONTROL_REQUEST.iccid);
    expect(sim.result).toBe(RESULT.ok);
    expect(messages.getIccidReply.decode(sim.data).imei).toBe(unit?.modem.imei);
    expect(await host.ask('i', `${unit?.modem.radioVersion}\r\n`)).toContain(`\r\nIMEI: ${unit?.modem.imei}\r\n`);
  });
});

describe('control requests of an RTL872x unit', () => {
  test.each([CONTROL_REQUEST.iccid, CONTROL_REQUEST.getActiveSim, CONTROL_REQUEST.getAccessPoint])(
    'a p2 does not know request %s, for it has no modem',
    async (type) => {
      const host = await up('p2');
      expect((await host.request(type)).result).toBe(RESULT.notSupported);
    },
  );

  test('set-up counts as done', async () => {
    const host = await up('p2');
    const done = await host.request(CONTROL_REQUEST.isSetupDone);
    expect(messages.isSetupDoneReply.decode(done.data).done).toBe(true);
  });
});
