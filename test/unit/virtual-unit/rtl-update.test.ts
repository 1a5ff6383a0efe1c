import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import { type GeneratedRelease, generateFactoryRelease } from '../../../firmware/generate-release.ts';
import { compressModule } from '../../../firmware/generate-variants.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { RESULT } from '../../../src-main/protocol/control-requests.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { backUp, reported, sendUpdate } from './send-update.ts';
import { plugged } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const OLD = { deviceOs: '5.6.0', bootloaderVersion: 2400 } as const;

function release(deviceOs: string, scale = 0.02): GeneratedRelease {
  return generateFactoryRelease({ platform: 'p2', deviceOs, scale });
}

async function old() {
  const found = await plugged('p2', OLD);
  unit = found.unit;
  return found;
}

const NOTHING = new Uint8Array(0);

test('prebootloader part 1, bootloader, system and application are taken in the order of their needs and in no other', async () => {
  const { unit, host } = await old();
  const next = release('6.2.0');
  const [part1, bootloader] = [next.prebootloaderPart1?.bytes ?? NOTHING, next.bootloader.bytes];
  const system = next.system[0]?.bytes ?? NOTHING;
  expect(await sendUpdate(host, system)).toBe(RESULT.moduleDependency);
  expect(await sendUpdate(host, bootloader)).toBe(RESULT.moduleDependency);
  for (const file of [part1, bootloader, system, next.application.bytes]) {
    expect(await sendUpdate(host, file)).toBe(RESULT.ok);
    await backUp(unit);
  }
  expect(unit.mode).toBe('listening');
  const versions = (await reported(host)).map(({ what, version, passedFlags }) => [what, version, passedFlags]);
  expect(versions).toEqual(
    expect.arrayContaining([
      ['2/0', 3100, 30],
      ['2/2', 9, 30],
      ['4/1', 6200, 30],
      ['5/1', 6, 30],
    ]),
  );
});

test('a compressed application is put where the module inside begins', async () => {
  const found = await plugged('p2', { deviceOs: '6.2.0' });
  unit = found.unit;
  // The filler of the sheet's vectors, which can be compressed; the seeded one cannot.
  const of = { platform: platformByName('p2'), deviceOs: '6.2.0', moduleVersion: 6200 };
  const application = generateModule(applicationSpec(of, { id: undefined, version: 7 }, 5 * 4096 - 90));
  const start = new DataView(application.buffer).getUint32(0, true);
  expect(await sendUpdate(found.host, compressModule(application, 0))).toBe(RESULT.ok);
  await backUp(unit);
  expect(unit.readFlash(start, application.length)).toEqual(application);
  expect(unit.mode).toBe('listening');
});

test('a unit pulled out while its bootloader is replaced goes on at the next start', async () => {
  const { unit, host } = await old();
  const bootloader = release('5.6.0', 0.4).bootloader.bytes;
  unit.setFault({ name: 'unplug-while-installing', number: 3000 });
  expect(await sendUpdate(host, bootloader)).toBe(RESULT.ok);
  await unit.whenMode('off', { timeoutMs: 5000 });
  expect(unit.modules()[0]?.isIntact).not.toBe(true);
  await setImmediate();
  unit.plugInto(host);
  await unit.whenMode('listening', { timeoutMs: 5000 });
  expect(unit.readFlash(0x0800_4000, bootloader.length)).toEqual(bootloader);
});
