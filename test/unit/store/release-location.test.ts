import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locateRelease, readDownloadSettings } from '../../../src-main/adapters/store/download/release-location.ts';
import { freshFolder, refusal } from './store-bench.ts';

describe('where releases come from', () => {
  const release = { version: '6.2.0', platform: 'boron' as const };

  test('is a setting; without it the refusal names it', async () => {
    const settings = await readDownloadSettings(join(freshFolder(), 'store-settings.json'));
    expect(() => locateRelease(settings, release)).toThrow(/"releaseUrl" in store-settings.json/);
  });

  test('is filled in with version and platform', () => {
    const releaseUrl = 'https://mirror.example/v{version}/os@{version}+{platform}.zip';
    const { url, checksumUrl } = locateRelease({ releaseUrl }, { version: '3.2.1-p2.3', platform: 'p2' });
    expect(url.href).toBe('https://mirror.example/v3.2.1-p2.3/os@3.2.1-p2.3+p2.zip');
    expect(checksumUrl.href).toBe(`${url.href}.sha256`);
    expect(
      locateRelease({ releaseUrl, checksumUrl: 'https://m.example/{version}/SHA256SUMS' }, release).checksumUrl.href,
    ).toBe('https://m.example/6.2.0/SHA256SUMS');
  });

  test.each([
    ['https://mirror.example/latest.zip', release],
    ['ftp://mirror.example/{version}.zip', release],
    ['https://user:secret@mirror.example/{version}.zip', release],
    ['https://mirror.example/{version}/{platform}.zip', { version: '6.2.0', platform: undefined }],
    ['https://mirror.example/{version}.zip', { version: '../../6.2.0', platform: undefined }],
  ])('cannot be %s for %o', (releaseUrl, wanted) => {
    expect(() => locateRelease({ releaseUrl }, wanted)).toThrow(/^(?!.*secret)/);
  });

  test.each(['{', '{"format":1,"relaseUrl":"x"}', '{"releaseUrl":"https://x/{version}"}'])(
    'is not read from %s',
    async (text) => {
      const file = join(freshFolder(), 'store-settings.json');
      writeFileSync(file, text);
      expect((await refusal(readDownloadSettings(file))).code).toBe('station/invalid-file');
    },
  );
});
