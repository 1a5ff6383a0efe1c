import { describe, expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import {
  combineModules,
  compressModule,
  generateAssetModule,
  withAssets,
} from '../../../firmware/generate-variants.ts';
import { applicationSpec, type ReleaseOf, systemPartSpec } from '../../../firmware/release-modules.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';

/** The variants of firmware-modules.md 8.7, which the sheet made from its vectors with the vendor's library. */
describe('a variant of a vector of the sheet', () => {
  const cat = { name: 'cat.txt', data: new TextEncoder().encode('hello asset') };
  const catHash = '2d5eebd03955939c6aa7ad07292cc6e13934da502e92581ac55fa20c6986c7fb';

  test('an nRF52 application names its asset in a suffix of 89 bytes', () => {
    const module = parse(withAssets(application('b5som', 6200, 32), [cat]));
    expect(module).toMatchObject({ suffixSize: 89, assets: [{ name: 'cat.txt', sha256: catHash }] });
    expect(module.bytes).toHaveLength(149);
    expect([module.productId, module.productVersion]).toEqual([25, 13]);
  });

  test('an RTL872x application grows downwards by 56 bytes and comes out with the CRC of the sheet', () => {
    const module = parse(withAssets(application('p2', 6200, 4096 - 90), [cat]));
    expect(module).toMatchObject({ prefixSize: 80, suffixSize: 62, crc32: 'ce562f9c' });
    expect(module.startAddress.toString(16)).toBe('85fefc8');
    expect(module.bytes).toHaveLength(4152);
    expect(module.assets).toEqual([{ name: 'cat.txt', sha256: catHash }]);
  });

  test('an asset module, not compressed, has 134 bytes and a suffix of 95', () => {
    const bytes = generateAssetModule(cat, { compress: false });
    expect(bytes).toHaveLength(134);
    expect(new DataView(bytes.buffer).getUint32(4, true)).toBe(0x82);
    expect([bytes[9], bytes[14], bytes[128], bytes[129]]).toEqual([1, 9, 95, 0]);
  });

  test('a compressed Boron application has 181 bytes, keeps its start and ends at 0xb40b1', () => {
    const bytes = compressModule(application('boron', 4200, 32), 0);
    const view = new DataView(bytes.buffer);
    expect(bytes).toHaveLength(181);
    expect([view.getUint32(0, true), view.getUint32(4, true), bytes[9]]).toEqual([0xb4000, 0xb40b1, 2]);
    expect([view.getUint16(181 - 44, true), view.getUint16(181 - 42, true)]).toEqual([13, 13]);
  });

  test('a combined Boron system and application come out with the CRC of the sheet in the first', () => {
    const system = generateModule(systemPartSpec(release('boron', 4200), 1, 32));
    const bytes = combineModules([
      { bytes: system, prefixOffset: 0x200 },
      { bytes: application('boron', 4200, 32), prefixOffset: 0 },
    ]);
    expect(bytes).toHaveLength(712);
    expect(Buffer.from(bytes.subarray(608, 612)).toString('hex')).toBe('02e80f47');
  });
});

function release(platform: 'b5som' | 'boron' | 'p2', moduleVersion: number): ReleaseOf {
  return { platform: platformByName(platform), deviceOs: '', moduleVersion };
}

function application(platform: 'b5som' | 'boron' | 'p2', moduleVersion: number, payload: number): Uint8Array {
  return generateModule(applicationSpec(release(platform, moduleVersion), { id: 8178, version: 13 }, payload));
}

function parse(bytes: Uint8Array) {
  const parsed = parseModule(bytes, 'variant.bin');
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}
