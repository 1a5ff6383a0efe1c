import { afterEach, describe, expect, test } from 'vitest';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import { EXTERNAL_FLASH, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { backUp, reported, sendUpdate, upAgain } from './send-update.ts';
import { inDfu, plugged } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

async function up(...args: Parameters<typeof plugged>) {
  const found = await plugged(...args);
  unit = found.unit;
  return found;
}

async function dfu(...args: Parameters<typeof inDfu>) {
  const found = await inDfu(...args);
  unit = found.unit;
  return found;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a Photon', () => {
  test('polls its endpoints as its other USB core does, and is called by its own name', async () => {
    const { host } = await up('photon');
    const configuration = hex(await host.descriptor(2, 0));
    expect(configuration).toContain('07058303080010');
    expect(configuration).toContain('07050102400010');
    expect(await host.string(2)).toBe('Photon');
    expect(hex(await host.descriptor(1, 0, 18)).slice(16, 24)).toBe('042b06c0');
  });

  test.each([
    ['photon', '00000000050B', 'Photon with WiFi', '00000000010B'],
    ['p1', '00000000050C', 'P1 with WiFi', '00000000010C'],
  ] as const)(
    'and a P1 of Device OS 0.5.3 have the constant of their core: %s %s',
    async (platform, serial, name, inDfuMode) => {
      const { unit, host } = await up(platform, { deviceOs: '0.5.3', bootloaderVersion: 7 });
      expect([await host.string(3), await host.string(2)]).toEqual([serial, name]);
      await host.setLineCoding(14_400);
      await unit.whenMode('dfu', { timeoutMs: 5000 });
      expect([await host.string(3), await host.string(2)]).toEqual([inDfuMode, 'Photon DFU Mode']);
    },
  );

  test('whose bootloader is older than its system needs stays in safe mode, until it comes by request', async () => {
    const next = generateFactoryRelease({ platform: 'photon', deviceOs: '3.3.1', scale: 0.02 });
    const { unit, host } = await dfu('photon', { deviceOs: '1.5.2', bootloaderVersion: 501 });
    for (const file of [...next.system, next.application]) {
      const at = file.role === 'application' ? 0 : 0x184;
      await host.flash(new DataView(file.bytes.buffer).getUint32(at, true), file.bytes, 128 * 1024);
    }
    await host.leave(0x080a_0000);
    await unit.whenMode('safe', { timeoutMs: 5000 });
    expect(unit.modules()[0]).toMatchObject({ function: 'bootloader', version: 501 });
    expect(await sendUpdate(host, next.bootloader.bytes)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.mode).toBe('listening');
  });
});

describe('a P1', () => {
  test('has its serial flash as a third alternate setting, beginning at 0', async () => {
    const { host } = await dfu('p1');
    expect(hex(await host.descriptor(2, 0))).toHaveLength(2 * 45);
    expect(await host.string(8)).toBe('@Serial Flash   /0x00000000/256*004Kg');
    await host.out(0x01, 11, 2, 0, new Uint8Array(0));
    await host.flash(0, Uint8Array.from([1, 2, 3, 4]), 4096);
    expect([...(unit?.readFlash(EXTERNAL_FLASH, 4) ?? [])]).toEqual([1, 2, 3, 4]);
    await host.command(0x21, 0);
    await host.out(0x21, 6, 0, 0, new Uint8Array(0));
    expect([...(await host.read(0xa1, 2, 2, 0, 4))]).toEqual([1, 2, 3, 4]);
  });
});

describe('a unit without a modem', () => {
  test.each([
    ['photon', '1.0.1', /^Your device id is [0-9a-f]{24}\r\n$/],
    ['photon', '2.3.1', /^Device ID: [0-9a-f]{24}\r\nSerial Number: PHHM[A-Z0-9]{11}\r\n$/],
    [
      'argon',
      '6.2.0',
      /^Device ID: e00fce68[0-9a-f]{16}\r\nDevice Secret: \w{15}\r\nSerial Number: P011[A-Z0-9]{11}\r\n$/,
    ],
  ] as const)('answers i without its cellular lines: %s %s', async (platform, deviceOs, answer) => {
    const { host } = await up(platform, { deviceOs });
    await host.setDtr(true);
    expect(await host.ask('i', '\r\n')).toBeTypeOf('string');
    await host.setDtr(false);
    await host.setDtr(true);
    await host.usb.transferOut(1, Buffer.from('iv', 'latin1'));
    let text = '';
    while (!text.includes('system firmware')) {
      const got = await host.usb.transferIn(1, 256);
      text += got.kind === 'done' ? Buffer.from(got.data).toString('latin1') : '';
    }
    expect(text.slice(0, text.indexOf('system firmware'))).toMatch(answer);
  });

  test('a Photon with blank one-time memory answers i in the old form', async () => {
    const { host } = await up('photon', { faults: [{ name: 'no-serial-number' }] });
    await host.setDtr(true);
    expect(await host.ask('i', '\r\n')).toMatch(/^Your device id is /);
  });

  test('names no modem in s, and refuses the cellular requests with -120', async () => {
    const { host } = await up('argon');
    await host.setDtr(true);
    const modules = JSON.parse(await host.ask('s', '\r\n'));
    expect(Object.keys(modules)).toEqual(['p', 'm']);
    for (const type of [550, 551, 552, 553, CONTROL_REQUEST.iccid]) {
      expect((await host.request(type)).result).toBe(RESULT.notSupported);
    }
  });
});

describe('the module list', () => {
  test('of an Argon has its co-processor before the radio stack, and the needs of its system part the other way round', async () => {
    const { unit, host } = await up('argon');
    expect((await reported(host)).map(({ what }) => what)).toEqual(['2/0', '4/1', '5/2', '7/0', '8/0']);
    const system = unit.modules().find((module) => module.function === 'system-part');
    expect(system?.dependencies.map((needed) => needed.function)).toEqual(['radio-stack', 'bootloader']);
  });

  test('of a Tracker since 5.6.0 has a system part that needs itself, and before it needs the co-processor', async () => {
    const needs = (found: VirtualUnit) =>
      found
        .modules()
        .find((module) => module.function === 'system-part')
        ?.dependencies.map((needed) => needed.function);
    const first = await up('tracker');
    expect(first.unit.mode).toBe('normal');
    expect(needs(first.unit)).toEqual(['bootloader', 'system-part']);
    first.unit.unplug();
    const older = await up('tracker', { deviceOs: '4.2.0' });
    expect(needs(older.unit)).toEqual(['bootloader', 'ncp']);
    expect((await reported(older.host)).length).toBe(0);
  });
});

describe('a 6.2.0 system part', () => {
  const next = generateFactoryRelease({ platform: 'boron', deviceOs: '6.2.0', scale: 0.02 });
  const system = next.system[0]?.bytes ?? new Uint8Array(0);

  test('is started by an old bootloader through the small module inside it, in safe mode, until the bootloader comes', async () => {
    const { unit, host } = await dfu('boron', { deviceOs: '5.9.0', bootloaderVersion: 2700 });
    await host.flash(0x28000, system, 4096);
    await host.flash(0xb4000, next.application.bytes, 4096);
    await host.leave(0xb4000);
    await unit.whenMode('safe', { timeoutMs: 5000 });
    const found = (await reported(host)).find(({ what }) => what === '4/1');
    expect(found).toMatchObject({ version: 6200, size: system.length, passedFlags: 30 - 4 });
    expect(await sendUpdate(host, next.bootloader.bytes)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.mode).toBe('normal');
  });

  test('that is damaged elsewhere is started all the same, and says that it is not whole', async () => {
    const { unit, host } = await dfu('boron', { deviceOs: '6.2.0' });
    const damaged = Uint8Array.from(system);
    damaged[0x1000] = (damaged[0x1000] ?? 0) ^ 1;
    await host.flash(0x28000, damaged, 4096);
    await host.leave(0x28000);
    await unit.whenMode('safe', { timeoutMs: 5000 });
    expect((await reported(host)).find(({ what }) => what === '4/1')?.passedFlags).toBe(30 - 2);
  });

  test('that is damaged in the small module too is not started', async () => {
    const { unit, host } = await dfu('boron', { deviceOs: '6.2.0' });
    const damaged = Uint8Array.from(system);
    damaged[0x8280] = (damaged[0x8280] ?? 0) ^ 1;
    await host.flash(0x28000, damaged, 4096);
    const before = host.enumerations;
    await host.leave(0x28000);
    await unit.whenMode('restarting', { timeoutMs: 5000 });
    await upAgain(unit);
    expect([unit.mode, host.enumerations]).toEqual(['dfu', before + 1]);
  });

  test('gives way to an older one written over its middle', async () => {
    const older = generateFactoryRelease({ platform: 'boron', deviceOs: '6.1.0', scale: 0.02 });
    const { unit, host } = await dfu('boron', { deviceOs: '6.2.0' });
    await host.flash(0x30000, older.system[0]?.bytes ?? new Uint8Array(0), 4096);
    await host.flash(0xb4000, older.application.bytes, 4096);
    await host.leave(0x30000);
    await unit.whenMode('normal', { timeoutMs: 5000 });
    expect(Buffer.from(await host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('6.1.0');
  });
});
