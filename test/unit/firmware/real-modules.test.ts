import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { platformById } from '../../../src-main/domain/platform.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';
import { planned } from './unit-holding.ts';

const APPS = join(import.meta.dirname, '../../../.cache/particle-cli/node_modules/particle-cli/assets/knownApps');
const files = globSync('**/*.bin', { cwd: APPS }).map((path) => join(APPS, path));

/** What the images say of themselves, by platform: function/index, start, product ID/version, Device OS built with. */
const KNOWN: Readonly<Record<string, string>> = {
  'core_tinker.bin': 'platform 0, monolithic 0 at 8005000, product 0/3, no dependency',
  'electron_tinker.bin': 'platform 10, user-part 1 at 8080000, product 10/2, system-part 2 >= 10',
  'tinker-usb-debugging-0.6.0-electron.bin': 'platform 10, user-part 1 at 8080000, product 10/3, system-part 2 >= 102',
  'tinker-0.4.5-p1.bin': 'platform 8, user-part 1 at 80a0000, product 8/2, system-part 2 >= 6',
  'tinker-0.4.5-photon.bin': 'platform 6, user-part 1 at 80a0000, product 6/2, system-part 2 >= 6',
  'tinker-0.8.0-rc.27-argon.bin': 'platform 12, user-part 1 at d4000, product 12/3, system-part 1 >= 326',
  'tinker-0.8.0-rc.27-boron.bin': 'platform 13, user-part 1 at d4000, product 13/3, system-part 1 >= 326',
  'tinker-0.8.0-rc.27-xenon.bin': 'platform 14, user-part 1 at d4000, product 14/3, system-part 1 >= 326',
  'tinker-1.1.0-rc.1-bsom.bin': 'platform 23, user-part 1 at d4000, product 23/3, system-part 1 >= 1100',
  'tinker-1.5.0-b5som.bin': 'platform 25, user-part 1 at d4000, product 25/3, system-part 1 >= 1502',
  'tinker-5.0.0-p2.bin': 'platform 32, user-part 1 at 85f4000, product 32/4, system-part 1 >= 5002',
  'tinker-5.8.0-trackerm.bin': 'platform 28, user-part 1 at 85f4000, product 28/4, system-part 1 >= 5800',
  'tinker-6.3.4-esomx.bin': 'platform 15, user-part 2 at b4000, product 15/3, system-part 1 >= 6305',
  'tinker-6.3.4-msom.bin': 'platform 35, user-part 1 at 85f2000, product 35/4, system-part 1 >= 6305',
  'tracker-tinker@1.5.4-rc.1.bin': 'platform 26, user-part 1 at d4000, product 26/3, system-part 1 >= 1514',
};

const skipped = 'skipped until `npm install --prefix .cache/particle-cli particle-cli@3.51.0 --ignore-scripts` has run';

test.skipIf(files.length === 0)(
  `every real application in the vendor's command line parses as what it is${files.length === 0 ? ` (${skipped})` : ''}`,
  () => {
    const read = files.map((path) => {
      const parsed = parseModule(readFileSync(path), basename(path));
      if (!parsed.ok) return [basename(path), parsed.failure.detail];
      const { platformId, function: kind, index, startAddress, productId, productVersion, dependencies } = parsed.value;
      const [need] = dependencies;
      const needs = need === undefined ? 'no dependency' : `${need.function} ${need.index} >= ${need.version}`;
      const place = `${kind} ${index} at ${startAddress.toString(16)}`;
      return [basename(path), `platform ${platformId}, ${place}, product ${productId}/${productVersion}, ${needs}`];
    });
    expect(Object.fromEntries(read)).toEqual(KNOWN);
  },
);

test.skipIf(files.length === 0)(
  `every real application of a platform that is still built goes into a recipe and is written to its own place${files.length === 0 ? ` (${skipped})` : ''}`,
  async () => {
    const placed = new Map<string, string>();
    for (const path of files) {
      const bytes = readFileSync(path);
      const parsed = parseModule(bytes, basename(path));
      const platform = parsed.ok ? platformById(parsed.value.platformId) : undefined;
      if (!parsed.ok || platform === undefined) continue;
      const { productVersion, startAddress } = parsed.value;
      const target =
        platform.mcu === 'stm32f2xx' ? '3.3.1' : parsed.value.dependencies[0]?.version === 6305 ? '6.3.4' : '6.2.0';
      const recipe = await loadedFrom(smallRelease(platform.name, target), {
        application: bytes,
        json: (json) =>
          Object.assign(json, { product: { id: 8178, version: productVersion }, allowWildcardProductId: true }),
      });
      const plan = planned({ platform, mode: 'dfu', modules: undefined }, recipe);
      const last = plan.writes.at(-1);
      expect([last?.address, Buffer.compare(last?.bytes ?? Buffer.alloc(0), bytes)]).toEqual([startAddress, 0]);
      placed.set(platform.name, `0x${last?.address.toString(16)}`);
    }
    expect(placed.size).toBe(12);
  },
);

test.skipIf(files.length === 0)(
  `a real application with any one byte changed is refused${files.length === 0 ? ` (${skipped})` : ''}`,
  () => {
    const path = files.find((file) => file.endsWith('boron.bin')) ?? '';
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(parseModule(changed, 'boron.bin').ok).toBe(false);
    }
  },
);

test.skipIf(files.length === 0)(
  `the vendor's own reader finds generated releases of real size whole${files.length === 0 ? ` (${skipped})` : ''}`,
  async () => {
    const reader = createRequire(APPS)('binary-version-reader') as VendorReader;
    for (const [platform, deviceOs] of [
      ['electron', '3.3.1'],
      ['boron', '6.2.0'],
      ['p2', '6.2.0'],
    ] as const) {
      const release = generateRelease({ platform, deviceOs, productVersion: 13, appSeed: 1 });
      for (const file of release.files) {
        const { crc, prefixInfo, suffixInfo } = await new reader.HalModuleParser().parseBuffer({
          fileBuffer: Buffer.from(file.bytes),
        });
        const ours = parseModule(file.bytes, file.name);
        if (!ours.ok) throw new Error(ours.failure.detail);
        expect([file.name, crc.ok, prefixInfo.moduleVersion, prefixInfo.prefixOffset, suffixInfo.fwUniqueId]).toEqual([
          file.name,
          true,
          ours.value.version,
          ours.value.prefixOffset,
          ours.value.sha256,
        ]);
      }
    }
  },
);

type VendorReader = {
  readonly HalModuleParser: new () => {
    parseBuffer(input: { fileBuffer: Buffer }): Promise<{
      readonly crc: { readonly ok: boolean };
      readonly prefixInfo: { readonly moduleVersion: number; readonly prefixOffset: number };
      readonly suffixInfo: { readonly fwUniqueId: string };
    }>;
  };
};
