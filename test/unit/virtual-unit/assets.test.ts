import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { damageModule } from '../../../firmware/damage-module.ts';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { generateAssetModule } from '../../../firmware/generate-variants.ts';
import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import * as messages from '../../../src-main/protocol/control-messages.ts';
import { CONTROL_REQUEST, RESULT } from '../../../src-main/protocol/control-requests.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { backUp, sendUpdate } from './send-update.ts';
import { plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const data = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * at * 31 + seed * 77 + (at >> 8)) & 0xff);
const cat = { name: 'cat.txt', data: data(5000, 1) };
const sound = { name: 'sound.wav', data: data(9000, 2) };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A unit with 6.2.0 whose application has just been replaced by one that asks for these assets. */
async function withApplication(platform: PlatformName, assets: readonly (typeof cat)[]) {
  const found = await plugged(platform, { deviceOs: '6.2.0' });
  unit = found.unit;
  await replaceApplication(found, platform, assets);
  return found;
}

async function replaceApplication(
  found: { unit: VirtualUnit; host: UsbHost },
  platform: PlatformName,
  assets: readonly (typeof cat)[],
): Promise<void> {
  const release = generateRelease({ platform, deviceOs: '6.2.0', productVersion: 7, appSeed: 3, scale: 0.02, assets });
  expect(await sendUpdate(found.host, release.application.bytes)).toBe(RESULT.ok);
  await backUp(found.unit);
}

async function assetInfo(host: UsbHost) {
  const info = messages.getAssetInfoReply.decode((await host.request(CONTROL_REQUEST.assetInfo)).data);
  const named = (list: typeof info.available) =>
    list.map(({ name, hash, size }) => ({ name, sha256: Buffer.from(hash).toString('hex'), size }));
  return { available: named(info.available), required: named(info.required) };
}

describe.each(['boron', 'b5som', 'argon', 'p2'] as const)('a %s whose application asks for assets', (platform) => {
  test('is in safe mode until the last of them is there, and tells which it has', async () => {
    const { unit, host } = await withApplication(platform, [cat, sound]);
    expect(unit.mode).toBe('safe');
    const required = [
      { name: 'cat.txt', sha256: sha256(cat.data), size: 0 },
      { name: 'sound.wav', sha256: sha256(sound.data), size: 0 },
    ];
    expect(await assetInfo(host)).toEqual({ available: [], required });

    expect(await sendUpdate(host, generateAssetModule(sound))).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.mode).toBe('safe');
    expect(await assetInfo(host)).toEqual({
      available: [{ name: 'sound.wav', sha256: sha256(sound.data), size: 9000 }],
      required,
    });

    expect(await sendUpdate(host, generateAssetModule(cat, { compress: false }))).toBe(RESULT.ok);
    await backUp(unit);
    expect(unit.mode).toBe(platformByName(platform).isCellular ? 'normal' : 'listening');
    expect((await assetInfo(host)).available.map(({ name, size }) => [name, size])).toEqual([
      ['cat.txt', 5000],
      ['sound.wav', 9000],
    ]);
  });
});

test('the module list names the assets of the application', async () => {
  const { host } = await withApplication('boron', [cat]);
  const { modules } = messages.getModuleInfoReply.decode((await host.request(CONTROL_REQUEST.moduleInfo)).data);
  const user = modules.find(({ type }) => type === 5);
  expect(user?.assetDependencies.map(({ name }) => name)).toEqual(['cat.txt']);
});

test('an asset of another content under the right name does not help', async () => {
  const { unit, host } = await withApplication('boron', [cat]);
  expect(await sendUpdate(host, generateAssetModule({ name: 'cat.txt', data: data(5000, 9) }))).toBe(RESULT.ok);
  await backUp(unit);
  expect(unit.mode).toBe('safe');
});

test('assets the application no longer lists are removed when the next one is stored', async () => {
  const found = await withApplication('boron', [cat]);
  expect(await sendUpdate(found.host, generateAssetModule(cat))).toBe(RESULT.ok);
  await backUp(found.unit);
  await replaceApplication(found, 'boron', [sound]);
  expect((await assetInfo(found.host)).available.map(({ name }) => name)).toEqual(['cat.txt']);
  expect(await sendUpdate(found.host, generateAssetModule(sound))).toBe(RESULT.ok);
  await backUp(found.unit);
  expect((await assetInfo(found.host)).available.map(({ name }) => name)).toEqual(['sound.wav']);
});

test('a damaged asset module is accepted like any, and stored never: the unit only looks at it afterwards', async () => {
  const { unit, host } = await withApplication('boron', [cat]);
  expect(await sendUpdate(host, damageModule(generateAssetModule(cat), 0, 'wrong-crc'))).toBe(RESULT.ok);
  await backUp(unit);
  expect(await assetInfo(host)).toMatchObject({ available: [] });
});

test('more than the place for assets holds is not stored, with ten blocks kept free', async () => {
  // The module around an asset with a name of three letters has 119 bytes more.
  const ofBlocks = (name: string, blocks: number) => ({ name, data: data(blocks * 4088 - 119, blocks) });
  for (const [blocks, stored] of [
    [140, ['one']],
    [139, ['one', 'two']],
  ] as const) {
    const assets = [ofBlocks('one', 139), ofBlocks('two', blocks)];
    const { unit, host } = await withApplication('boron', assets);
    for (const asset of assets) {
      expect(await sendUpdate(host, generateAssetModule(asset, { compress: false }))).toBe(RESULT.ok);
      await backUp(unit);
    }
    expect((await assetInfo(host)).available.map(({ name }) => name)).toEqual(stored);
    unit.unplug();
  }
});

test('a unit pulled out while it stores an asset has none of it afterwards, and takes it at the second try', async () => {
  const { unit, host } = await withApplication('boron', [sound]);
  expect(await sendUpdate(host, generateAssetModule(sound, { compress: false }))).toBe(RESULT.ok);
  unit.powerCycle();
  await unit.whenMode('safe', { timeoutMs: 5000 });
  expect(await assetInfo(host)).toMatchObject({ available: [] });
  expect(await sendUpdate(host, generateAssetModule(sound))).toBe(RESULT.ok);
  await backUp(unit);
  expect(unit.mode).toBe('normal');
});

test('Device OS before assets takes no asset module, and Gen 2 never does', async () => {
  const old = await plugged('boron', { deviceOs: '5.4.1' });
  unit = old.unit;
  expect(await sendUpdate(old.host, generateAssetModule(cat))).toBe(RESULT.moduleNotFound);
  expect((await old.host.request(CONTROL_REQUEST.assetInfo)).result).toBe(RESULT.notSupported);
  unit.unplug();
  const electron = await plugged('electron');
  unit = electron.unit;
  expect(await sendUpdate(electron.host, generateAssetModule(cat))).toBe(RESULT.moduleNotFound);
  expect((await electron.host.request(CONTROL_REQUEST.assetInfo)).result).toBe(RESULT.notSupported);
});
