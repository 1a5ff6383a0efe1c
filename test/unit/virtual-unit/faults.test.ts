import { afterEach, describe, expect, test } from 'vitest';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import { DFU_IN, DFU_REQUEST } from '../../../src-main/protocol/dfu.ts';
import { createUnitClock } from '../../../src-main/virtual/unit/unit-clock.ts';
import { FAULT_NAMES, FAULTS, parseFault, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { bytesOf, inDfu, plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + 7) & 0xff);

async function dfu(platform: 'boron' | 'electron', ...texts: string[]): Promise<UsbHost> {
  const up = await inDfu(platform, { faults: texts.flatMap((text) => parseFault(text) ?? []) });
  unit = up.unit;
  return up.host;
}

async function normal(platform: 'boron' | 'electron', ...texts: string[]): Promise<UsbHost> {
  const up = await plugged(platform, { faults: texts.flatMap((text) => parseFault(text) ?? []) });
  unit = up.unit;
  return up.host;
}

describe('fault names', () => {
  test('every name of the table parses, with its number where it takes one', () => {
    for (const name of FAULT_NAMES) {
      expect(parseFault(name)).toEqual({ name });
      const numbered = parseFault(`${name}=12`);
      expect(numbered).toEqual('number' in FAULTS[name] ? { name, number: 12 } : undefined);
    }
  });

  test.each([
    '',
    'no-such-fault',
    'unplug-at-byte=',
    'unplug-at-byte=0',
    'unplug-at-byte=-3',
    'unplug-at-byte=1=2',
    'unplug-at-byte=1e3',
    'toString',
  ])('%j is not a fault', (text) => {
    expect(parseFault(text)).toBeUndefined();
  });
});

test('silent: neither console nor requests answer, but the touch still works', async () => {
  const host = await normal('boron', 'silent');
  const request = host.in(0xc0, 1, 0, 20, 64);
  const console = host.usb.transferIn(1, 64);
  await host.usb.transferOut(1, Buffer.from('iv'));
  unit?.unplug();
  expect(await request).toEqual({ kind: 'gone' });
  expect(await console).toEqual({ kind: 'gone' });
});

test('garbled-console: as many bytes as the answer has, but not the answer', async () => {
  const host = await normal('boron', 'garbled-console');
  await host.setDtr(true);
  await host.request(70);
  await host.usb.transferOut(1, Buffer.from('v'));
  const noise = bytesOf(await host.usb.transferIn(1, 128));
  expect(noise).toHaveLength('system firmware version: 5.9.0\n\r\n'.length);
  expect(noise.some((byte) => byte > 126)).toBe(true);
});

test('app-logs: log lines come between the answers', async () => {
  const host = await normal('boron', 'app-logs');
  await host.setDtr(true);
  await host.request(70);
  expect(await host.ask('v', '\n\r\n')).toContain('system firmware version: 5.9.0');
  expect(await host.ask('', '\r\n')).toMatch(/INFO: counter/);
});

test('busy-channel: BUSY as often as said, then as usual', async () => {
  const host = await normal('boron', 'busy-channel=2');
  expect((await host.read(0xc0, 1, 0, 20, 64))[4]).toBe(3);
  expect((await host.read(0xc0, 1, 0, 20, 64))[4]).toBe(3);
  expect((await host.read(0xc0, 1, 0, 20, 64))[4]).toBe(0);
});

test('listening-refused, no-serial-number and no-device-secret show in the answers', async () => {
  const host = await normal('boron', 'listening-refused', 'no-serial-number', 'no-device-secret');
  expect((await host.request(70)).result).toBe(-130);
  expect(await host.request(21)).toEqual({ result: -1, data: new Uint8Array(0) });
});

test('iccid-late: the SIM is read after so many failures', async () => {
  const host = await normal('boron', 'iccid-late=2');
  expect((await host.request(554)).result).toBeLessThan(0);
  expect((await host.request(554)).result).toBeLessThan(0);
  expect((await host.request(554)).result).toBe(0);
});

test('modem-dead: nothing cellular is ever read', async () => {
  const host = await normal('boron', 'modem-dead');
  expect(await host.request(554)).toEqual({ result: -160, data: new Uint8Array(0) });
});

test('slow-modem takes its time, in the time of the unit', async () => {
  const clock = createUnitClock({ speed: 400 });
  const up = await plugged('boron', { clock, turnsModemOn: false, faults: [{ name: 'slow-modem', number: 40_000 }] });
  unit = up.unit;
  const before = clock.now();
  await up.host.request(554);
  expect(clock.now() - before).toBeGreaterThan(39_000);
});

test('brown-out: the unit drops off once when the modem starts', async () => {
  const host = await normal('boron', 'brown-out');
  await unit?.whenMode('restarting', { timeoutMs: 5000 });
  await unit?.whenMode('normal', { timeoutMs: 5000 });
  expect(host.enumerations).toBe(2);
  expect((await host.request(554)).result).toBe(0);
});

test('dfu-not-entered: request and touch are acknowledged and nothing happens', async () => {
  const host = await normal('boron', 'dfu-not-entered');
  expect((await host.request(50)).result).toBe(0);
  expect((await host.setLineCoding(14_400)).kind).toBe('done');
  await createUnitClock({ speed: 400 }).sleep(4000);
  expect(unit?.mode).toBe('normal');
});

test('constant-serial and upper-serial change the USB serial string only', async () => {
  const constant = await normal('boron', 'constant-serial');
  expect(await constant.string(3)).toBe('00000000050C');
  unit?.unplug();
  const upper = await normal('boron', 'upper-serial');
  expect(await upper.string(3)).toBe(unit?.identity.deviceId.toUpperCase());
});

test('dfu-stall-erase=2: the first erase works, the second does not', async () => {
  const host = await dfu('electron', 'dfu-stall-erase=2');
  await host.command(0x41, 0x080e0000);
  await expect(host.command(0x41, 0x080e0000)).rejects.toThrow('stall');
});

test('dfu-error-write=2: the first write works, the second does not', async () => {
  const host = await dfu('boron', 'dfu-error-write=2');
  await host.command(0x41, 0xc0000);
  await host.command(0x21, 0xc0000);
  await host.block(2, pattern(16));
  await expect(host.block(2, pattern(16))).rejects.toThrow('stall');
  expect((await host.status()).state).toBe(10);
});

test.each(['boron', 'electron'] as const)('dfu-stuck-busy: a %s reports dfuDNBUSY for ever', async (platform) => {
  const host = await dfu(platform, 'dfu-stuck-busy');
  await host.download(2, pattern(16));
  for (let turn = 0; turn < 20; turn++) expect((await host.status()).state).toBe(4);
});

test('unplug-at-byte: the unit is gone in the middle of the block that reaches the count', async () => {
  const host = await dfu('boron', 'unplug-at-byte=5000');
  for (const at of [0xc0000, 0xc1000]) await host.command(0x41, at);
  await host.command(0x21, 0xc0000);
  await host.block(2, pattern(4096));
  await host.command(0x21, 0xc1000);
  expect(await host.download(2, pattern(4096))).toEqual({ kind: 'gone' });
  expect(host.isEmpty).toBe(true);
  expect(unit?.mode).toBe('off');
  expect(unit?.readFlash(0xc1000, 1)[0]).toBe(0xff);
});

test.each([
  ['boron', 0xc0000, 4096],
  ['electron', 0x080e0000, 128 * 1024],
] as const)('flip-bit: a %s reports success and holds one wrong bit', async (platform, address, sector) => {
  const host = await dfu(platform, 'flip-bit=6000');
  const data = pattern(9000);
  await host.flash(address, data, sector);
  const held = unit?.readFlash(address, data.length) ?? new Uint8Array(0);
  const wrong = [...held].flatMap((byte, at) => (byte === data[at] ? [] : [at]));
  expect(wrong).toEqual([5999]);
});

test('wrong-version-after-restart: everything was acknowledged, and the old system runs', async () => {
  const host = await dfu('boron', 'wrong-version-after-restart');
  const next = generateFactoryRelease({ platform: 'boron', deviceOs: '6.2.0', scale: 0.02 });
  await host.flash(0x28000, next.system[0]?.bytes ?? new Uint8Array(0), 4096);
  await host.leave(0xb4000);
  await unit?.whenMode('normal', { timeoutMs: 5000 });
  expect(Buffer.from(await host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('5.9.0');
});

test('dfu-stuck: comes back in DFU mode; a power cycle helps', async () => {
  const host = await dfu('boron', 'dfu-stuck');
  await host.leave(0xb4000);
  await unit?.whenMode('restarting', { timeoutMs: 5000 });
  await unit?.whenMode('dfu', { timeoutMs: 5000 });
  unit?.powerCycle();
  await unit?.whenMode('normal', { timeoutMs: 5000 });
});

test('no-return: nothing comes back after DFU mode', async () => {
  const host = await dfu('boron', 'no-return');
  await host.leave(0xb4000);
  await unit?.whenMode('restarting', { timeoutMs: 5000 });
  await createUnitClock({ speed: 400 }).sleep(10_000);
  expect(host.isEmpty).toBe(true);
});

test('different-unit-after-restart: another device ID answers', async () => {
  const host = await dfu('boron', 'different-unit-after-restart');
  const before = await host.string(3);
  await host.leave(0xb4000);
  await unit?.whenMode('normal', { timeoutMs: 5000 });
  const after = await host.string(3);
  expect(after).not.toBe(before);
  expect(after).toMatch(/^e00fce68[0-9a-f]{16}$/);
});

test('a fault can be set and taken away while the unit runs', async () => {
  const host = await normal('boron');
  unit?.setFault({ name: 'no-sim' });
  expect(unit?.faults).toEqual(['no-sim']);
  expect((await host.request(554)).result).toBeLessThan(0);
  unit?.clearFault('no-sim');
  expect((await host.request(554)).result).toBe(0);
});

test('a stalled upload of a unit in the wrong state does not end its service', async () => {
  const host = await dfu('boron');
  await host.download(2, pattern(4));
  expect(await host.in(DFU_IN, DFU_REQUEST.upload, 2, 0, 64)).toEqual({ kind: 'stall' });
  expect((await host.status()).state).toBe(10);
});
