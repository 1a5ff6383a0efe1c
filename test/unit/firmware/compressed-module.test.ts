import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { generateModule, seal } from '../../../firmware/generate-module.ts';
import { generateRelease } from '../../../firmware/generate-release.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';

const release = generateRelease({ platform: 'boron', deviceOs: '4.2.0', productVersion: 13, appSeed: 1, scale: 0.1 });
const plain = release.application.bytes;
const PREFIX = 24;
const COMPRESSED = 0x02;

describe('a compressed application', () => {
  test('becomes the plain module that stands in flash, and keeps the hash of its file', () => {
    const file = compressed(plain);
    const parsed = parseModule(file, 'application.bin');
    const wanted = parseModule(plain, 'application.bin');
    if (!parsed.ok || !wanted.ok) throw new Error('refused');
    const { fileSha256, bytes, ...rest } = parsed.value;
    const { fileSha256: plainSha256, bytes: plainBytes, ...same } = wanted.value;
    expect(rest).toEqual(same);
    expect(Buffer.compare(bytes, plainBytes)).toBe(0);
    expect(fileSha256).not.toBe(plainSha256);
  });

  test('goes into a recipe, which writes its plain form', async () => {
    const small = smallRelease('boron', '4.2.0');
    const recipe = await loadedFrom(small, { application: compressed(small.application.bytes) });
    expect(Buffer.compare(recipe.application.bytes, small.application.bytes)).toBe(0);
  });

  test.each([
    ['says more bytes than it gives', (view: DataView) => view.setUint32(PREFIX + 4, plain.length + 1, true)],
    ['says fewer bytes than it gives', (view: DataView) => view.setUint32(PREFIX + 4, plain.length - 1, true)],
    ['says more than any module has', (view: DataView) => view.setUint32(PREFIX + 4, 0xffff_ffff, true)],
    ['names another method', (view: DataView) => view.setUint8(PREFIX + 2, 1)],
    ['names a window that does not exist', (view: DataView) => view.setUint8(PREFIX + 3, 16)],
    ['has a malformed stream', (view: DataView) => view.setUint8(PREFIX + 8, 0xff)],
    ['has a header longer than its data', (view: DataView) => view.setUint16(PREFIX, 0xffff, true)],
    ['is for another platform outside than inside', (view: DataView) => view.setUint16(12, 23, true)],
    ['needs less outside than inside', (view: DataView) => view.setUint16(18, 4100, true)],
  ])('that %s is refused', (_what, spoil) => {
    const file = compressed(plain);
    spoil(new DataView(file.buffer));
    seal(file);
    expect(parseModule(file, 'odd.bin')).toMatchObject({ ok: false, failure: { code: 'firmware/not-a-module' } });
  });

  test('whose inside is damaged is refused for that', () => {
    const damaged = Uint8Array.from(plain);
    damaged[100] = (damaged[100] ?? 0) ^ 1;
    expect(parseModule(compressed(damaged), 'odd.bin')).toMatchObject({
      ok: false,
      failure: { code: 'firmware/bad-crc' },
    });
  });

  test('within a compressed one is refused', () => {
    expect(parseModule(compressed(compressed(plain)), 'odd.bin').ok).toBe(false);
  });

  test('that would unpack to gigabytes is refused without unpacking it', () => {
    const bomb = compressed(plain, deflateRawSync(Buffer.alloc(64 * 1024 * 1024)));
    expect(parseModule(bomb, 'bomb.bin')).toMatchObject({ ok: false, failure: { code: 'firmware/not-a-module' } });
  });
});

test('a compressed bootloader is refused, because a unit refuses it too', () => {
  const file = compressed(release.bootloader.bytes.subarray(0x200));
  expect(parseModule(file, 'bootloader.bin')).toMatchObject({ ok: false, failure: { code: 'firmware/unsupported' } });
});

const VENDOR = join(import.meta.dirname, '../../../.cache/particle-cli/node_modules/particle-cli/assets/knownApps');
const isThere = existsSync(VENDOR);

test.skipIf(!isThere)(
  `what the vendor's own library compresses is read as the plain module, vector table included${isThere ? '' : ' (skipped until particle-cli is in .cache)'}`,
  async () => {
    const vendor = createRequire(join(VENDOR, 'x'))('binary-version-reader') as {
      compressModule(data: Buffer): Promise<Buffer>;
    };
    for (const platform of ['boron', 'electron', 'p2'] as const) {
      const deviceOs = platform === 'electron' ? '3.3.1' : '6.2.0';
      const { system, application } = generateRelease({
        platform,
        deviceOs,
        productVersion: 13,
        appSeed: 1,
        scale: 0.02,
      });
      for (const file of [...system, application]) {
        const parsed = parseModule(await vendor.compressModule(Buffer.from(file.bytes)), file.name);
        expect(parsed.ok ? Buffer.compare(parsed.value.bytes, file.bytes) : parsed.failure.detail).toBe(0);
      }
    }
  },
);

/** A module compressed as firmware-modules.md 1.3 says: its prefix with the flag, a header, the whole of it deflated, its suffix. */
function compressed(module: Uint8Array, stream = deflateRawSync(module)): Uint8Array<ArrayBuffer> {
  const view = new DataView(module.buffer, module.byteOffset, module.byteLength);
  const file = generateModule({
    function: 5,
    index: 2,
    version: 6,
    platformId: 13,
    start: view.getUint32(0, true),
    prefixOffset: 0,
    payloadLength: 8 + stream.length,
    dependencies: [],
    suffix: { kind: 'product', productId: 13, productVersion: 13 },
  });
  const end = new DataView(file.buffer).getUint32(4, true);
  file.set(module.subarray(0, PREFIX));
  const head = new DataView(file.buffer);
  head.setUint32(4, end, true);
  head.setUint8(9, COMPRESSED);
  head.setUint16(PREFIX, 8, true);
  head.setUint8(PREFIX + 2, 0);
  head.setUint8(PREFIX + 3, 0);
  head.setUint32(PREFIX + 4, module.length, true);
  file.set(stream, PREFIX + 8);
  seal(file);
  return new Uint8Array(file);
}
