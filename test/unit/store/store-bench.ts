import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { generateModule, seal } from '../../../firmware/generate-module.ts';
import { type GeneratedRelease, generateRelease } from '../../../firmware/generate-release.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { createFirmwareStore } from '../../../src-main/adapters/store/firmware-store.files.ts';
import { hashOf } from '../../../src-main/adapters/store/object-folder.ts';
import { failureOf } from '../../../src-main/domain/failure.ts';
import { PLATFORMS, type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import type { FirmwareStore, RecipeOrder } from '../../../src-main/ports/firmware-store.ts';

/** A folder of this test's own, gone when it ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty store and the folder it is in, with room for files beside it. */
export function freshStore(): { readonly store: FirmwareStore; readonly folder: string; readonly beside: string } {
  const beside = freshFolder();
  const folder = join(beside, 'data', 'store');
  return { store: createFirmwareStore(folder), folder, beside };
}

/** The newest release of a platform, small. */
export function releaseOf(platform: PlatformName, deviceOs = newestOf(platform), seed = 1): GeneratedRelease {
  return generateRelease({ platform, deviceOs, productVersion: 13, productId: 8178, appSeed: seed, scale: 0 });
}

export function newestOf(platform: PlatformName): string {
  return platformByName(platform).mcu === 'stm32f2xx' ? '3.3.1' : '6.2.0';
}

export const PLATFORM_NAMES = PLATFORMS.map(({ name }) => name);

/** The files of a release as they are published, without the application, by name. */
export function releaseFilesOf(release: GeneratedRelease): Record<string, Uint8Array> {
  const files = release.files.filter(({ role }) => role !== 'application');
  return Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
}

/** Writes files into a folder, making the folders in their names; resolves with the folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Writes a zip of these files; resolves with its path. */
export async function writeZip(path: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const content = Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, zipSync(Object.fromEntries(content)));
  return path;
}

/** A B5 SoM application of product version 13 that asks for assets, as the vendor's tool makes it (firmware-modules.md 1.7). */
export function applicationWithAssets(
  assets: Readonly<Record<string, Uint8Array>>,
  deviceOs: { readonly deviceOs: string; readonly moduleVersion: number } = { deviceOs: '6.2.0', moduleVersion: 6200 },
): Uint8Array {
  const entries = Object.entries(assets).map(([name, bytes]) => {
    const entry = Buffer.alloc(38 + Buffer.byteLength(name));
    entry.writeUInt16LE(0x12, 0);
    entry.writeUInt16LE(entry.length, 2);
    entry.set([0, 32], 4);
    entry.write(hashOf(bytes), 6, 'hex');
    entry.write(name, 38);
    return entry;
  });
  const list = Buffer.concat([...entries, Buffer.from([0, 0, 4, 0])]);
  const release = { platform: platformByName('b5som'), ...deviceOs };
  const file = generateModule(applicationSpec(release, { id: 8178, version: 13 }, 64 + list.length));
  file.set(list, 24 + 64);
  new DataView(file.buffer).setUint16(file.length - 6, 40 + list.length, true);
  seal(file);
  return file;
}

/** An order for product 8178 version 13 on this platform's newest release. */
export function orderOf(platform: PlatformName, more: Partial<RecipeOrder> = {}): RecipeOrder {
  return {
    name: `Tank sensor, ${platform}`,
    platform,
    deviceOs: newestOf(platform),
    productId: 8178,
    binary: '13',
    sim: { form: 'none', waitMs: 0, mayBePending: true, readBeforeFlash: false },
    ...more,
  };
}

/** Puts the newest release and product binary of a platform into a store. */
export async function fill(store: FirmwareStore, beside: string, platform: PlatformName): Promise<void> {
  const release = releaseOf(platform);
  const folder = await writeFiles(join(beside, `release-${platform}`), releaseFilesOf(release));
  await store.addRelease([folder], {});
  await store.addProduct({ name: 'tank.bin', bytes: release.application.bytes }, {});
}

/** The failure a promise rejects with, as a value; a success is an error. */
export async function refusal(promise: Promise<unknown>): Promise<{ readonly code: string; readonly detail: string }> {
  let value: unknown;
  try {
    value = await promise;
  } catch (thrown) {
    const { code, detail } = failureOf(thrown);
    return { code, detail };
  }
  throw new Error(`not refused: ${JSON.stringify(value)}`);
}

/** An nRF52 module with vectors that says, in byte 8 of its prefix, it is for the ESP32 co-processor (firmware-modules.md 1.2). */
export function forCoProcessor(module: Uint8Array): Uint8Array {
  const file = Uint8Array.from(module);
  file[0x208] = 0x21;
  seal(file);
  return file;
}
