import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { damageModule } from '../../../firmware/damage-module.ts';
import { generateModule, seal } from '../../../firmware/generate-module.ts';
import {
  forCoProcessor,
  freshStore,
  newestOf,
  PLATFORM_NAMES,
  refusal,
  releaseFilesOf,
  releaseOf,
  writeFiles,
  writeZip,
} from './store-bench.ts';

const ELF = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(500, 7)]);
const MAP = 'Archive member included to satisfy reference by file (symbol)\n'.repeat(20);

describe('a release comes in whichever layout it is published in', () => {
  test.each(PLATFORM_NAMES)('%s as a flat zip of bin, elf and map', async (platform) => {
    const { store, beside } = freshStore();
    const files = releaseFilesOf(releaseOf(platform));
    const noise = Object.keys(files).flatMap((name) => [
      [name.replace('.bin', '.elf'), ELF],
      [name.replace('.bin', '.map'), MAP],
    ]);
    const zip = await writeZip(join(beside, `particle_device-os@6.2.0+${platform}.binaries.zip`), {
      ...files,
      ...Object.fromEntries(noise),
    });
    const report = await store.addRelease([zip], { deviceOs: newestOf(platform) });
    expect(report.refused).toEqual([]);
    expect(report.sets.map((set) => [set.platform, set.deviceOs, set.isNew])).toEqual([
      [platform, newestOf(platform), true],
    ]);
    expect(Object.values(report.sets[0]?.files ?? {}).sort()).toEqual(Object.keys(files).sort());
    expect(report.leftOut.map(({ file }) => file).sort()).toEqual(noise.map(([name]) => name).sort());
  });

  test.each(PLATFORM_NAMES)('%s as a restore zip with plain names', async (platform) => {
    const { store, beside } = freshStore();
    const release = releaseOf(platform);
    const plain = (name: string) => name.replace(`${platform}-`, '').replace(/@.*(?=\.bin)/, '');
    const files = Object.fromEntries(
      Object.entries(releaseFilesOf(release)).map(([name, file]) => [plain(name), file]),
    );
    const zip = await writeZip(join(beside, `${platform}.zip`), { ...files, 'tinker.bin': release.application.bytes });
    const report = await store.addRelease([zip], {});
    expect(report.sets.map(({ modules }) => modules.map(({ role }) => role).sort())).toEqual([
      release.files.map(({ role }) => (role === 'prebootloader-part1' ? 'prebootloader' : role)).sort(),
    ]);
    expect([report.refused, report.leftOut]).toEqual([[], []]);
  });

  test('all platforms as one zip of PLATFORM/release folders, debug builds left out', async () => {
    const { store, beside } = freshStore();
    const tree = Object.fromEntries(
      PLATFORM_NAMES.filter((name) => newestOf(name) === '6.2.0').flatMap((platform) => {
        const files = Object.entries(releaseFilesOf(releaseOf(platform)));
        const debug = Object.entries(releaseFilesOf(releaseOf(platform, '6.1.0')));
        return [
          ...files.map(([name, bytes]) => [`${platform}/release/${name}`, bytes]),
          ...debug.map(([name, bytes]) => [`${platform}/debug/${name.replace('.bin', '.debug.bin')}`, bytes]),
        ];
      }),
    );
    const zip = await writeZip(join(beside, 'particle_device-os@6.2.0.zip'), tree);
    const report = await store.addRelease([zip], { deviceOs: '6.2.0' });
    expect(report.refused).toEqual([]);
    expect(report.sets.map(({ platform }) => platform).sort()).toEqual(
      PLATFORM_NAMES.filter((name) => newestOf(name) === '6.2.0').sort(),
    );
    expect(report.leftOut.every(({ file, why }) => file.includes('/debug/') && why.includes('debug build'))).toBe(true);
  });

  test('a folder, with the SoftDevice beside it as a file of its own', async () => {
    const { store, beside } = freshStore();
    const release = releaseOf('boron');
    const { 'boron-softdevice@2.0.0.bin': softDevice = new Uint8Array(), ...files } = releaseFilesOf(release);
    const folder = await writeFiles(join(beside, 'release'), files);
    expect(await refusal(store.addRelease([folder], {}))).toMatchObject({
      code: 'store/incomplete',
      detail: expect.stringContaining('radio-stack'),
    });
    await writeFiles(beside, { 'softdevice.bin': softDevice });
    const report = await store.addRelease([folder, join(beside, 'softdevice.bin')], {});
    expect(report.sets.map(({ lacks }) => lacks)).toEqual([[]]);
  });

  test('of all that is there, one platform alone when one is asked for', async () => {
    const { store, beside } = freshStore();
    const folder = await writeFiles(beside, {
      ...releaseFilesOf(releaseOf('boron')),
      ...releaseFilesOf(releaseOf('p2')),
    });
    const report = await store.addRelease([folder], { platforms: ['p2'] });
    expect(report.sets.map(({ platform }) => platform)).toEqual(['p2']);
    expect((await store.contents()).sets).toHaveLength(1);
  });
});

describe('a set counts by content', () => {
  test('Electron file names count differently from their headers, and the headers win', async () => {
    const { store, beside } = freshStore();
    const release = releaseOf('electron');
    const report = await store.addRelease([await writeFiles(beside, releaseFilesOf(release))], {});
    const [set] = report.sets;
    const named = set?.modules.map(({ role, index, sha256 }) => `${role} ${index}: ${set.files[sha256]}`);
    expect(named).toContain('system-part 3: electron-system-part1@3.3.1.bin');
    expect(named).toContain('system-part 1: electron-system-part2@3.3.1.bin');
  });

  test('the same release twice is the same set, whatever its files were called', async () => {
    const { store, beside } = freshStore();
    const files = releaseFilesOf(releaseOf('boron'));
    const renamed = Object.fromEntries(Object.values(files).map((bytes, at) => [`${9 - at}.bin`, bytes]));
    const first = await store.addRelease([await writeFiles(join(beside, 'one'), files)], {});
    const second = await store.addRelease([await writeFiles(join(beside, 'two'), renamed)], {});
    expect(second.sets.map(({ id, isNew }) => [id, isNew])).toEqual(first.sets.map(({ id }) => [id, false]));
    expect((await store.contents()).sets.map(({ origin }) => origin.from)).toEqual(['one']);
  });

  test('as however many files with however long names', async () => {
    const { store, beside } = freshStore();
    const deep = Array.from({ length: 8 }, () => 'x'.repeat(100)).join('/');
    const files = Object.entries(releaseFilesOf(releaseOf('boron'))).map(([name, file]) => [`${deep}/${name}`, file]);
    const folder = await writeFiles(join(beside, 'deep'), Object.fromEntries(files));
    const noise = Array.from({ length: 30 }, (_, at) => [`${'y'.repeat(100)}${at}.map`, MAP]);
    await writeFiles(beside, Object.fromEntries(noise));
    const { sets } = await store.addRelease([...noise.map(([name]) => join(beside, name ?? '')), folder], {});
    expect(await store.contents()).toMatchObject({ sets: [{ id: sets[0]?.id }], damaged: [] });
  });

  test('what it was knowingly taken without stays on it', async () => {
    const { store, beside } = freshStore();
    const { 'tracker-ncp.bin': _left, ...files } = releaseFilesOf(releaseOf('tracker'));
    const report = await store.addRelease([await writeFiles(beside, files)], { without: ['ncp'] });
    expect(report.sets.map(({ lacks }) => lacks)).toEqual([['ncp']]);
    expect((await store.contents()).sets.map(({ lacks }) => lacks)).toEqual([['ncp']]);
  });

  test('monolithic builds, MBRs and platforms of other people are left out with the reason', async () => {
    const { store, beside } = freshStore();
    const release = releaseOf('p2');
    const make = (change: object) =>
      generateModule({
        function: 'bootloader',
        index: 1,
        version: 3,
        platformId: 32,
        start: 0x0800_0000,
        prefixOffset: 0,
        payloadLength: 200,
        dependencies: [],
        suffix: { kind: 'product', productId: 65535, productVersion: 65535 },
        ...change,
      });
    const folder = await writeFiles(beside, {
      ...releaseFilesOf(release),
      'p2-prebootloader-mbr@6.2.0.bin': make({}),
      'p2-tinker.bin': make({ function: 'monolithic', index: 0 }),
      'xenon-bootloader.bin': make({ platformId: 14, index: 0 }),
    });
    const report = await store.addRelease([folder], {});
    expect(report.sets).toHaveLength(1);
    expect(Object.fromEntries(report.leftOut.map(({ file, why }) => [file, why]))).toEqual({
      'p2-prebootloader-mbr@6.2.0.bin': 'a bootloader 1, which no line writes',
      'p2-tinker.bin': 'a monolithic build, which is for debugging',
      'xenon-bootloader.bin': 'platform 14, which this station does not build',
    });
  });
});

describe('nothing that does not hold together gets in', () => {
  const boron = releaseFilesOf(releaseOf('boron'));
  const part = 'boron-system-part1@6.2.0.bin';
  const bytesOf = (name: string): Uint8Array => boron[name] ?? new Uint8Array();

  test.each([
    ['cut-by-one', 'firmware/bad-length'],
    ['longer-by-one', 'firmware/bad-length'],
    ['wrong-crc', 'firmware/bad-crc'],
    ['wrong-hash', 'firmware/bad-hash'],
  ] as const)('one damaged file (%s) refuses the whole release', async (defect, code) => {
    const { store, beside } = freshStore();
    const spoilt = { ...boron, ...releaseFilesOf(releaseOf('p2')), [part]: damageModule(bytesOf(part), 0x200, defect) };
    const zip = await writeZip(join(beside, 'release.zip'), spoilt);
    expect((await refusal(store.addRelease([zip], {}))).code).toBe(code);
    expect(await store.check()).toMatchObject({ objects: 0, entries: 0, problems: [] });
  });

  test.each([
    ['without its bootloader', { 'boron-bootloader@6.2.0.bin': undefined }, 'store/incomplete', 'bootloader'],
    ['without its system part', { [part]: undefined }, 'store/incomplete', 'no system part'],
    ['with two bootloaders', { 'b.bin': bytes('boron', '6.2.1', 'bootloader') }, 'store/conflict', 'different files'],
    [
      'with an older bootloader than it needs',
      { 'boron-bootloader@6.2.0.bin': bytes('boron', '5.0.0', 'bootloader') },
      'firmware/missing-dependency',
      '3100',
    ],
    [
      'with a bootloader for another processor',
      { 'boron-bootloader@6.2.0.bin': forCoProcessor(bytesOf('boron-bootloader@6.2.0.bin')) },
      'firmware/unsupported',
      'processor',
    ],
  ] as const)('a set %s', async (_what, change, code, words) => {
    const { store, beside } = freshStore();
    const files = Object.fromEntries(Object.entries({ ...boron, ...change }).filter(([, file]) => file !== undefined));
    const folder = await writeFiles(beside, files as Record<string, Uint8Array>);
    expect(await refusal(store.addRelease([folder], {}))).toMatchObject({
      code,
      detail: expect.stringContaining(words),
    });
    expect(await store.check()).toMatchObject({ objects: 0, entries: 0 });
  });

  test('system parts of two releases', async () => {
    const { store, beside } = freshStore();
    const electron = releaseFilesOf(releaseOf('electron'));
    const older = releaseFilesOf(releaseOf('electron', '3.3.0'))['electron-system-part3@3.3.0.bin'];
    const folder = await writeFiles(beside, { ...electron, 'electron-system-part3@3.3.1.bin': older ?? '' });
    expect((await refusal(store.addRelease([folder], {}))).code).toBe('firmware/mixed-versions');
  });

  test('files that are another release than declared', async () => {
    const { store, beside } = freshStore();
    const folder = await writeFiles(beside, boron);
    expect(await refusal(store.addRelease([folder], { deviceOs: '6.1.0' }))).toEqual({
      code: 'firmware/wrong-os-version',
      detail: expect.stringContaining('6.2.0 (6200), not 6.1.0 (6100)'),
    });
    expect((await refusal(store.addRelease([folder], { deviceOs: '9.9.9' }))).code).toBe('firmware/no-such-release');
  });

  test('the 2.3.1 Boron set whose SoftDevice is stamped for Argon, said in a sentence', async () => {
    const { store, beside } = freshStore();
    const files = releaseFilesOf(releaseOf('boron', '2.3.1'));
    const argon = bytes('argon', '2.3.1', 'radio-stack');
    const folder = await writeFiles(beside, { ...files, 'boron-softdevice@2.0.0.bin': argon });
    for (const platforms of [{}, { platforms: ['boron'] as const }]) {
      expect(await refusal(store.addRelease([folder], { deviceOs: '2.3.1', ...platforms }))).toEqual({
        code: 'firmware/wrong-platform',
        detail: expect.stringMatching(/stamped for Argon \(platform 12\).*take the SoftDevice file of Boron/),
      });
    }
  });

  test('a system part that lies elsewhere than its release has it', async () => {
    const { store, beside } = freshStore();
    const moved = Uint8Array.from(bytesOf(part));
    const view = new DataView(moved.buffer);
    view.setUint32(0x200, view.getUint32(0x200, true) + 0x8000, true);
    view.setUint32(0x204, view.getUint32(0x204, true) + 0x8000, true);
    seal(moved);
    const folder = await writeFiles(beside, { ...boron, [part]: moved });
    expect((await refusal(store.addRelease([folder], {}))).code).toBe('firmware/wrong-location');
  });

  test('a good platform is taken beside a bad one, and the bad one is told', async () => {
    const { store, beside } = freshStore();
    const { 'p2-bootloader@6.2.0.bin': _left, ...p2 } = releaseFilesOf(releaseOf('p2'));
    const report = await store.addRelease([await writeFiles(beside, { ...boron, ...p2 })], {});
    expect(report.sets.map(({ platform }) => platform)).toEqual(['boron']);
    expect(report.refused).toMatchObject([{ platform: 'p2', failure: { code: 'store/incomplete' } }]);
  });

  test.skipIf(process.platform === 'win32')('a link in a folder is not followed, and said', async () => {
    const { store, beside } = freshStore();
    const { [part]: system = '', ...files } = boron;
    await writeFiles(beside, { 'elsewhere.bin': system });
    const folder = await writeFiles(join(beside, 'release'), files);
    symlinkSync(join(beside, 'elsewhere.bin'), join(folder, part));
    expect((await refusal(store.addRelease([folder], {}))).detail).toContain('symbolic link');
    await writeFiles(folder, { 'again.bin': system });
    expect((await store.addRelease([folder], {})).leftOut).toEqual([
      { file: part, why: expect.stringContaining('link') },
    ]);
  });

  test('what is no release at all', async () => {
    const { store, beside } = freshStore();
    const folder = await writeFiles(join(beside, 'photos'), {
      'holiday.jpg': Buffer.alloc(3000, 1),
      'notes.txt': 'hello',
    });
    expect((await refusal(store.addRelease([folder], {}))).code).toBe('store/incomplete');
    expect((await refusal(store.addRelease([join(beside, 'nowhere')], {}))).code).toBe('store/not-found');
    const text = await writeFiles(beside, { 'system-part1.bin': 'x'.repeat(5000) });
    expect((await refusal(store.addRelease([join(text, 'system-part1.bin')], {}))).code).toBe('firmware/not-a-module');
  });

  function bytes(platform: 'boron' | 'argon', deviceOs: string, role: string): Uint8Array {
    return releaseOf(platform, deviceOs).files.find((file) => file.role === role)?.bytes ?? new Uint8Array();
  }
});
