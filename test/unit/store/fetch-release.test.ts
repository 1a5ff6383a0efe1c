import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type FetchOrder, fetchRelease } from '../../../src-main/adapters/store/download/fetch-release.ts';
import { readChecksums } from '../../../src-main/adapters/store/download/find-checksum.ts';
import { locateRelease } from '../../../src-main/adapters/store/download/release-location.ts';
import { hashOf } from '../../../src-main/adapters/store/object-folder.ts';
import { type ServedFile, serveProxy, serveReleases, serveSilence } from './release-server.ts';
import { PLANT_NAME, selfSigned } from './self-signed.ts';
import { freshFolder, freshStore, refusal, releaseFilesOf, releaseOf, writeZip } from './store-bench.ts';

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
const sha256 = hashOf(bytes);
const PACE = { silentMs: 5_000, fruitlessTries: 3, firstWaitMs: 1, maxBytes: 1_000_000 };

function order(base: string, more: Partial<FetchOrder> = {}): FetchOrder {
  return {
    location: locateRelease({ releaseUrl: `${base}/{version}/os.zip` }, { version: '6.2.0', platform: undefined }),
    network: {},
    acceptUnverified: false,
    folder: freshFolder(),
    signal: new AbortController().signal,
    pace: PACE,
    ...more,
  };
}

const served = (file: Omit<ServedFile, 'bytes'> = {}, checksum: string | null = `${sha256}\n`) =>
  new Map<string, ServedFile>([
    ['/6.2.0/os.zip', { bytes, etag: '"one"', ...file }],
    ...(checksum === null ? [] : [['/6.2.0/os.zip.sha256', { bytes: checksum }] as const]),
  ]);

describe('a download that breaks off', () => {
  test('goes on where it ended, with the same file only', async () => {
    const { base, asked } = await serveReleases(served({ breaksAfter: [50_000, 70_000, 1] }));
    const fetched = await fetchRelease(order(base));
    expect(hashOf(readFileSync(fetched.path))).toBe(sha256);
    expect(fetched.origin).toEqual({ from: `${base}/6.2.0/os.zip`, verified: 'checksum-file', archiveSha256: sha256 });
    const ranges = asked.slice(1).map(({ headers }) => [headers.range, headers['if-range']]);
    expect(ranges).toEqual([
      [undefined, undefined],
      ['bytes=50000-', '"one"'],
      ['bytes=120000-', '"one"'],
      ['bytes=120001-', '"one"'],
    ]);
    await fetched.release();
    expect(existsSync(fetched.path)).toBe(false);
  });

  test('is given up after tries that bring nothing, and the next call goes on with what has come', async () => {
    const files = served({ breaksAfter: [50_000, 0, 0, 0] });
    const { base, asked } = await serveReleases(files);
    const wanted = order(base, { sha256 });
    expect(await refusal(fetchRelease(wanted))).toEqual({
      code: 'store/download-failed',
      detail: expect.stringContaining('3 times in a row'),
    });
    const { path } = await fetchRelease(wanted);
    expect(hashOf(readFileSync(path))).toBe(sha256);
    expect(asked.at(-1)?.headers.range).toBe('bytes=50000-');
  });

  test.each([
    ['the file has changed meanwhile', { etag: '"two"' }],
    ['the server ignores ranges', { ignoresRanges: true }],
    ['the server has no word for the file', { etag: undefined }],
  ] as const)('begins anew when %s', async (_what, change) => {
    const files = served({ breaksAfter: [50_000, 0, 0, 0] }, null);
    const { base } = await serveReleases(files);
    const wanted = order(base, { acceptUnverified: true });
    await refusal(fetchRelease(wanted));
    const other = Buffer.from(bytes).reverse();
    const { etag, ...rest } = { etag: '"one"' as string | undefined, ...change };
    files.set('/6.2.0/os.zip', { bytes: other, ...rest, ...(etag === undefined ? {} : { etag }) });
    const { path, origin } = await fetchRelease(wanted);
    expect(hashOf(readFileSync(path))).toBe(hashOf(other));
    expect(origin.verified).toBe('unverified');
  });

  test('does not go on by a weak ETag, which vouches for no byte', async () => {
    const { base, asked } = await serveReleases(served({ etag: 'W/"one"', breaksAfter: [50_000] }));
    const { path } = await fetchRelease(order(base));
    expect(hashOf(readFileSync(path))).toBe(sha256);
    expect(asked.at(-1)?.headers.range).toBeUndefined();
  });

  test('is done again once when what was pieced together is another file', async () => {
    const files = served({ breaksAfter: [50_000, 0, 0, 0] });
    const { base, asked } = await serveReleases(files);
    const wanted = order(base, { sha256 });
    await refusal(fetchRelease(wanted));
    const [part] = readdirSync(wanted.folder).filter((name) => name.endsWith('.part'));
    writeFileSync(join(wanted.folder, part ?? ''), Buffer.alloc(50_000, 9));
    const { path } = await fetchRelease(wanted);
    expect(hashOf(readFileSync(path))).toBe(sha256);
    expect(asked.slice(-2).map(({ headers }) => headers.range)).toEqual(['bytes=50000-', undefined]);
  });

  test('stops when it is told to and keeps what has come', async () => {
    const { base } = await serveReleases(served());
    const stop = new AbortController();
    const wanted = order(base, { signal: stop.signal, onProgress: () => stop.abort() });
    expect((await refusal(fetchRelease(wanted))).code).toBe('run/aborted');
    const { path } = await fetchRelease(order(base, { folder: wanted.folder }));
    expect(hashOf(readFileSync(path))).toBe(sha256);
  });

  test('is nobody else’s while it goes on, and anybody’s when its process is gone', async () => {
    const { base } = await serveReleases(served());
    const wanted = order(base);
    const first = await fetchRelease(wanted);
    expect((await refusal(fetchRelease(wanted))).code).toBe('store/conflict');
    const [lock] = readdirSync(wanted.folder).filter((name) => name.endsWith('.lock'));
    writeFileSync(join(wanted.folder, lock ?? ''), '4194305'); // above every process number of Linux
    const second = await fetchRelease(wanted);
    await second.release();
    await first.release();
    expect(readdirSync(wanted.folder)).toEqual([]);
  });
});

describe('a download is verified or it is not taken', () => {
  test.each([
    ['the checksum beside it', served(), {}, 'checksum-file'],
    ['the list of the release', served({}, `${'0'.repeat(64)}  other.zip\n${sha256} *os.zip\n`), {}, 'checksum-file'],
    ['the hash that was given', served({}, null), { sha256 }, 'given-sha256'],
    ['nothing, where a person accepted that', served({}, null), { acceptUnverified: true }, 'unverified'],
  ] as const)('by %s', async (_what, files, more, verified) => {
    const { base } = await serveReleases(files);
    expect((await fetchRelease(order(base, more))).origin.verified).toBe(verified);
  });

  test.each([
    ['nobody states its hash', served({}, null), {}, 'Say --sha256'],
    ['the checksum is of another file', served({}, hashOf('other')), {}, 'not the file that is meant'],
    ['the checksum is no checksum', served({}, '<html>Not found</html>'), {}, 'states no one SHA-256'],
    ['the list states two', served({}, `${sha256}  os.zip\n${hashOf('x')}  os.zip\n`), {}, 'states no one SHA-256'],
    ['the list does not know it', served({}, `${sha256}  a.zip\n${sha256}  b.zip\n`), {}, 'states no one SHA-256'],
    ['the given hash is another one', served(), { sha256: hashOf('x') }, 'not the file that is meant'],
    [
      'unverified was accepted, but a checksum says otherwise',
      served({}, hashOf('x')),
      { acceptUnverified: true },
      'not the file that is meant',
    ],
    ['it is not there', served({ status: 404 }), {}, 'HTTP 404'],
    ['it is larger than any release', served(), { pace: { ...PACE, maxBytes: 1000 } }, '200000 bytes'],
    ['it leads in a circle', served({ redirectTo: '/6.2.0/os.zip' }), {}, 'redirected more than 5 times'],
    ['it leads to a file on this computer', served({ redirectTo: 'file:///etc/passwd' }), {}, 'no address'],
  ] as const)('is refused when %s', async (_what, files, more, words) => {
    const { base } = await serveReleases(files);
    const wanted = order(base, more);
    expect(await refusal(fetchRelease(wanted))).toEqual({
      code: 'store/download-failed',
      detail: expect.stringContaining(words),
    });
  });

  test('plain http from elsewhere counts only with a hash that was given', async () => {
    const wanted = order('http://releases.example');
    expect(await refusal(fetchRelease(wanted))).toEqual({
      code: 'store/download-failed',
      detail: expect.stringContaining('plain http'),
    });
  });

  test('follows a redirect and remembers the address it was asked at', async () => {
    const there = await serveReleases(served());
    const here = await serveReleases(
      new Map([
        ['/6.2.0/os.zip', { bytes: '', redirectTo: `${there.base}/6.2.0/os.zip` }],
        ['/6.2.0/os.zip.sha256', { bytes: sha256 }],
      ]),
    );
    const { origin } = await fetchRelease(order(here.base));
    expect(origin.from).toBe(`${here.base}/6.2.0/os.zip`);
  });

  test('a checksum list is read as sha256sum writes it', () => {
    const hash = 'ab'.repeat(32);
    expect(readChecksums(`${hash.toUpperCase()}`, 'x.zip')).toBe(hash);
    expect(readChecksums(`# of today\n${hash}  ./files/x.zip\n`, 'x.zip')).toBe(hash);
    expect(readChecksums(`${hash}  y.zip`, 'x.zip')).toBeUndefined();
    expect(readChecksums(`${hash}\n${hash}`, 'x.zip')).toBeUndefined();
  });
});

describe('the plant’s network', () => {
  test('a proxy is used for https, by CONNECT, and the plant’s own certificate is trusted when named', async () => {
    const authority = selfSigned();
    const base = (await serveReleases(served(), authority)).base.replace('127.0.0.1', PLANT_NAME);
    const proxy = await serveProxy();
    const caFile = join(freshFolder(), 'plant.pem');
    writeFileSync(caFile, authority.cert);

    const { path } = await fetchRelease(order(base, { network: { caFile, proxy: proxy.address } }));
    expect(hashOf(readFileSync(path))).toBe(sha256);
    const target = `CONNECT ${new URL(base).host}`;
    expect(proxy.sentTo).toEqual([target]); // one way for the file and its checksum
  });

  test('this computer itself is never reached through a proxy', async () => {
    const proxy = await serveProxy();
    const { base } = await serveReleases(served());
    await fetchRelease(order(base, { network: { proxy: proxy.address } }));
    expect(proxy.sentTo).toEqual([]);
  });

  test('HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS of the environment count', async () => {
    const authority = selfSigned();
    const base = (await serveReleases(served(), authority)).base.replace('127.0.0.1', PLANT_NAME);
    const proxy = await serveProxy();
    const caFile = join(freshFolder(), 'plant.pem');
    writeFileSync(caFile, authority.cert);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', caFile);
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    try {
      await fetchRelease(order(base));
      expect(proxy.sentTo).toHaveLength(1);
      vi.stubEnv('NO_PROXY', PLANT_NAME); // and only the proxy knows the way
      expect((await refusal(fetchRelease(order(base)))).code).toBe('store/download-failed');
      expect(proxy.sentTo).toHaveLength(1);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('a redirect from https to http is not followed', async () => {
    const authority = selfSigned();
    const there = await serveReleases(served());
    const { base } = await serveReleases(served({ redirectTo: `${there.base}/6.2.0/os.zip` }), authority);
    const caFile = join(freshFolder(), 'plant.pem');
    writeFileSync(caFile, authority.cert);
    expect(await refusal(fetchRelease(order(base, { network: { caFile } })))).toEqual({
      code: 'store/download-failed',
      detail: expect.stringContaining('from https to http'),
    });
    expect(there.asked).toEqual([]);
  });

  test.each([
    ['server', (silent: string) => ({ base: silent, network: {} })],
    ['proxy', (silent: string) => ({ base: `https://${PLANT_NAME}:1`, network: { proxy: silent } })],
  ])('a %s that takes the connection and says nothing is given up', async (_what, setting) => {
    const { base, network } = setting(await serveSilence());
    const pace = { ...PACE, silentMs: 30 };
    expect(await refusal(fetchRelease(order(base, { network, pace, sha256 })))).toEqual({
      code: 'store/download-failed',
      detail: expect.stringContaining('silent for 30 ms'),
    });
  });

  test('a server that falls silent in the middle is given up, and what has come is kept', async () => {
    const wanted = order(await serveSilence('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst'), {
      pace: { ...PACE, silentMs: 300, fruitlessTries: 1 },
      sha256,
    });
    expect((await refusal(fetchRelease(wanted))).code).toBe('store/download-failed');
    const [part] = readdirSync(wanted.folder).filter((name) => name.endsWith('.part'));
    expect(readFileSync(join(wanted.folder, part ?? ''), 'utf8')).toBe('first');
  });

  test('a server nobody vouches for is refused, at once', async () => {
    const { base, asked } = await serveReleases(served(), selfSigned());
    expect(await refusal(fetchRelease(order(base)))).toEqual({
      code: 'store/download-failed',
      detail: expect.stringMatching(/not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*caFile/),
    });
    expect(asked).toEqual([]);
  });

  test('a file of certificates that is none, and a proxy that is no address, are told', async () => {
    const caFile = join(freshFolder(), 'plant.pem');
    expect((await refusal(fetchRelease(order('https://127.0.0.1:1', { network: { caFile } })))).code).toBe(
      'station/invalid-file',
    );
    writeFileSync(caFile, 'no certificates');
    expect((await refusal(fetchRelease(order('https://127.0.0.1:1', { network: { caFile } })))).code).toBe(
      'station/invalid-file',
    );
    const proxy = await refusal(fetchRelease(order('https://127.0.0.1:1', { network: { proxy: 'user:secret' } })));
    expect(proxy).toEqual({ code: 'station/invalid-file', detail: expect.not.stringContaining('secret') });
  });
});

test('a release that was downloaded goes into the store with the address it came from', async () => {
  const { store, beside } = freshStore();
  const zip = await writeZip(join(beside, 'boron.zip'), releaseFilesOf(releaseOf('boron')));
  const content = readFileSync(zip);
  const { base } = await serveReleases(
    new Map([
      ['/6.2.0/os.zip', { bytes: content, etag: '"x"', breaksAfter: [1000] }],
      ['/6.2.0/os.zip.sha256', { bytes: `${hashOf(content)}  os.zip\n` }],
    ]),
  );
  const fetched = await fetchRelease(order(base));
  await store.addRelease([fetched.path], { deviceOs: '6.2.0', origin: fetched.origin });
  expect((await store.contents()).sets.map(({ origin }) => origin)).toEqual([
    { from: `${base}/6.2.0/os.zip`, verified: 'checksum-file', archiveSha256: hashOf(content) },
  ]);
});
