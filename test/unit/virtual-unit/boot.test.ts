import { afterEach, describe, expect, test } from 'vitest';
import { damageModule } from '../../../firmware/damage-module.ts';
import { type GeneratedRelease, generateFactoryRelease, generateRelease } from '../../../firmware/generate-release.ts';
import * as messages from '../../../src-main/protocol/control-messages.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import {
  createUnitClock,
  createVirtualUnit,
  unitPlatform,
  type VirtualUnit,
} from '../../../src-main/virtual/unit/virtual-unit.ts';
import { howItStarts, inDfu, plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const release = (platform: 'boron' | 'electron', deviceOs: string, bootloaderVersion?: number): GeneratedRelease =>
  generateFactoryRelease({ platform, deviceOs, scale: 0.02, ...(bootloaderVersion ? { bootloaderVersion } : {}) });

const bytes = (of: GeneratedRelease): Uint8Array[] => of.files.map((file) => file.bytes);

/** Powers a unit with exactly these modules and tells how it came up. */
async function bootsInto(
  platform: 'boron' | 'electron',
  modules: readonly Uint8Array[],
  options: { readonly isSetupDone?: boolean } = {},
): Promise<{ mode: string; why: string }> {
  const row = unitPlatform(platform);
  if (row === undefined) throw new Error('no such platform');
  unit = createVirtualUnit({
    platform: row,
    identity: { deviceId: 'e00fce68aabbccddeeff0011', serialNumber: undefined, mobileSecret: undefined },
    imei: '352753090123456',
    sim: 'none',
    modules,
    clock: createUnitClock({ speed: 400 }),
    ...options,
  });
  return howItStarts(unit);
}

describe('what a unit does with its flash', () => {
  const boron = release('boron', '5.9.0');
  const electron = release('electron', '2.3.1');

  test('a whole release boots', async () => {
    expect((await bootsInto('boron', bytes(boron))).mode).toBe('normal');
    unit?.unplug();
    expect((await bootsInto('electron', bytes(electron))).mode).toBe('normal');
  });

  test('a damaged system part stays in DFU mode', async () => {
    const [system] = boron.system;
    const damaged = damageModule(system?.bytes ?? new Uint8Array(0), 0x200, 'wrong-crc');
    const others = boron.files.filter((file) => file !== system).map((file) => file.bytes);
    expect(await bootsInto('boron', [...others, damaged])).toEqual({ mode: 'dfu', why: 'no valid system part' });
  });

  test('an Electron with one of its three system parts missing stays in DFU mode', async () => {
    const modules = electron.files.filter((file) => file !== electron.system[2]).map((file) => file.bytes);
    expect((await bootsInto('electron', modules)).mode).toBe('dfu');
  });

  test('an Electron with system parts of two releases boots into safe mode', async () => {
    const other = release('electron', '3.3.1');
    // File part 2 is module 1, which needs module 3 of its own release.
    const mixed = electron.files.map((file) => (file === electron.system[1] ? (other.system[1] ?? file) : file).bytes);
    expect((await bootsInto('electron', mixed)).mode).toBe('safe');
  });

  test('a system part whose bootloader is too old boots into safe mode', async () => {
    const safe = { mode: 'safe', why: 'system part 1 lacks a dependency' };
    expect(await bootsInto('boron', bytes(release('boron', '6.2.0', 3001)))).toEqual(safe);
    unit?.unplug();
    expect(await bootsInto('boron', bytes(release('boron', '6.1.0', 2300)))).toEqual(safe);
  });

  test('without a radio stack it boots into safe mode', async () => {
    const modules = boron.files.filter((file) => file.role !== 'radio-stack').map((file) => file.bytes);
    expect((await bootsInto('boron', modules)).mode).toBe('safe');
  });

  test('without an application, or with a damaged one, it boots into safe mode', async () => {
    const system = boron.files.filter((file) => file !== boron.application).map((file) => file.bytes);
    expect((await bootsInto('boron', system)).mode).toBe('safe');
    unit?.unplug();
    const damaged = damageModule(boron.application.bytes, 0, 'wrong-crc');
    expect(await bootsInto('boron', [...system, damaged])).toEqual({ mode: 'safe', why: 'no valid application' });
  });

  test('an application for a newer system boots into safe mode', async () => {
    const newer = release('boron', '6.2.0').application.bytes;
    const modules = boron.files.map((file) => (file === boron.application ? newer : file.bytes));
    expect(await bootsInto('boron', modules)).toEqual({ mode: 'safe', why: 'the application needs a newer system' });
  });

  test('an application for another platform is not run', async () => {
    const foreign = generateRelease({
      platform: 'b5som',
      deviceOs: '5.9.0',
      productVersion: 1,
      appSeed: 1,
      scale: 0.02,
    });
    const modules = boron.files.map((file) => (file === boron.application ? foreign.application.bytes : file.bytes));
    expect((await bootsInto('boron', modules)).mode).toBe('safe');
  });

  test('below 4.0 a unit whose set-up is not done listens for ever', async () => {
    const modules = bytes(release('boron', '3.3.1'));
    expect((await bootsInto('boron', modules)).mode).toBe('listening');
    unit?.unplug();
    expect((await bootsInto('boron', modules, { isSetupDone: true })).mode).toBe('normal');
  });

  test('a 128 KB application wins over the 256 KB one until its page is erased', async () => {
    const up = await inDfu('boron', { faults: [{ name: 'stale-128k-app' }] });
    unit = up.unit;
    expect(unit.modules().map((module) => [module.function, module.index])).toContainEqual(['user-part', 1]);
    await up.host.command(0x41, 0xd4000);
    expect(unit.modules().map((module) => [module.function, module.index])).toContainEqual(['user-part', 2]);
  });

  test('a bootloader since 1100 removes the 128 KB application itself when a 256 KB one is written', async () => {
    const up = await inDfu('boron', { faults: [{ name: 'stale-128k-app' }] });
    unit = up.unit;
    const application = boron.application.bytes;
    await up.host.flash(0xb4000, application, 4096);
    expect(unit.readFlash(0xd4000, 1)[0]).not.toBe(0xff);
    unit.clearFault('stale-128k-app');
    await up.host.flash(0xb4000, application, 4096);
    expect(unit.readFlash(0xd4000, 1)[0]).toBe(0xff);
  });
});

describe('a new Device OS', () => {
  test('an Electron runs what was flashed, after one more restart for its bootloader', async () => {
    const next = release('electron', '3.3.1');
    const up = await inDfu('electron');
    unit = up.unit;
    for (const file of [...next.system, next.application]) {
      const start = new DataView(file.bytes.buffer).getUint32(file.bytes[3] === 8 ? 0 : 0x184, true);
      await up.host.flash(start, file.bytes, 128 * 1024);
    }
    const before = up.host.enumerations;
    await up.host.leave(0x08080000);
    await unit.whenMode('normal', { timeoutMs: 5000 });
    expect(unit.modules().find((module) => module.function === 'bootloader')?.version).toBe(1006);
    await unit.whenMode('restarting', { timeoutMs: 5000 });
    await unit.whenMode('normal', { timeoutMs: 5000 });
    expect(up.host.enumerations).toBe(before + 2);
    expect(unit.modules().find((module) => module.function === 'bootloader')).toMatchObject({
      version: 1100,
      isIntact: true,
    });
    expect(Buffer.from(await up.host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('3.3.1');
  });

  test('a Boron runs a 6.2.0 at its lower address, with the radio stack written without its prefix', async () => {
    const next = release('boron', '6.2.0');
    const up = await inDfu('boron');
    unit = up.unit;
    const radio = next.radioStack?.bytes ?? new Uint8Array(0);
    await up.host.flash(0x1000, radio.subarray(24), 4096);
    await up.host.flash(0x28000, next.system[0]?.bytes ?? new Uint8Array(0), 4096);
    await up.host.flash(0xb4000, next.application.bytes, 4096);
    await up.host.leave(0xb4000);
    await unit.whenMode('normal', { timeoutMs: 5000 });
    const { modules } = messages.getModuleInfoReply.decode((await up.host.request(90)).data);
    expect(modules.map((module) => [module.type, module.version, module.passedFlags])).toEqual([
      [2, 3100, 30],
      [4, 6200, 30],
      [5, 6, 30],
      [8, 202, 30],
    ]);
  });
});

test('a real radio stack is known by the information block of its maker', async () => {
  const up = await inDfu('boron');
  unit = up.unit;
  const image = new Uint8Array(0x2030).fill(0x11);
  const view = new DataView(image.buffer);
  view.setUint32(0x2004, 0x51b1e5db, true);
  view.setUint32(0x2008, 0x27000, true);
  view.setUint16(0x200c, 182, true);
  await up.host.flash(0x1000, image, 4096);
  expect(unit.modules().find((module) => module.function === 'radio-stack')).toMatchObject({
    version: 182,
    sizeBytes: 0x26000,
    isIntact: true,
  });
});

test('a module in the update slot is applied once its mark is set in the settings', async () => {
  const bootloader = release('electron', '3.3.1').bootloader.bytes;
  const up = await inDfu('electron', { deviceOs: '1.5.2' });
  unit = up.unit;
  await up.host.flash(0x080c0000, bootloader, 128 * 1024);
  await up.host.out(0x01, 11, 1, 0, new Uint8Array(0));
  await up.host.command(0x21, 1753);
  await up.host.block(2, Uint8Array.of(0xa5));
  await up.host.leave(1753);
  await unit.whenMode('normal', { timeoutMs: 5000 });
  expect(unit.modules()[0]).toMatchObject({ function: 'bootloader', version: 1100, isIntact: true });
});

describe('an update over control requests', () => {
  async function send(host: UsbHost, image: Uint8Array, validateOnly = false): Promise<number> {
    const start = await host.request(
      CONTROL_REQUEST.startFirmwareUpdate,
      messages.startFirmwareUpdateRequest.encode({ size: image.length, format: 0 }),
    );
    expect(start.result).toBe(0);
    const { chunkSize } = messages.startFirmwareUpdateReply.decode(start.data);
    expect(chunkSize).toBe(1024);
    for (let at = 0; at < image.length; at += chunkSize) {
      const data = image.subarray(at, at + chunkSize);
      const sent = await host.request(
        CONTROL_REQUEST.firmwareUpdateData,
        messages.firmwareUpdateDataRequest.encode({ data }),
      );
      expect(sent.result).toBe(0);
    }
    const finish = messages.finishFirmwareUpdateRequest.encode({ validateOnly });
    return (await host.request(CONTROL_REQUEST.finishFirmwareUpdate, finish)).result;
  }

  test('a newer bootloader is checked, applied at the restart, and then reported', async () => {
    const up = await plugged('boron');
    unit = up.unit;
    const bootloader = release('boron', '6.2.0', 3101).bootloader.bytes;
    expect(await send(up.host, bootloader)).toBe(0);
    await unit.whenMode('restarting', { timeoutMs: 5000 });
    await unit.whenMode('normal', { timeoutMs: 5000 });
    expect(unit.modules()[0]).toMatchObject({ function: 'bootloader', version: 3101, isIntact: true });
  });

  test.each([
    [
      'a wrong CRC',
      RESULT.moduleIntegrity,
      () => damageModule(release('boron', '6.2.0').bootloader.bytes, 0x200, 'wrong-crc'),
    ],
    [
      'another platform',
      RESULT.modulePlatform,
      () => generateFactoryRelease({ platform: 'b5som', deviceOs: '6.2.0', scale: 0.02 }).bootloader.bytes,
    ],
    [
      'a missing dependency',
      RESULT.moduleDependency,
      () => release('boron', '6.4.1').system[0]?.bytes ?? new Uint8Array(1),
    ],
    ['no module at all', RESULT.moduleNotFound, () => new Uint8Array(500).fill(0x55)],
  ] as const)('%s is refused and changes nothing', async (_, code, image) => {
    const up = await plugged('boron');
    unit = up.unit;
    const before = unit.modules();
    expect(await send(up.host, image())).toBe(code);
    expect(unit.modules()).toEqual(before);
    expect(unit.mode).toBe('normal');
  });

  test('a size of zero, data without a start and an early finish are refused', async () => {
    const up = await plugged('boron');
    unit = up.unit;
    const start = (size: number) =>
      up.host.request(
        CONTROL_REQUEST.startFirmwareUpdate,
        messages.startFirmwareUpdateRequest.encode({ size, format: 0 }),
      );
    expect((await start(0)).result).toBe(RESULT.moduleSize);
    const data = messages.firmwareUpdateDataRequest.encode({ data: Uint8Array.of(1) });
    expect((await up.host.request(CONTROL_REQUEST.firmwareUpdateData, data)).result).toBe(RESULT.invalidState);
    expect((await start(100)).result).toBe(0);
    expect((await up.host.request(CONTROL_REQUEST.finishFirmwareUpdate)).result).toBe(RESULT.invalidState);
  });
});
