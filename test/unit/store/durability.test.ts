import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { createFirmwareStore } from '../../../src-main/adapters/store/firmware-store.files.ts';
import { loadStoredRecipe } from '../../../src-main/adapters/store/load-stored-recipe.ts';
import { fill, freshFolder, freshStore, refusal, releaseFilesOf, releaseOf, writeFiles } from './store-bench.ts';

const ADDER = join(import.meta.dirname, 'adding-process.ts');
const posix = process.platform !== 'win32';

async function material(beside: string): Promise<readonly [release: string, binary: string]> {
  const release = releaseOf('boron');
  const folder = await writeFiles(join(beside, 'release'), releaseFilesOf(release));
  await writeFiles(beside, { 'tank.bin': release.application.bytes });
  return [folder, join(beside, 'tank.bin')];
}

describe('a process that is killed while it adds', () => {
  test.each([1, 7, 13, 19, 25])(
    'after %i changes on disk leaves a store without a half thing in it, and the next one finishes the work',
    async (changes) => {
      const { store, folder, beside } = freshStore();
      const [release, binary] = await material(beside);
      const killed = await execa(process.execPath, [ADDER, folder, release, binary, '1-20', String(changes)], {
        reject: false,
      });
      expect(killed.signal).toBe('SIGKILL');
      expect(await store.check()).toMatchObject({ problems: [] });
      const { sets, products, damaged } = await store.contents();
      expect(damaged).toEqual([]);
      for (const { sha256 } of [...sets.flatMap(({ modules }) => modules), ...products]) await store.object(sha256);

      await fill(store, beside, 'boron');
      expect(await store.check()).toMatchObject({ objects: 6, entries: 2, problems: [] });
      expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
    },
  );
});

test('two processes that add the same and make recipes of one name at once lose nothing', async () => {
  const { store, folder, beside } = freshStore();
  const [release, binary] = await material(beside);
  const both = ['1-8', '9-16'].map((waits) => execa(process.execPath, [ADDER, folder, release, binary, waits]));
  await Promise.all(both);
  const recipes = await store.recipes();
  expect(recipes.map(({ version }) => version)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
  expect(new Set(recipes.map(({ sha256 }) => sha256)).size).toBe(16);
  expect(recipes.map(({ predecessor }) => predecessor)).toEqual([
    null,
    ...recipes.slice(0, -1).map(({ sha256 }) => sha256),
  ]);
  for (const { sha256 } of recipes) expect(await loadStoredRecipe(store, sha256)).toMatchObject({ ok: true });
  expect(await store.check()).toMatchObject({ objects: 6, entries: 2, recipes: 16, problems: [] });
});

test('a file of another process that still works is left alone, one of a process that is gone is swept', async () => {
  const { store, folder, beside } = freshStore();
  const gone = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
  const left = await writeFiles(join(folder, 'temporary'), {
    [`${process.pid}-mine`]: 'x',
    [`${gone}-gone`]: 'x',
    junk: 'x',
  });
  await fill(store, beside, 'boron');
  expect(readdirSync(left)).toEqual([`${process.pid}-mine`]);
});

describe('a disk that does not take it', () => {
  test.skipIf(!posix)(
    `a file larger than the system allows${posix ? '' : ' (skipped: needs a POSIX shell)'}`,
    async () => {
      const { store, folder, beside } = freshStore();
      const big = releaseOf('boron').system[0]?.bytes.length ?? 0;
      expect(big).toBeGreaterThan(512);
      const [release, binary] = await material(beside);
      // A limit of 0 blocks: the first byte of the first object is refused.
      const command = `ulimit -f 0; exec "$0" "$@"`;
      const limited = await execa('sh', ['-c', command, process.execPath, ADDER, folder, release, binary], {
        reject: false,
      });
      expect([limited.exitCode, limited.stdout]).toEqual([3, 'store/write-failed']);
      expect(await store.check()).toMatchObject({ objects: 0, entries: 0, problems: [] });
      expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
    },
  );

  const isAllowed = mountSmallDisk(() => undefined);
  test.skipIf(!isAllowed)(
    `that is full in the middle says so and keeps what it had${isAllowed ? '' : ' (skipped: no right to mount a small disk)'}`,
    async () => {
      const beside = freshFolder();
      const release = await writeFiles(join(beside, 'tracker'), releaseFilesOf(releaseOf('tracker')));
      await mountSmallDisk(async (disk) => {
        const store = createFirmwareStore(join(disk, 'store'));
        await fill(store, beside, 'boron');
        const before = await store.contents();
        fillUp(disk);
        expect(await refusal(store.addRelease([release], {}))).toEqual({
          code: 'store/write-failed',
          detail: expect.stringContaining('the disk is full (ENOSPC)'),
        });
        expect(await store.check()).toMatchObject({ problems: [] });
        expect((await store.contents()).sets).toEqual(before.sets);
      });
    },
  );

  test('a place that is no folder', async () => {
    const { store, folder, beside } = freshStore();
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'in the way');
    chmodSync(folder, 0o444);
    expect((await refusal(fill(store, beside, 'boron'))).code).toMatch(/^store\/(write-failed|damaged)$/);
  });
});

/** Uses a file system of 128 KB in memory; false where that may not be mounted. */
function mountSmallDisk(use: (disk: string) => Promise<void> | undefined): Promise<void> | boolean {
  const disk = mkdtempSync(join(tmpdir(), 'linewright-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    rmdirSync(disk);
    return false;
  }
  const done = () => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  };
  const using = use(disk);
  if (using !== undefined) return using.finally(done);
  done();
  return true;
}

/** Leaves room for one page, which is less than a release wants. */
function fillUp(disk: string): void {
  let pages = 0;
  try {
    for (; ; pages += 1) writeFileSync(join(disk, String(pages)), Buffer.alloc(4096));
  } catch {
    rmSync(join(disk, String(pages)), { force: true });
    rmSync(join(disk, '0'));
  }
}
