import { afterEach, describe, expect, test } from 'vitest';
import { damageModule } from '../../../firmware/damage-module.ts';
import {
  type GeneratedFile,
  type GeneratedRelease,
  generateFactoryRelease,
} from '../../../firmware/generate-release.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { allReleases, isReleasedFor, moduleVersionOf } from '../../../src-main/firmware/device-os-releases.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import * as messages from '../../../src-main/protocol/control-messages.ts';
import { CONTROL_REQUEST } from '../../../src-main/protocol/control-requests.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import {
  createUnitClock,
  createVirtualUnit,
  unitPlatform,
  type VirtualUnit,
} from '../../../src-main/virtual/unit/virtual-unit.ts';
import { howItStarts, inDfu, plugged, UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const release = (deviceOs: string, bootloaderVersion?: number): GeneratedRelease =>
  generateFactoryRelease({
    platform: 'p2',
    deviceOs,
    scale: 0.02,
    ...(bootloaderVersion ? { bootloaderVersion } : {}),
  });

const RELEASES = allReleases().filter((name) => isReleasedFor(platformByName('p2'), moduleVersionOf(name) ?? 0));

const bytes = (of: GeneratedRelease, but: Partial<Record<string, Uint8Array | 'left out'>> = {}): Uint8Array[] =>
  of.files.flatMap((file) => {
    const other = but[file.role];
    return other === 'left out' ? [] : [other ?? file.bytes];
  });

const damaged = (file: GeneratedFile | undefined, prefixOffset: number): Uint8Array =>
  damageModule(file?.bytes ?? new Uint8Array(0), prefixOffset, 'wrong-crc');

/** A p2 with exactly these modules. */
function withModules(modules: readonly Uint8Array[]): VirtualUnit {
  const row = unitPlatform('p2');
  if (row === undefined) throw new Error('no such platform');
  return createVirtualUnit({
    platform: row,
    identity: { deviceId: '0a10aced202194944a001122', serialNumber: undefined, mobileSecret: undefined },
    imei: '352753090123456',
    sim: 'none',
    modules,
    clock: createUnitClock({ speed: 400 }),
  });
}

/** Powers one and tells how it came up. */
async function bootsInto(modules: readonly Uint8Array[]): Promise<{ mode: string; why: string }> {
  unit = withModules(modules);
  return howItStarts(unit);
}

describe('what an RTL872x unit does with its flash', () => {
  const whole = release('6.2.0');

  test('a whole release boots', async () => {
    expect(await bootsInto(bytes(whole))).toEqual({ mode: 'listening', why: 'no Wi-Fi credentials' });
  });

  test.each(RELEASES)('Device OS %s, as it is generated, is taken by the parser and boots', async (deviceOs) => {
    const files = release(deviceOs).files;
    for (const file of files) expect(parseModule(file.bytes, file.name)).toMatchObject({ ok: true });
    expect(files.map((file) => file.role)).toEqual(['bootloader', 'prebootloader-part1', 'system-part', 'application']);
    expect((await bootsInto(files.map((file) => file.bytes))).why).toBe('no Wi-Fi credentials');
  });

  test('a factory that writes a newer bootloader writes the prebootloader part that one needs', () => {
    // 6.1.0 came with part 8; its msom leaves the factory with the bootloader of 6.2.0, which needs 9.
    const modules = createFactoryUnit('msom', { scale: 0.01 }).modules();
    const bootloader = (index: number) => modules.find((one) => one.function === 'bootloader' && one.index === index);
    expect(bootloader(0)).toMatchObject({ version: 3100, dependencies: [{ index: 2, version: 9 }] });
    expect(bootloader(2)?.version).toBe(9);
  });

  test('a damaged system part, or none, stays in DFU mode', async () => {
    expect(await bootsInto(bytes(whole, { 'system-part': damaged(whole.system[0], 0) }))).toEqual({
      mode: 'dfu',
      why: 'no valid system part',
    });
    unit?.unplug();
    expect((await bootsInto(bytes(whole, { 'system-part': 'left out' }))).mode).toBe('dfu');
  });

  test('a bootloader older than the system part needs means safe mode', async () => {
    expect(await bootsInto(bytes(release('6.2.0', 3000)))).toEqual({
      mode: 'safe',
      why: 'system part 1 lacks a dependency',
    });
  });

  test('a prebootloader part older than the bootloader needs means safe mode', async () => {
    const old = release('5.2.0').prebootloaderPart1?.bytes ?? 'left out';
    expect(await bootsInto(bytes(whole, { 'prebootloader-part1': old }))).toEqual({
      mode: 'safe',
      why: 'the bootloader lacks a dependency',
    });
  });

  test.each([
    ['without prebootloader part 1', { 'prebootloader-part1': 'left out' }],
    ['without a bootloader', { bootloader: 'left out' }],
    ['with a damaged prebootloader part 1', { 'prebootloader-part1': damaged(whole.prebootloaderPart1, 0) }],
    ['with a damaged bootloader', { bootloader: damaged(whole.bootloader, 0x20) }],
  ] as const)('%s it never comes onto the bus', async (_, but) => {
    const host = new UsbHost();
    unit = withModules(bytes(whole, but));
    unit.plugInto(host);
    await expect(unit.whenMode('dfu', { timeoutMs: 60 })).rejects.toThrow('The unit is restarting');
    expect(host.enumerations).toBe(0);
  });

  test('a bootloader of another platform means safe mode', async () => {
    const { bootloader } = generateFactoryRelease({ platform: 'msom', deviceOs: '6.2.0', scale: 0.02 });
    expect(await bootsInto(bytes(whole, { bootloader: bootloader.bytes }))).toEqual({
      mode: 'safe',
      why: 'no valid bootloader',
    });
  });

  test('without an application, or with a damaged one, or one for a newer system, it is safe mode', async () => {
    expect((await bootsInto(bytes(whole, { application: 'left out' }))).why).toBe('no valid application');
    unit?.unplug();
    expect((await bootsInto(bytes(whole, { application: damaged(whole.application, 0) }))).why).toBe(
      'no valid application',
    );
    unit?.unplug();
    const newer = release('6.4.0').application.bytes;
    expect((await bootsInto(bytes(whole, { application: newer }))).why).toBe('the application needs a newer system');
  });

  test.each([0, 0.3, 1])(
    'an application of %s of the usual size is found at its end, wherever it begins',
    async (scale) => {
      const application = generateFactoryRelease({ platform: 'p2', deviceOs: '6.2.0', scale }).application.bytes;
      const start = new DataView(application.buffer).getUint32(0, true);
      expect(start + application.length).toBe(0x0860_0000);
      expect((await bootsInto(bytes(whole, { application }))).mode).toBe('listening');
      expect(unit?.readFlash(start, application.length)).toEqual(application);
    },
  );
});

describe('the modules of an RTL872x unit', () => {
  test('are listed bootloader, boot record, prebootloader part, system, application, with hash and size', async () => {
    const up = await plugged('p2', { deviceOs: '6.2.0' });
    unit = up.unit;
    const { modules } = messages.getModuleInfoReply.decode((await up.host.request(CONTROL_REQUEST.moduleInfo)).data);
    expect(modules.map(({ type, index, version, maxSize }) => [type, index, version, maxSize])).toEqual([
      [2, 0, 3100, 0x10000],
      [2, 1, 2, 0x2000],
      [2, 2, 9, 0x4a000],
      [4, 1, 6200, 0x180000],
      [5, 1, 6, 0x180000],
    ]);
    const { application, system } = release('6.2.0');
    for (const [at, file] of [
      [3, system[0]],
      [4, application],
    ] as const) {
      const parsed = parseModule(file?.bytes ?? new Uint8Array(0), 'a generated file');
      if (!parsed.ok) throw new Error(parsed.failure.detail);
      expect(modules[at]?.size).toBe(file?.bytes.length);
      expect(Buffer.from(modules[at]?.hash ?? []).toString('hex')).toBe(parsed.value.sha256);
      expect(modules[at]?.passedFlags).toBe(modules[at]?.checkedFlags);
    }
    expect(modules[0]?.dependencies).toEqual([{ type: 2, index: 2, version: 9 }]);
    expect(modules[3]?.dependencies).toEqual([{ type: 2, index: 0, version: 3100 }]);
  });

  test('are the same in the JSON of the console', async () => {
    const up = await plugged('trackerm', { deviceOs: '6.2.0', turnsModemOn: false });
    unit = up.unit;
    await up.host.request(CONTROL_REQUEST.startListening);
    await up.host.setDtr(true);
    const json = JSON.parse(await up.host.ask('s', '}\r\n'));
    expect(json).toMatchObject({ p: 28, imei: '', iccid: '', cellfw: '' });
    expect(json.m.map((one: { f: string; n: string; v: number }) => `${one.f}${one.n} ${one.v}`)).toEqual([
      'b0 3100',
      'b1 2',
      'b2 9',
      's1 6200',
      'u1 6',
    ]);
    expect(json.m[3]).toEqual({
      s: 1572864,
      l: 'm',
      vc: 30,
      vv: 30,
      f: 's',
      n: '1',
      v: 6200,
      d: [{ f: 'b', n: '0', v: 3100 }],
    });
  });

  test('an application that is not whole is left out of the list', async () => {
    const up = await inDfu('p2');
    unit = up.unit;
    await up.host.command(0x41, 0x085f_f000);
    expect(up.unit.modules().map((module) => module.function)).not.toContain('user-part');
  });
});

test('a new Device OS and an application written over DFU run after the restart', async () => {
  const next = release('6.2.0');
  const up = await inDfu('p2');
  unit = up.unit;
  const larger = generateFactoryRelease({ platform: 'p2', deviceOs: '6.2.0', scale: 0.3 }).application.bytes;
  const start = new DataView(larger.buffer).getUint32(0, true);
  await up.host.flash(0x0806_0000, next.system[0]?.bytes ?? new Uint8Array(0), 4096);
  await up.host.flash(start, larger, 4096);
  await up.host.leave(start);
  await unit.whenMode('listening', { timeoutMs: 5000 });
  expect(Buffer.from(await up.host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('6.2.0');
  expect(unit.modules().find((module) => module.function === 'user-part')).toMatchObject({
    isIntact: true,
    hasDependencies: true,
    sizeBytes: larger.length,
  });
});
