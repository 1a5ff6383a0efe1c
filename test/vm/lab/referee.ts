import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { type FolderImage, prepareFolderImage } from './folder-image.ts';
import { guestCache, repository } from './lab-availability.ts';

const run = promisify(execFile);
const source = path.join(import.meta.dirname, 'referee');
const folder = path.join(repository, '.cache', 'particle-cli');
const package_ = path.join(folder, 'node_modules', 'particle-cli');
const program = path.join(package_, 'src', 'index.js');

/** The vendor's command line, installed outside the project (usb-lab.md 4). */
export type Referee = {
  /** The words before its own arguments; to be run with the pinned Node. */
  readonly command: readonly string[];
  /** What makes it silent towards the network: no update check, no usage report. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the guest reads it from. */
  readonly images: readonly FolderImage[];
  /** A ready-made application of the vendor, by platform name, as the package carries it. */
  readonly tinker: (platform: keyof typeof tinkerImages) => string;
};

const tinkerImages = {
  boron: 'boron/tinker/tinker-0.8.0-rc.27-boron.bin',
  electron: 'electron/tinker/electron_tinker.bin',
  b5som: 'b5som/tinker/tinker-1.5.0-b5som.bin',
  photon: 'photon/tinker/tinker-0.4.5-photon.bin',
  p2: 'p2/tinker/tinker-5.0.0-p2.bin',
} as const;

/**
 * Installs the referee from its own lockfile into .cache, once. No install script runs: what it needs comes ready-made
 * in its packages. Throws a sentence when the registry cannot be reached the first time.
 */
export async function prepareReferee(): Promise<Referee> {
  const lock = await readFile(path.join(source, 'package-lock.json'), 'utf8');
  const marker = path.join(folder, 'node_modules', '.lock-installed');
  if (!existsSync(marker) || (await readFile(marker, 'utf8')) !== lock) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json'])
      await cp(path.join(source, name), path.join(folder, name));
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    await run('npm', ['ci', ...options, '--fetch-retries=1'], { cwd: folder, timeout: 300_000 }).catch(
      (error: Error) => {
        throw new Error(`particle-cli could not be installed; it needs the package registry once. ${error.message}`);
      },
    );
    await compileAhead();
    await cp(path.join(source, 'package-lock.json'), marker);
  }
  return {
    command: ['node', program],
    images: await prepareFolderImage(folder, lock),
    environment: { PARTICLE_DISABLE_UPDATE: '1' },
    tinker: (platform) => path.join(package_, 'assets', 'knownApps', tinkerImages[platform]),
  };
}

/**
 * Lets V8 compile it here once, for the guest, where that takes twenty times as long: by a command that loads nearly all of it and touches
 * no unit. What it says is that there is none.
 */
async function compileAhead(): Promise<void> {
  const env = { ...process.env, HOME: folder, PARTICLE_DISABLE_UPDATE: '1', NODE_COMPILE_CACHE: guestCache };
  await run(process.execPath, [program, 'identify', '--port', '/dev/null'], { env, timeout: 60_000 }).catch(
    () => undefined,
  );
}
