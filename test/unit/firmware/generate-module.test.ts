import { describe, expect, test } from 'vitest';
import { generateModule, type ModuleSpec } from '../../../firmware/generate-module.ts';
import {
  applicationSpec,
  bootloaderSpec,
  ncpSpec,
  part1Spec,
  type ReleaseOf,
  radioStackSpec,
  systemPartSpec,
} from '../../../firmware/release-modules.ts';
import { MODULE_FUNCTIONS } from '../../../src-main/domain/module-report.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { moduleVersionOf } from '../../../src-main/firmware/device-os-releases.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import { MODULE_VECTORS } from './module-vectors.ts';

describe('a generated module', () => {
  test.each(MODULE_VECTORS)('for %s %s %s is byte for byte the one of the sheet, and is parsed as such', (...row) => {
    const [platform = '', deviceOs = '', what = ''] = row;
    const bytes = generateModule(specOf(platform, deviceOs, what, Number(row[3])));
    const parsed = parseModule(bytes, what);
    if (!parsed.ok) throw new Error(parsed.failure.detail);
    expect([platform, deviceOs, what, ...columnsOf(parsed.value, bytes)]).toEqual(row);
  });

  test('with a seed has no two flash pages alike, so that a page in the wrong place shows', () => {
    const spec = specOf('boron', '4.2.0', 'user 256K', 100);
    const bytes = generateModule({ ...spec, payloadLength: 64 * 4096, seed: 1 });
    const pages = new Set<string>();
    for (let at = 0; at < bytes.length; at += 4096)
      pages.add(Buffer.from(bytes.subarray(at, at + 4096)).toString('hex'));
    expect(pages.size).toBe(65);
  });

  test('is the same for the same seed and another for another seed', () => {
    const spec = specOf('boron', '4.2.0', 'user 256K', 100);
    expect(generateModule({ ...spec, seed: 1 })).toEqual(generateModule({ ...spec, seed: 1 }));
    expect(generateModule({ ...spec, seed: 1 })).not.toEqual(generateModule({ ...spec, seed: 2 }));
  });
});

/** The names of the sheet's rows as specs; file names count differently from module indexes on Electron. */
function specOf(platformName: string, deviceOs: string, what: string, length: number): ModuleSpec {
  const platform = platformByName(platformName);
  const moduleVersion = moduleVersionOf(deviceOs);
  if (platform === undefined || moduleVersion === undefined) throw new Error(`unknown ${platformName} ${deviceOs}`);
  const release: ReleaseOf = { platform, deviceOs, moduleVersion };
  if (what === 'bootloader') return bootloaderSpec(release, 32);
  if (what === 'softdevice') return radioStackSpec(release, 32);
  if (what === 'ncp') return ncpSpec(release, 32);
  if (what === 'prebootloader-part1') return part1Spec(release, 32);
  if (what.startsWith('user')) {
    return applicationSpec(release, { id: 8178, version: 13 }, platform.mcu === 'rtl872x' ? length - 90 : 32);
  }
  const place = Number(what.at(-1));
  return systemPartSpec(release, platformName === 'electron' ? ([0, 3, 1, 2][place] ?? 0) : place, 32);
}

function columnsOf(module: FirmwareModule, bytes: Uint8Array): readonly string[] {
  const { flags, dependencies } = module;
  const dependency = (place: number): string => {
    const one = dependencies[place];
    return one === undefined ? '0,0,0' : `${MODULE_FUNCTIONS.indexOf(one.function)},${one.index},${one.version}`;
  };
  const view = new DataView(bytes.buffer);
  const raw = (fromEnd: number): number => view.getUint16(bytes.length - 4 - fromEnd, true);
  const reserved = bytes[module.prefixOffset + 8] ?? 0;
  return [
    `${bytes.length}`,
    `0x${module.prefixOffset.toString(16)}`,
    module.startAddress.toString(16),
    module.endAddress.toString(16),
    `${MODULE_FUNCTIONS.indexOf(module.function)}/${module.index}`,
    `${flags.dropHeader ? 1 : 0}/${reserved}`,
    `${module.version}`,
    dependency(0),
    dependency(1),
    module.suffixSize === 36 ? '-1/-1' : `${raw(40)}/${raw(38)}`,
    `${module.suffixSize}`,
    module.sha256.slice(0, 16),
    module.crc32,
  ];
}
