import { afterEach, describe, expect, test } from 'vitest';
import { createUnitClock, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

type Options = Parameters<typeof plugged>[1];

/** A unit whose console answers: DTR up, listening. */
async function listening(platform: 'boron' | 'electron', options: Options = {}): Promise<UsbHost> {
  const up = await plugged(platform, options);
  unit = up.unit;
  await up.host.setDtr(true);
  if (up.unit.mode !== 'listening') await up.host.request(70);
  return up.host;
}

const iccid = (): string => (unit === undefined || unit.modem.sim === 'none' ? '' : unit.modem.sim.iccid);

describe('the answer to i', () => {
  test('Boron 5.9 with its modem on: all lines, in order', async () => {
    const host = await listening('boron');
    await host.request(554);
    const { deviceId, mobileSecret, serialNumber } = unit?.identity ?? {};
    expect(await host.ask('i', 'A.02.00\r\n')).toBe(
      `Device ID: ${deviceId}\r\nDevice Secret: ${mobileSecret}\r\nSerial Number: ${serialNumber}\r\n` +
        `IMEI: ${unit?.modem.imei}\r\nICCID: ${iccid()}\r\nCell Radio Version: L0.0.00.00.05.06,A.02.00\r\n`,
    );
  });

  test('Boron 5.9 factory-new with its modem off: the cellular lines are there and empty', async () => {
    const host = await listening('boron', { turnsModemOn: false });
    const text = await host.ask('i', 'Version: \r\n');
    expect(text).toContain('IMEI: \r\nICCID: \r\nCell Radio Version: \r\n');
    expect(unit?.modem.isOn).toBe(false);
  });

  test('Boron 4.2 powers the modem on by itself', async () => {
    const host = await listening('boron', { deviceOs: '4.2.0', turnsModemOn: false });
    expect(await host.ask('i', 'A.02.00\r\n')).toContain(`ICCID: ${iccid()}\r\n`);
  });

  test('a Boron without a SIM tells not even its IMEI, an Electron does', async () => {
    const boron = await listening('boron', { deviceOs: '4.2.0', faults: [{ name: 'no-sim' }] });
    expect(await boron.ask('i', 'Version: \r\n')).toContain('IMEI: \r\nICCID: \r\n');
    unit?.unplug();
    const electron = await listening('electron', { faults: [{ name: 'no-sim' }] });
    expect(await electron.ask('i', 'A01.41\r\n')).toContain(`IMEI: ${unit?.modem.imei}\r\nICCID: \r\n`);
  });

  test('an Electron of 1.0.1 prints exactly three lines', async () => {
    const host = await listening('electron', { deviceOs: '1.0.1' });
    expect(await host.ask('i', `${iccid()}\r\n`)).toBe(
      `Device ID: ${unit?.identity.deviceId}\r\nIMEI: ${unit?.modem.imei}\r\nICCID: ${iccid()}\r\n`,
    );
  });

  test('an Electron of 2.3.1 has a serial number and a radio version, and no secret in its memory', async () => {
    const host = await listening('electron');
    const text = await host.ask('i', 'A01.41\r\n');
    expect(text).toContain(`Serial Number: ${unit?.identity.serialNumber}\r\n`);
    expect(text).not.toContain('Secret');
  });
});

test('v ends in one bare line feed and CR LF', async () => {
  const host = await listening('boron');
  expect(await host.ask('v', '\n\r\n')).toBe('system firmware version: 5.9.0\n\r\n');
});

test('s is one line of JSON with members in the order of the sheet', async () => {
  const host = await listening('boron');
  await host.request(554);
  const text = await host.ask('s', ']}\r\n');
  expect(text).toMatch(
    /^\{"p":13,"imei":"\d+","iccid":"\d+","cellfw":"[^"]*","m":\[\{"s":49152,"l":"m","vc":30,"vv":30,"f":"b","n":"0","v":3100,"d":\[\]\}/,
  );
  const user = JSON.parse(text).m[2];
  expect(Object.keys(user)).toEqual(['s', 'l', 'vc', 'vv', 'u', 'f', 'n', 'v', 'd']);
  expect(user).toMatchObject({ s: 262144, f: 'u', n: '2', v: 6, d: [{ f: 's', n: '1', v: 5901 }] });
  expect(user.u).toMatch(/^[0-9A-F]{64}$/);
});

test('s of Device OS 0.7 lists empty slots too and ends dependencies with an empty member', async () => {
  const up = await plugged('electron', { deviceOs: '0.7.0' });
  unit = up.unit;
  await up.host.setDtr(true);
  await up.host.setLineCoding(28_800);
  const text = await up.host.ask('s', ']}\r\n');
  expect(text).toContain('{"f":"s","n":"1","v":207,"_":""}');
  expect(text).not.toContain('cellfw');
  const entries = JSON.parse(text).m;
  expect(entries).toHaveLength(6);
  expect(entries[5]).toEqual({ s: 131072, l: 'f', vc: 30, vv: 0, d: [] });
});

test('L restarts into safe mode, listening', async () => {
  const host = await listening('boron');
  await host.usb.transferOut(1, Buffer.from('L'));
  await unit?.whenMode('restarting', { timeoutMs: 5000 });
  await unit?.whenMode('listening', { timeoutMs: 5000 });
  await host.request(71);
  expect(unit?.mode).toBe('safe');
});

test('a flood of letters is held back and every one of them is answered', async () => {
  const host = await listening('boron');
  const answers = 'system firmware version: 5.9.0\n\r\n'.repeat(400);
  let text = '';
  const written = (async () => {
    for (let turn = 0; turn < 4; turn++) await host.usb.transferOut(1, Buffer.from('v'.repeat(100)));
  })();
  while (text.length < answers.length) {
    const answer = await host.usb.transferIn(1, 128);
    text += answer.kind === 'done' ? Buffer.from(answer.data).toString('latin1') : 'lost';
  }
  await written;
  expect(text).toBe(answers);
});

test('letters are answered one after the other, unknown ones and line ends not at all', async () => {
  const host = await listening('boron');
  expect(await host.ask('?\r\nQmv', '5.9.0\n\r\n')).toBe(
    'Your device MAC address is\r\n00:00:00:00:00:00\r\nsystem firmware version: 5.9.0\n\r\n',
  );
});

test('the claim code prompt echoes, edits and judges the length', async () => {
  const host = await listening('boron');
  const long = 'a'.repeat(63);
  expect(await host.ask(`C${'b'}\x7f${long}\r`, `set to: ${long}\r\n`)).toContain('63-digit claim code: b\b \ba');
  expect(await host.ask('Cabc\n', 'unchanged.\r\n')).toContain('Sorry, claim code is not 63 characters long.');
});

test('x ends listening, and then nothing is answered', async () => {
  const host = await listening('boron');
  await host.ask('vx', '\n\r\n');
  await unit?.whenMode('normal', { timeoutMs: 1000 });
  await host.usb.transferOut(1, Buffer.from('v'));
  await host.request(70);
  expect(await host.ask('v', '\n\r\n')).toBe('system firmware version: 5.9.0\n\r\n');
});

test('what is written while DTR is down is lost, not kept', async () => {
  const host = await listening('boron');
  await host.setDtr(false);
  await host.usb.transferOut(1, Buffer.from('mmm'));
  await host.request(20);
  await host.setDtr(true);
  expect(await host.ask('v', '\n\r\n')).toBe('system firmware version: 5.9.0\n\r\n');
});

test('output that nobody has fetched is gone when DTR rises again', async () => {
  const host = await listening('boron');
  await host.usb.transferOut(1, Buffer.from('m'));
  await host.request(20);
  await host.setDtr(false);
  await host.setDtr(true);
  expect(await host.ask('v', '\n\r\n')).toBe('system firmware version: 5.9.0\n\r\n');
});

test('with DTR down a pending read gets nothing', async () => {
  const host = await listening('boron');
  await host.setDtr(false);
  const read = host.usb.transferIn(1, 64);
  await host.usb.transferOut(1, Buffer.from('v'));
  await host.request(20);
  unit?.unplug();
  expect(await read).toEqual({ kind: 'gone' });
});

test('a host that holds DTR without reading counts as gone, until it reads again', async () => {
  const host = await listening('boron', { hostTimers: createUnitClock({ speed: 1000 }) });
  await host.usb.transferOut(1, Buffer.from('ssssv'));
  const first = await host.usb.transferIn(1, 4096);
  expect(first.kind).toBe('done');
  expect(await host.ask('v', '\n\r\n')).toContain('system firmware version: 5.9.0\n\r\n');
});

test('an Electron leaves listening mode by itself, a Boron does not', async () => {
  const hostTimers = createUnitClock({ speed: 3_000_000 });
  await listening('boron', { hostTimers });
  await hostTimers.sleep(300_000);
  expect(unit?.mode).toBe('listening');
  unit?.unplug();
  await listening('electron', { hostTimers });
  await unit?.whenMode('normal', { timeoutMs: 5000 });
});

describe('baud touches', () => {
  test('28800 begins listening up to 5.9 without leaving the bus', async () => {
    const up = await plugged('boron');
    unit = up.unit;
    await up.host.setLineCoding(28_800);
    expect(unit.mode).toBe('listening');
    expect(up.host.enumerations).toBe(1);
  });

  test('28800 does nothing from 6.0 on', async () => {
    const up = await plugged('b5som', { deviceOs: '6.2.0' });
    unit = up.unit;
    await up.host.setLineCoding(28_800);
    expect(unit.mode).toBe('normal');
  });

  test('with the other reading of the touch, 14400 acts at the next change only', async () => {
    const up = await plugged('boron', { faults: [{ name: 'wrong-touch' }] });
    unit = up.unit;
    await up.host.setLineCoding(14_400);
    await up.host.request(20);
    expect(unit.mode).toBe('normal');
    await up.host.setLineCoding(9600);
    await unit.whenMode('dfu', { timeoutMs: 5000 });
  });

  test('line coding is kept and SEND_BREAK is known to Gen 2 alone', async () => {
    const boron = await plugged('boron');
    unit = boron.unit;
    await boron.host.setLineCoding(115_200);
    expect(Buffer.from(await boron.host.read(0xa1, 0x21, 0, 0, 7)).toString('hex')).toBe('00c20100000008');
    expect(await boron.host.out(0x21, 0x23, 100, 0, new Uint8Array(0))).toEqual({ kind: 'stall' });
    unit.unplug();
    const electron = await plugged('electron');
    unit = electron.unit;
    expect((await electron.host.out(0x21, 0x23, 100, 0, new Uint8Array(0))).kind).toBe('done');
  });
});
