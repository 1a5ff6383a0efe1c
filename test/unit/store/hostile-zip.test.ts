import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openZip } from '../../../src-main/adapters/store/zip-archive.ts';
import { type RawEntry, rawZip } from './hostile-zip.ts';
import { applicationWithAssets, freshStore, refusal, releaseFilesOf, releaseOf, writeZip } from './store-bench.ts';

const app = releaseOf('boron').application.bytes;
const cat = Buffer.from('hello asset');
const withCat = applicationWithAssets({ 'cat.txt': cat });

describe('a hostile zip is refused whole', () => {
  const good: RawEntry = { name: 'app.bin', content: app };

  test.each<[string, string, readonly RawEntry[]]>([
    ['leads out of the archive', 'invalid relative path', [good, { name: '../../etc/cron.d/x', content: 'x' }]],
    [
      'leads out of the archive in the middle',
      'invalid relative path',
      [good, { name: 'assets/../../x', content: 'x' }],
    ],
    ['begins at the root', 'absolute path', [good, { name: '/etc/passwd', content: 'x' }]],
    ['begins at a drive', 'absolute path', [good, { name: 'C:/x', content: 'x' }]],
    ['has backslashes', 'invalid characters', [good, { name: 'assets\\..\\x', content: 'x' }]],
    ['has a dot for a folder', 'hides where it leads', [good, { name: 'assets/./cat.txt', content: 'x' }]],
    ['has a control character in a name', 'control characters', [good, { name: 'assets/a\u0000b', content: 'x' }]],
    ['has one name twice', 'twice', [good, { name: 'app.bin', content: app }]],
    ['is a file and a folder of one name', 'twice', [good, { name: 'app.bin/', content: '' }]],
    [
      'has a symbolic link',
      'symbolic link',
      [good, { name: 'assets/cat.txt', content: '/etc/passwd', mode: 0o120777 }],
    ],
    ['is encrypted', 'encrypted', [good, { name: 'assets/cat.txt', content: 'x', deflated: true, flags: 0x801 }]],
    ['is packed in an unknown way', 'packed in a way', [good, { name: 'assets/cat.txt', content: 'x', method: 99 }]],
    [
      'has files on top of each other',
      'on top of each other',
      [good, { name: 'assets/cat.txt', content: app, offset: 0 }],
    ],
    [
      'states a smaller size than it unpacks to',
      'too many bytes',
      [{ ...good, content: Buffer.alloc(5e6), deflated: true, statedSize: 100 }],
    ],
    [
      'states a larger size than it unpacks to',
      'not enough bytes',
      [{ ...good, deflated: true, statedSize: app.length + 1 }],
    ],
    ['has a file with another checksum', 'damaged in it', [{ ...good, statedCrc: 1 }]],
    [
      'has a file larger than any module',
      'no unit has room',
      [{ ...good, content: Buffer.alloc(3_000_000), deflated: true }],
    ],
    [
      'has more entries than any bundle',
      '700 entries',
      Array.from({ length: 700 }, (_, at) => ({ name: `${at}.txt` })),
    ],
    [
      'has a name longer than any file',
      'no name of a file',
      [good, { name: `assets/${'x'.repeat(400)}`, content: 'x' }],
    ],
    ['has nothing in it', 'no application', []],
  ])('that %s', async (_what, words, entries) => {
    const { store, beside } = freshStore();
    const path = join(beside, 'bundle.zip');
    writeFileSync(path, rawZip(entries));
    expect(await refusal(store.addProduct(path, {}))).toEqual({
      code: 'store/bad-archive',
      detail: expect.stringContaining(words),
    });
    expect(await store.check()).toMatchObject({ objects: 0, entries: 0 });
  });

  test.each([
    ['cut anywhere', (zip: Buffer, at: number) => zip.subarray(0, at)],
    [
      'with any one byte changed',
      (zip: Buffer, at: number) => {
        const copy = Buffer.from(zip);
        copy[at] = (copy[at] ?? 0) ^ 0x41;
        return copy;
      },
    ],
  ])('%s is refused with a code or means the same bundle', async (_what, spoil) => {
    const { store } = freshStore();
    const zip = rawZip([
      { name: 'app.bin', content: withCat },
      { name: 'assets/cat.txt', content: cat, deflated: true },
    ]);
    const whole = await store.addProduct({ name: 'whole.zip', bytes: zip }, {});
    for (let at = 4; at < zip.length; at += 1) {
      const outcome = await store.addProduct({ name: 'spoilt.zip', bytes: spoil(zip, at) }, {}).then(
        ({ id }) => id,
        (thrown: { code?: string }) => thrown.code,
      );
      expect([whole.id, 'store/bad-archive', 'store/incomplete', 'firmware/unsupported']).toContain(outcome);
    }
    expect(await store.check()).toMatchObject({ entries: 1, problems: [] });
  });

  test('whose files unpack to more than any release is refused before it has', async () => {
    const bomb = Buffer.alloc(1_000_000);
    const entries = Array.from({ length: 20 }, (_, at) => ({ name: `${at}.bin`, content: bomb, deflated: true }));
    const zip = await openZip(rawZip(entries), 'bomb.zip', { maxEntries: 100, maxUnpackedBytes: 5_000_000 });
    const read = async () => {
      for (const file of zip.files) await file.read();
    };
    expect(await refusal(read())).toMatchObject({
      code: 'store/bad-archive',
      detail: expect.stringContaining('unpacks'),
    });
  });

  test('that states fewer entries than it has, or more', async () => {
    const { store } = freshStore();
    const entries = [
      { name: 'app.bin', content: withCat },
      { name: 'assets/cat.txt', content: cat },
    ];
    for (const stated of [1, 3, 65_535]) {
      const bytes = rawZip(entries, stated);
      const { code } = await refusal(store.addProduct({ name: 'odd.zip', bytes }, {}));
      expect(['store/bad-archive', 'store/incomplete']).toContain(code);
    }
  });
});

test('a release zip with a file too large for a module is read, and that file is not', async () => {
  const { store, beside } = freshStore();
  const zip = await writeZip(join(beside, 'release.zip'), {
    ...releaseFilesOf(releaseOf('boron')),
    'device-os.elf': Buffer.alloc(9_000_000),
  });
  const report = await store.addRelease([zip], {});
  expect(report.leftOut).toEqual([{ file: 'device-os.elf', why: expect.stringContaining('9000000 bytes') }]);
});
