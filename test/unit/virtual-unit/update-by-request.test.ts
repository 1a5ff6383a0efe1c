import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { damageModule } from '../../../firmware/damage-module.ts';
import { generateModule, seal } from '../../../firmware/generate-module.ts';
import { type GeneratedRelease, generateFactoryRelease } from '../../../firmware/generate-release.ts';
import { combineModules, compressModule } from '../../../firmware/generate-variants.ts';
import { ncpSpec } from '../../../firmware/release-modules.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import { EXTERNAL_FLASH, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { backUp, finishUpdate, reported, sendData, sendUpdate, startUpdate } from './send-update.ts';
import { plugged } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

function release(platform: PlatformName, deviceOs = '6.2.0', bootloaderVersion?: number): GeneratedRelease {
  const version = bootloaderVersion === undefined ? {} : { bootloaderVersion };
  return generateFactoryRelease({ platform, deviceOs, scale: 0.02, ...version });
}

async function up(platform: PlatformName, options: Parameters<typeof plugged>[1] = {}) {
  const found = await plugged(platform, options);
  unit = found.unit;
  return found;
}

const boron = release('boron');
const system = boron.system[0]?.bytes ?? new Uint8Array(0);
const application = boron.application.bytes;
const shaOf = (file: Uint8Array): string => Buffer.from(file.subarray(-38, -6)).toString('hex');

describe('what a unit takes over control requests', () => {
  test('a system part, compressed: what it reports afterwards is the hash of the module inside', async () => {
    const { unit, host } = await up('boron');
    const file = compressModule(system, 0x200);
    expect(file.length).toBeLessThan(system.length + 200);
    expect(await sendUpdate(host, file)).toBe(RESULT.ok);
    await backUp(unit);
    const found = (await reported(host)).find(({ what }) => what === '4/1');
    expect(found).toMatchObject({ version: 6200, passedFlags: 30, sha256: shaOf(system), size: system.length });
    expect(unit.readFlash(0x28000, system.length)).toEqual(system);
  });

  test('a system part and an application combined in one file', async () => {
    const { unit, host } = await up('boron');
    const file = combineModules([
      { bytes: system, prefixOffset: 0x200 },
      { bytes: application, prefixOffset: 0 },
    ]);
    expect(await sendUpdate(host, file)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.mode).toBe('normal');
    expect(unit.readFlash(0xb4000, application.length)).toEqual(application);
    const versions = (await reported(host)).map(({ what, version }) => [what, version]);
    expect(versions).toContainEqual(['4/1', 6200]);
  });

  test('of three combined modules the third is forgotten', async () => {
    const { unit, host } = await up('boron', { deviceOs: '6.2.0' });
    const twice = combineModules([
      { bytes: application, prefixOffset: 0 },
      { bytes: system, prefixOffset: 0x200 },
      { bytes: release('boron', '6.2.0', 3101).bootloader.bytes, prefixOffset: 0x200 },
    ]);
    expect(await sendUpdate(host, twice)).toBe(RESULT.ok);
    await backUp(unit);
    expect((await reported(host))[0]).toMatchObject({ what: '2/0', version: 3100 });
  });

  test('a radio stack with its header, which then is not in flash', async () => {
    const { unit, host } = await up('boron');
    const file = boron.radioStack?.bytes ?? new Uint8Array(0);
    expect(await sendUpdate(host, file)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.readFlash(0x1000, file.length - 24)).toEqual(file.subarray(24));
    expect(unit.mode).toBe('normal');
  });

  test('a 256 KB application, before which the former 128 KB one is erased', async () => {
    const { unit, host } = await up('boron');
    unit.setFault({ name: 'stale-128k-app' });
    expect(await sendUpdate(host, application)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.readFlash(0xd4000, 4096).every((byte) => byte === 0xff)).toBe(true);
    const user = unit.modules().filter((module) => module.function === 'user-part');
    expect(user.map(({ index }) => index)).toEqual([2]);
  });

  test('Photon system parts in the order of their needs: the second alone is refused', async () => {
    const { unit, host } = await up('photon');
    const [first, second] = release('photon', '3.3.1').system.map((file) => file.bytes);
    if (first === undefined || second === undefined) throw new Error('a Photon has two system parts');
    expect(await sendUpdate(host, second)).toBe(RESULT.moduleDependency);
    expect(await sendUpdate(host, first)).toBe(RESULT.ok);
    await backUp(unit);
    expect(await sendUpdate(host, second)).toBe(RESULT.ok);
    await backUp(unit);
    expect(Buffer.from(await host.read(0xc0, 0x50, 0, 30, 64)).toString()).toBe('3.3.1');
    expect(unit.mode).toBe('listening');
  });

  test('a Photon bootloader, which Device OS writes in place before it restarts', async () => {
    const { unit, host } = await up('photon');
    const file = release('photon', '3.3.1').bootloader.bytes;
    expect(await sendUpdate(host, file)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.modules()[0]).toMatchObject({ function: 'bootloader', version: 1100, isIntact: true });
    expect(unit.readFlash(0x0800_0000, file.length)).toEqual(file);
  });
});

describe('what a unit refuses', () => {
  const bootloader = release('boron', '6.2.0', 3101).bootloader.bytes;
  const radioStack = boron.radioStack?.bytes ?? new Uint8Array(0);
  const elsewhere = generateFactoryRelease({ platform: 'b5som', deviceOs: '6.2.0', scale: 0.02 }).application.bytes;
  const atWrongPlace = Uint8Array.from(application);
  new DataView(atWrongPlace.buffer).setUint32(0, 0x1_0000, true);
  new DataView(atWrongPlace.buffer).setUint32(4, 0x1_0000 + application.length - 4, true);
  seal(atWrongPlace);
  const flaggedForNoHeader = Uint8Array.from(bootloader);
  flaggedForNoHeader[0x209] = 1;
  seal(flaggedForNoHeader);

  test.each([
    ['a compressed bootloader', RESULT.moduleFormatNotSupported, compressModule(bootloader, 0x200)],
    ['a compressed radio stack', RESULT.moduleFormatNotSupported, compressModule(radioStack, 0)],
    ['a damaged module, whatever else is wrong', RESULT.moduleIntegrity, damageModule(elsewhere, 0, 'wrong-crc')],
    ['a module that is cut off', RESULT.moduleIntegrity, application.subarray(0, -100)],
    ['an application of another platform', RESULT.modulePlatform, elsewhere],
    ['a module that ends in no known place', RESULT.moduleNotFound, atWrongPlace],
    ['a module with vectors that wants its header dropped', RESULT.moduleFormat, flaggedForNoHeader],
    ['co-processor firmware where there is none', RESULT.moduleNotFound, ncp('boron')],
    [
      'a system part that needs a newer bootloader',
      RESULT.moduleDependency,
      release('boron', '6.4.1').system[0]?.bytes,
    ],
  ])('%s, and nothing changes', async (_, code, image) => {
    const { unit, host } = await up('boron');
    const before = unit.modules();
    expect(await sendUpdate(host, image ?? new Uint8Array(0))).toBe(code);
    expect(unit.modules()).toEqual(before);
    expect(unit.mode).toBe('normal');
    expect(await finishUpdate(host)).toBe(RESULT.invalidState);
  });

  test('an image larger than the update slot, and any while the application forbids updates', async () => {
    const { unit, host } = await up('boron');
    expect(await startUpdate(host, 100)).toBe(RESULT.ok);
    expect(await startUpdate(host, 1500 * 1024 + 1)).toBe(RESULT.moduleSize);
    expect(await sendData(host, application.subarray(0, 100))).toBe(RESULT.invalidState);
    unit.setFault({ name: 'updates-disabled' });
    expect(await startUpdate(host, 100)).toBe(RESULT.updatesDisabled);
  });

  test('pieces that are empty, too large, or more than was announced: then the transfer is over', async () => {
    const { host } = await up('boron');
    for (const wrong of [0, 1025, 1024]) {
      expect(await startUpdate(host, 1500)).toBe(RESULT.ok);
      expect(await sendData(host, application.subarray(0, 1000))).toBe(RESULT.ok);
      expect(await sendData(host, application.subarray(0, wrong))).toBe(RESULT.outOfRange);
      expect(await sendData(host, application.subarray(0, 10))).toBe(RESULT.invalidState);
    }
  });

  test('to finish what was cancelled, only looked at, begun anew or never all sent', async () => {
    const { unit, host } = await up('boron');
    await startUpdate(host, 100);
    expect((await host.request(CONTROL_REQUEST.cancelFirmwareUpdate)).result).toBe(RESULT.ok);
    expect(await finishUpdate(host)).toBe(RESULT.invalidState);
    expect(await sendUpdate(host, application, true)).toBe(RESULT.ok);
    expect(await finishUpdate(host)).toBe(RESULT.invalidState);
    await startUpdate(host, 100);
    expect(await sendData(host, application.subarray(0, 99))).toBe(RESULT.ok);
    await startUpdate(host, 100);
    expect(await sendData(host, application.subarray(0, 99))).toBe(RESULT.ok);
    expect(await finishUpdate(host)).toBe(RESULT.invalidState);
    expect(unit.mode).toBe('normal');
  });
});

describe('dependencies as Device OS looks at them', () => {
  test('an application for a newer system is taken, and the unit ends in safe mode', async () => {
    const { unit, host } = await up('boron');
    expect(await sendUpdate(host, application)).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.mode).toBe('safe');
  });

  test('a bootloader that is too old stops the system part of a Boron, but not that of an Argon, where it is named second', async () => {
    const options = { deviceOs: '5.9.0', bootloaderVersion: 2700 };
    const first = await up('boron', options);
    expect(await sendUpdate(first.host, system)).toBe(RESULT.moduleDependency);
    first.unit.unplug();
    const argon = await up('argon', { ...options });
    expect(await sendUpdate(argon.host, release('argon').system[0]?.bytes ?? new Uint8Array(0))).toBe(RESULT.ok);
    await backUp(argon.unit);
    expect(argon.unit.mode).toBe('safe');
  });
});

describe('the co-processor', () => {
  test('of an Argon takes minutes, during which the unit answers nothing, and then has the new version', async () => {
    const { unit, host } = await up('argon');
    expect((await reported(host)).find(({ what }) => what === '7/0')).toMatchObject({ version: 5, size: 0 });
    expect(await sendUpdate(host, ncp('argon', { version: 9, payloadLength: 864_000 }))).toBe(RESULT.ok);
    const answers = host.request(CONTROL_REQUEST.deviceId).then(
      () => 'answered',
      () => 'gone',
    );
    await backUp(unit);
    expect(await answers).toBe('gone');
    const found = (await reported(host)).find(({ what }) => what === '7/0');
    expect(found).toMatchObject({ version: 9, passedFlags: 30, sha256: '0900'.repeat(16) });
  });

  test('keeps its firmware when the unit is pulled out in the middle', async () => {
    const { unit, host } = await up('argon');
    expect(await sendUpdate(host, ncp('argon', { version: 9, payloadLength: 864_000 }))).toBe(RESULT.ok);
    unit.powerCycle();
    await unit.whenMode('listening', { timeoutMs: 5000 });
    expect(unit.modules().find((module) => module.function === 'ncp')?.version).toBe(5);
  });

  test.each([
    ['5.5.0', 9],
    ['5.9.0', 7],
  ])('of a Tracker with Device OS %s has version %d after an update that was accepted', async (deviceOs, version) => {
    const { unit, host } = await up('tracker', { deviceOs });
    expect(await sendUpdate(host, ncp('tracker', { version: 9 }))).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.modules().find((module) => module.function === 'ncp')?.version).toBe(version);
  });

  test('refuses an image for another kind of processor, and one that needs a newer system', async () => {
    const { host } = await up('tracker', { deviceOs: '2.3.1', mode: 'listening' });
    expect(await sendUpdate(host, ncp('tracker'))).toBe(RESULT.moduleDependency);
    unit?.unplug();
    const argon = await up('argon');
    expect(await sendUpdate(argon.host, ncp('argon', { reserved: 3 }))).toBe(RESULT.modulePlatform);
    expect(await sendUpdate(argon.host, compressModule(ncp('argon'), 0))).toBe(RESULT.moduleFormatNotSupported);
  });
});

describe('a unit that is pulled out while it installs', () => {
  test('goes on at the next start with an application, and comes up with it', async () => {
    const { unit, host } = await up('boron', { deviceOs: '6.2.0' });
    const next = generateFactoryRelease({ platform: 'boron', deviceOs: '6.2.0', scale: 0.1 }).application.bytes;
    unit.setFault({ name: 'unplug-while-installing', number: 4096 });
    expect(await sendUpdate(host, next)).toBe(RESULT.ok);
    await unit.whenMode('off', { timeoutMs: 5000 });
    expect(unit.readFlash(0xb4000, 4096)).toEqual(next.subarray(0, 4096));
    expect(unit.readFlash(0xb4000, next.length)).not.toEqual(next);
    await setImmediate(); // what the unit was doing has come to its end
    unit.plugInto(host);
    await unit.whenMode('normal', { timeoutMs: 5000 });
    expect(unit.readFlash(0xb4000, next.length)).toEqual(next);
  });

  // Set aside, put in place, copied: a cut in each of these, and one before the order to the master boot record.
  test.each([[3000], [50_000], [60_000], [98_000], [105_000], [150_000]])(
    'after %d bytes of a new bootloader has a whole one, old or new, and its application',
    async (bytes) => {
      const { unit, host } = await up('boron', { deviceOs: '6.2.0' });
      const before = unit.readFlash(0xb4000, 0x40000);
      const next = generateFactoryRelease({ platform: 'boron', deviceOs: '6.2.0', scale: 1, bootloaderVersion: 3101 });
      unit.setFault({ name: 'unplug-while-installing', number: bytes });
      expect(await sendUpdate(host, next.bootloader.bytes)).toBe(RESULT.ok);
      await Promise.any([unit.whenMode('off', { timeoutMs: 5000 }), unit.whenMode('restarting', { timeoutMs: 5000 })]);
      await unit.whenMode('off', { timeoutMs: 5000 });
      unit.plugInto(host);
      await unit.whenMode('normal', { timeoutMs: 5000 });
      const [found] = unit.modules();
      expect(found).toMatchObject({ function: 'bootloader', isIntact: true });
      expect([3100, 3101]).toContain(found?.version);
      expect(unit.readFlash(0xb4000, 0x40000)).toEqual(before);
    },
  );

  test('in the middle of a Gen 2 bootloader never comes back: nothing is left to start', async () => {
    const { unit, host } = await up('photon');
    const next = generateFactoryRelease({ platform: 'photon', deviceOs: '3.3.1', scale: 1 }).bootloader.bytes;
    unit.setFault({ name: 'unplug-while-installing', number: 3000 });
    expect(await sendUpdate(host, next)).toBe(RESULT.ok);
    await unit.whenMode('off', { timeoutMs: 5000 });
    unit.plugInto(host);
    await expect(unit.whenMode('listening', { timeoutMs: 300 })).rejects.toThrow('The unit is restarting');
    expect(host.isEmpty).toBe(true);
  });

  test('while the image is still coming holds what it held, and takes the update at the second try', async () => {
    const { unit, host } = await up('boron', { deviceOs: '6.2.0', faults: [{ name: 'unplug-at-update-byte' }] });
    const before = unit.modules();
    await expect(sendUpdate(host, application)).rejects.toThrow();
    expect(unit.mode).toBe('off');
    unit.plugInto(host);
    await unit.whenMode('normal', { timeoutMs: 5000 });
    expect(unit.modules()).toEqual(before);
    expect(await sendUpdate(host, application)).toBe(RESULT.ok);
  });
});

test('the update slot of an nRF unit is in external flash', async () => {
  const { unit, host } = await up('boron');
  await startUpdate(host, application.length);
  await sendData(host, application.subarray(0, 1024));
  expect(unit.readFlash(EXTERNAL_FLASH + 0x24_c000, 1024)).toEqual(application.subarray(0, 1024));
});

type NcpChange = { readonly version?: number; readonly payloadLength?: number; readonly reserved?: number };

function ncp(platform: PlatformName, change: NcpChange = {}): Uint8Array {
  const spec = ncpSpec({ platform: platformByName(platform), deviceOs: '6.2.0', moduleVersion: 6200 }, 2000);
  return generateModule({ ...spec, ...change });
}
