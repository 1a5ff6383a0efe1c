import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { GeneratedRelease } from '../../../firmware/generate-release.ts';
import { PLATFORMS, type Platform, platformById } from '../../../src-main/domain/platform.ts';
import { isReleasedFor, moduleVersionOf, releasesOf } from '../../../src-main/firmware/device-os-releases.ts';
import { FIRST_WITH_NCP, releaseFor } from '../recipes.ts';
import { assetModule, withAssetNeed } from './asset-specimens.ts';

/** What a recipe calls a module's file. */
export type Role = 'system' | 'radioStack' | 'application' | 'bootloader' | 'prebootloader' | 'ncp' | 'asset-module';

/** A file that is right in every respect, with everything around it that a recipe needs. */
export type Specimen = {
  /** For people: where it is from. */
  readonly name: string;
  readonly role: Role;
  readonly bytes: Uint8Array;
  readonly prefixOffset: number;
  readonly platform: Platform;
  readonly deviceOs: string;
  readonly release: GeneratedRelease;
  readonly product: { readonly id: number; readonly version: number };
  /** Raw assets the application asks for. */
  readonly assets: readonly { readonly name: string; readonly bytes: Uint8Array }[];
};

/**
 * Modules to be mutated: those of several generated releases on every platform, at each of these scales, an application with an asset
 * on each newer one, and every real application that the vendor's command line brings (`npm test` fetches it; none without).
 */
export function collectSpecimens(scales: readonly number[]): readonly Specimen[] {
  const generated = PLATFORMS.flatMap((platform) =>
    releasesToTry(platform).flatMap((deviceOs) =>
      scales.flatMap((scale) => releaseSpecimens(platform, deviceOs, scale)),
    ),
  );
  return [...generated, ...realApplications()];
}

const PRODUCT = { id: 8178, version: 13 };

/** Both user slots and both system places of nRF52, applications with a product ID in them and without. */
function releasesToTry(platform: Platform): readonly string[] {
  const releases = platform.mcu === 'stm32f2xx' ? ['1.5.2', '3.3.1'] : ['2.3.1', '4.2.0', '5.9.0', '6.2.0'];
  return releases.filter((release) => isReleasedFor(platform, moduleVersionOf(release) ?? 0));
}

function releaseSpecimens(platform: Platform, deviceOs: string, scale: number): readonly Specimen[] {
  const release = releaseFor(platform, deviceOs, { scale, product: PRODUCT });
  const common = { platform, deviceOs, release, product: PRODUCT, assets: [] };
  const files = release.files.filter((file) => file.role !== 'ncp' || release.moduleVersion >= FIRST_WITH_NCP);
  const specimens = files.map((file): Specimen => {
    const role = ROLES[file.role];
    return {
      ...common,
      name: `${file.name} at scale ${scale}`,
      role,
      bytes: file.bytes,
      prefixOffset: offsetOf(platform, role, file.bytes),
    };
  });
  if (platform.mcu === 'stm32f2xx' || release.moduleVersion < FIRST_WITH_ASSETS) return specimens;
  const asset = { name: 'cat.txt', bytes: Buffer.from('hello asset') };
  const needing = withAssetNeed(platform, release.application.bytes, asset);
  return [
    ...specimens,
    {
      ...common,
      name: `${release.application.name} with an asset at scale ${scale}`,
      role: 'application',
      bytes: needing,
      prefixOffset: 0,
      assets: [asset],
    },
    {
      ...common,
      name: `asset module for ${platform.name}`,
      role: 'asset-module',
      bytes: assetModule(asset),
      prefixOffset: 0,
    },
  ];
}

/** Device OS 5.6.0 tells which assets are there (firmware-modules.md 7.1). */
const FIRST_WITH_ASSETS = 5600;

const ROLES = {
  'system-part': 'system',
  'radio-stack': 'radioStack',
  application: 'application',
  bootloader: 'bootloader',
  'prebootloader-part1': 'prebootloader',
  ncp: 'ncp',
  asset: 'asset-module',
} as const;

/** Where the generator puts the prefix (firmware-modules.md 1.2): told by the module's own start and end address. */
function offsetOf(platform: Platform, role: Role, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = [0, 0x20, 0x184, 0x200].find((at) => {
    return at + 8 <= bytes.length && view.getUint32(at + 4, true) - view.getUint32(at, true) + 4 === bytes.length;
  });
  if (offset === undefined) throw new Error(`The generated ${role} of ${platform.name} has no prefix.`);
  return offset;
}

const APPLICATIONS = join(
  import.meta.dirname,
  '../../../.cache/particle-cli/node_modules/particle-cli/assets/knownApps',
);

/** Real applications, each in a recipe of generated modules of the release it was built with, or of the oldest one there is. */
function realApplications(): readonly Specimen[] {
  const paths = globSync('**/*.bin', { cwd: APPLICATIONS }).sort();
  return paths.flatMap((path) => {
    const bytes = readFileSync(join(APPLICATIONS, path));
    const platform = platformById(bytes.readUInt16LE(12));
    // The Core's and the Xenon's: no line builds them.
    if (platform === undefined || bytes[14] !== USER_PART) return [];
    const deviceOs = releaseBuiltWith(platform, bytes.readUInt16LE(18));
    const product = { id: bytes.readUInt16LE(bytes.length - 44), version: bytes.readUInt16LE(bytes.length - 42) };
    const release = releaseFor(platform, deviceOs, { scale: 0.02, product });
    return {
      name: basename(path),
      role: 'application' as const,
      bytes,
      prefixOffset: 0,
      platform,
      deviceOs,
      release,
      product,
      assets: [],
    };
  });
}

const USER_PART = 5;

function releaseBuiltWith(platform: Platform, moduleVersion: number): string {
  const known = releasesOf(moduleVersion)[0];
  if (known !== undefined && isReleasedFor(platform, moduleVersion) && moduleVersion >= OLDEST_GENERATED) return known;
  return releasesToTry(platform)[0] ?? '6.2.0';
}

/** The generator follows the sheets from 1.5.2 on. */
const OLDEST_GENERATED = 1512;
