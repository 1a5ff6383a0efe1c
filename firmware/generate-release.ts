import { type Platform, type PlatformName, platformByName } from '../src-main/domain/platform.ts';
import { moduleVersionOf } from '../src-main/firmware/device-os-releases.ts';
import { systemPartIndexes } from '../src-main/firmware/memory-map.ts';
import { generateModule, LEGACY_MODULE, type ModuleSpec } from './generate-module.ts';
import { type Asset, generateAssetModule, withAssets } from './generate-variants.ts';
import {
  applicationSpec,
  bootloaderSpec,
  hasLegacyModule,
  ncpSpec,
  part1Spec,
  type ReleaseOf,
  radioStackSpec,
  systemPartSpec,
} from './release-modules.ts';

export type ReleaseOptions = {
  readonly platform: PlatformName;
  /** A release of the table, e.g. `6.2.0`. */
  readonly deviceOs: string;
  readonly productVersion: number;
  /** What the source says with PRODUCT_ID; only kept below Device OS 4.0 (firmware-modules.md 1.6). */
  readonly productId?: number;
  /** Two seeds make two different applications; the same seed the same one. */
  readonly appSeed: number;
  /** 0..1, default 1: share of the realistic payload sizes. 0 gives 32 bytes of payload each. */
  readonly scale?: number;
  /** A bootloader newer than the one the release shipped: what a factory does so that a later system part can start. */
  readonly bootloaderVersion?: number;
  /** What the application asks for; Device OS knows assets since 5.5.0, and not on Gen 2. */
  readonly assets?: readonly Asset[];
};

export type GeneratedFile = {
  readonly name: string;
  readonly role: 'bootloader' | 'prebootloader-part1' | 'radio-stack' | 'ncp' | 'system-part' | 'application' | 'asset';
  readonly bytes: Uint8Array;
};

export type GeneratedRelease = {
  readonly platform: Platform;
  readonly deviceOs: string;
  readonly moduleVersion: number;
  /** Every module of the release, bootloader first, application last; its assets are beside them. */
  readonly files: readonly GeneratedFile[];
  readonly bootloader: GeneratedFile;
  readonly prebootloaderPart1: GeneratedFile | undefined;
  readonly radioStack: GeneratedFile | undefined;
  readonly ncp: GeneratedFile | undefined;
  /** Electron: three, in file-name order, which is not the order of the module index (firmware-modules.md 0.1). */
  readonly system: readonly GeneratedFile[];
  readonly application: GeneratedFile;
  /** Each in a compressed module, under the asset's name. */
  readonly assets: readonly GeneratedFile[];
};

/**
 * A whole synthetic Device OS release with an application: valid files of real sizes whose dependencies agree, the same
 * bytes for the same options. The system modules depend on platform and release alone. Never for hardware: they do not boot.
 */
export function generateRelease(options: ReleaseOptions): GeneratedRelease {
  const platform = platformByName(options.platform);
  const moduleVersion = moduleVersionOf(options.deviceOs);
  if (moduleVersion === undefined) throw new Error(`there is no Device OS ${options.deviceOs}`);
  const release: ReleaseOf = { platform, deviceOs: options.deviceOs, moduleVersion };
  const scale = options.scale ?? 1;
  const size = (bytes: number): number => Math.max(32, Math.round(bytes * scale));
  const seedOf = (role: number): number => platform.id * 1_000_003 + moduleVersion * 101 + role;
  const sizes = SIZES[platform.mcu];

  const make = (role: GeneratedFile['role'], name: string, spec: ModuleSpec, seed: number): GeneratedFile => ({
    name,
    role,
    bytes: generateModule({ ...spec, seed }),
  });
  const system = systemFileOrder(platform).map((index, place) =>
    make(
      'system-part',
      `${platform.name}-system-part${place + 1}@${options.deviceOs}.bin`,
      systemPartSpec(release, index, Math.max(size(systemPayload(release, index)), leastPayload(release, scale))),
      seedOf(10 + index),
    ),
  );
  const bootloader = make(
    'bootloader',
    `${platform.name}-bootloader@${options.deviceOs}.bin`,
    bootloaderSpec(release, size(sizes.bootloader), options.bootloaderVersion),
    seedOf(1) + (options.bootloaderVersion ?? 0),
  );
  const prebootloaderPart1 =
    platform.mcu === 'rtl872x'
      ? make(
          'prebootloader-part1',
          `${platform.name}-prebootloader-part1@${options.deviceOs}.bin`,
          part1Spec(release, size(79_000), options.bootloaderVersion),
          seedOf(2),
        )
      : undefined;
  const radioStack =
    platform.mcu === 'nrf52840'
      ? // One payload for all platforms, as with the real file (firmware-modules.md 1.5).
        make('radio-stack', `${platform.name}-softdevice@2.0.0.bin`, radioStackSpec(release, size(151_960)), 202)
      : undefined;
  const ncp =
    platform.name === 'argon' || platform.name === 'tracker'
      ? make('ncp', `${platform.name}-ncp.bin`, ncpSpec(release, size(864_000)), 7)
      : undefined;
  const bareApplication = make(
    'application',
    `${platform.name}-application-v${options.productVersion}@${options.deviceOs}.bin`,
    applicationSpec(
      release,
      { id: options.productId, version: options.productVersion },
      applicationPayload(platform, size(sizes.application)),
    ),
    options.appSeed * 7919 + platform.id,
  );

  const assets = options.assets ?? [];
  const application = { ...bareApplication, bytes: withAssets(bareApplication.bytes, assets) };

  const files = [bootloader, prebootloaderPart1, radioStack, ncp, ...system, application].filter(
    (file) => file !== undefined,
  );
  return {
    platform,
    deviceOs: options.deviceOs,
    moduleVersion,
    files,
    bootloader,
    prebootloaderPart1,
    radioStack,
    ncp,
    system,
    application,
    assets: assets.map((asset) => ({ name: asset.name, role: 'asset', bytes: generateAssetModule(asset) })),
  };
}

/**
 * What a unit leaves the factory with: the release and Tinker, an application whose product ID is the platform ID and whose
 * version is 3, or 4 on RTL872x (firmware-modules.md 1.6).
 */
export function generateFactoryRelease(
  options: Omit<ReleaseOptions, 'productVersion' | 'productId' | 'appSeed'>,
): GeneratedRelease {
  const platform = platformByName(options.platform);
  const productVersion = platform.mcu === 'rtl872x' ? 4 : 3;
  return generateRelease({ ...options, productVersion, productId: platform.id, appSeed: 0 });
}

/** Payload bytes close to the real releases of firmware-modules.md 5.3. */
const SIZES: Readonly<Record<Platform['mcu'], { readonly bootloader: number; readonly application: number }>> = {
  stm32f2xx: { bootloader: 15_300, application: 49_000 },
  nrf52840: { bootloader: 36_400, application: 98_000 },
  rtl872x: { bootloader: 48_000, application: 49_000 },
};

/** A scaled-down release keeps the legacy module by which old bootloaders start it; one of 32-byte payloads has no room for it. */
function leastPayload(release: ReleaseOf, scale: number): number {
  return scale > 0 && hasLegacyModule(release) ? LEGACY_MODULE.fileEnd : 0;
}

function systemPayload({ platform, moduleVersion }: ReleaseOf, index: number): number {
  if (platform.mcu === 'rtl872x') return 1_218_900;
  // Since 6.2.0 the nRF52 system part begins 32 KB lower and holds that much more.
  if (platform.mcu === 'nrf52840') return moduleVersion >= 6200 ? 555_484 : 515_550;
  if (platform.name === 'electron') return { 1: 112_000, 2: 121_500 }[index] ?? 87_400;
  return { 1: 241_000 }[index] ?? 260_400;
}

/** File names count 1, 2, 3, but `system-part1` of Electron is module 3, `part2` is 1 and `part3` is 2. */
function systemFileOrder(platform: Platform): readonly number[] {
  return platform.name === 'electron' ? [3, 1, 2] : systemPartIndexes(platform);
}

/** RTL872x applications fill whole 4 KB pages: prefix 24, suffix 62 and CRC 4 bytes come on top of the payload. */
function applicationPayload(platform: Platform, payloadLength: number): number {
  if (platform.mcu !== 'rtl872x') return payloadLength;
  return Math.ceil((payloadLength + 90) / 4096) * 4096 - 90;
}
