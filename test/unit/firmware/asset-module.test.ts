import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateAssetModule } from '../../../firmware/generate-variants.ts';
import { wrapAsset } from '../../../src-main/firmware/asset-module.ts';
import type { RecipeAsset } from '../../../src-main/firmware/recipe.ts';

test('a short asset is wrapped byte for byte like the one in the sheet', () => {
  const cat = asset('cat.txt', Buffer.from('hello asset'));
  const wanted = generateAssetModule({ name: cat.name, data: cat.bytes }, { compress: false });
  expect(Buffer.compare(wrapAsset(cat).bytes, wanted)).toBe(0);
  expect(wrapAsset(cat)).toMatchObject({ function: 'asset', index: 0, flags: { dropHeader: true, compressed: false } });
});

test('an asset that compresses is sent compressed, one that does not is not', () => {
  const text = wrapAsset(asset('text', Buffer.alloc(100_000, 'a line of text\n')));
  expect(text.flags.compressed).toBe(true);
  expect(text.bytes.length).toBeLessThan(2000);
  const noise = Buffer.from(
    Array.from({ length: 1000 }, (_, at) => createHash('md5').update(`${at}`).digest()[0] ?? 0),
  );
  expect(wrapAsset(asset('noise', noise)).flags.compressed).toBe(false);
});

const VENDOR = join(import.meta.dirname, '../../../.cache/particle-cli/node_modules/particle-cli/assets/x');
const isThere = existsSync(join(VENDOR, '..'));

test.skipIf(!isThere)(
  `the vendor's own library unwraps what was wrapped${isThere ? '' : ' (skipped until particle-cli is in .cache)'}`,
  async () => {
    const vendor = createRequire(VENDOR)('binary-version-reader') as {
      unwrapAssetModule(module: Buffer): Promise<Buffer>;
    };
    for (const one of [asset('cat.txt', Buffer.from('hello asset')), asset('größe', Buffer.alloc(50_000, 'text'))]) {
      const data = await vendor.unwrapAssetModule(Buffer.from(wrapAsset(one).bytes));
      expect(Buffer.compare(data, one.bytes)).toBe(0);
    }
  },
);

function asset(name: string, bytes: Uint8Array): RecipeAsset {
  return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
