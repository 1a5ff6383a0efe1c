import type { UnitFamily } from './unit-platforms.ts';

/**
 * What changed from one Device OS to the next, asked by module version (device-usb.md 2.1, 3.1, 4.2, 5.3; firmware-modules.md
 * 2). Every behaviour of a virtual unit that depends on its firmware goes through one of these questions.
 */
export type SystemEra = {
  readonly version: number;
  /** Two-interface CDC device with a constant serial: Gen 2 below 0.6.0. */
  readonly isBeforeComposite: boolean;
  readonly usbSerial: 'constant' | 'upper' | 'lower';
  readonly hasMicrosoftDescriptors: boolean;
  readonly hasHyphenatedName: boolean;
  /** A P2 of the right variant calls itself Photon 2. */
  readonly namesPhoton2: boolean;
  /** The INIT/CHECK/SEND/RECV channel. */
  readonly hasControlChannel: boolean;
  /** The older channel of single raw requests. */
  readonly rawRequests: 'none' | 'early' | 'late';
  readonly hasRawReset: boolean;
  readonly hasListeningTouch: boolean;
  readonly consoleIdentity: 'three-lines' | 'long';
  readonly consoleHasSerial: boolean;
  readonly consoleHasRadioVersion: boolean;
  readonly consoleHasClaimCommands: boolean;
  readonly consoleHasDiagnostics: boolean;
  readonly consoleHasListenCommand: boolean;
  readonly consoleHasYmodem: boolean;
  /** Dependencies end in an extra member and empty slots are listed. */
  readonly oldModuleJson: boolean;
  readonly moduleInfo: 'none' | 'deprecated' | 'modern';
  /** Assets can be stored and required, since 5.5.0; they are told of (request 91) since 5.6.0. */
  readonly hasAssets: boolean;
  readonly hasAssetInfo: boolean;
  /** Compressed and combined modules are understood; before, and on Gen 2, their flags are not looked at. */
  readonly hasCompressedUpdates: boolean;
  readonly hasCellularRequests: boolean;
  readonly iccidReplyHasImei: boolean;
  readonly hasProtection: boolean;
  /** The vendor string of the protection state, which only RTL872x has outside of DFU mode (device-usb.md 2.3, 2.6). */
  readonly hasProtectionString: boolean;
  /** Console and requests power the modem on by themselves to read it (device-usb.md 4.4). */
  readonly consolePowersModem: 'when-unknown' | 'always' | 'never';
  readonly setupDone: 'unsupported' | 'stored' | 'always';
  readonly listeningTimeoutMs: number | undefined;
};

/** The era of a system part of this family and module version. What cellular units alone have is asked of the platform. */
export function systemEra(family: UnitFamily, version: number): SystemEra {
  const isStm32 = family === 'stm32';
  const usbSerial = !isStm32 || version >= V0_7_0 ? 'lower' : version >= V0_6_0 ? 'upper' : 'constant';
  const hasControlChannel = version >= (isStm32 ? V0_8_0 : V0_9_0);
  return {
    version,
    isBeforeComposite: isStm32 && version < V0_6_0,
    usbSerial,
    hasMicrosoftDescriptors: !isStm32 || version >= V0_6_1,
    hasHyphenatedName: version >= V5_8_0,
    // In 5.8.2 and 5.9.0, gone in 6.0 and 6.1, back in 6.2.0 (Device OS at those tags).
    namesPhoton2: (version >= V5_8_2 && version < V6_0_0) || version >= V6_2_0,
    hasControlChannel,
    rawRequests: hasControlChannel ? 'late' : isStm32 && version >= V0_6_0 ? 'early' : 'none',
    hasRawReset: version >= V2_0_0,
    hasListeningTouch: version < V6_0_0,
    consoleIdentity: version >= (isStm32 ? V1_1_0 : V0_9_0) ? 'long' : 'three-lines',
    consoleHasSerial: version >= (isStm32 ? V1_4_4 : V0_9_0),
    consoleHasRadioVersion: version >= V2_1_0,
    consoleHasClaimCommands: version >= V0_6_0,
    consoleHasDiagnostics: version >= V1_0_1,
    consoleHasListenCommand: version >= V0_5_3,
    consoleHasYmodem: version < V6_0_0,
    oldModuleJson: version < V0_8_0,
    moduleInfo: version >= V5_6_0 ? 'modern' : hasModuleInfo(version) ? 'deprecated' : 'none',
    hasAssets: !isStm32 && version >= V5_5_0,
    hasAssetInfo: version >= V5_6_0,
    hasCompressedUpdates: !isStm32 && version >= V2_0_0,
    hasCellularRequests: !isStm32 && version >= V1_1_0,
    iccidReplyHasImei: version >= V5_8_0,
    hasProtection: version >= V6_0_0,
    hasProtectionString: family === 'rtl' && version >= V6_2_0,
    consolePowersModem: isStm32 ? 'when-unknown' : version >= V5_6_0 ? 'never' : 'always',
    // firmware-modules.md 6.3 says RTL872x refuses these requests; Device OS 5.5.0 and 6.2.0 answer them as on nRF52 since 4.0.
    setupDone: isStm32 ? 'unsupported' : family === 'rtl' || version >= V4_0_0 ? 'always' : 'stored',
    // Gen 2 cellular alone leaves listening mode by itself, since 0.6.1 (device-usb.md 4.1).
    listeningTimeoutMs: isStm32 && version >= V0_6_1 ? 300_000 : undefined,
  };
}

/** What depends on the bootloader alone: everything a host sees in DFU mode (device-usb.md 2.4 to 2.6, 6). */
export type BootloaderEra = {
  readonly version: number;
  readonly usbSerial: 'constant' | 'upper' | 'lower';
  readonly bcdDevice: number;
  /** Gen 2 below 0.6.0 calls every unit a Photon. */
  readonly callsItselfPhoton: boolean;
  readonly hasMicrosoftDescriptors: boolean;
  readonly hasHyphenatedName: boolean;
  /** A P2 of the right variant calls itself Photon 2. */
  readonly namesPhoton2: boolean;
  readonly dctName: 'DCT' | 'DCD';
  readonly externalSectorText: '004' | '008';
  readonly flashPollTimeoutMs: number;
  readonly hasSafeModeCommand: boolean;
  readonly hasEndServiceCommand: boolean;
  readonly hasProtectionString: boolean;
  readonly hasProtection: boolean;
  /** Erases the former 128 KB application when a 256 KB one is written. */
  readonly removesFormerApplication: boolean;
};

/** The era of a bootloader of this family and module version. */
export function bootloaderEra(family: UnitFamily, version: number): BootloaderEra {
  const isStm32 = family === 'stm32';
  const isBefore06 = isStm32 && version < 8;
  return {
    version,
    usbSerial: isBefore06 ? 'constant' : isStm32 && version < 100 ? 'upper' : 'lower',
    bcdDevice: dfuRelease(family, version),
    callsItselfPhoton: isBefore06,
    hasMicrosoftDescriptors: !isStm32 || version >= 9,
    hasHyphenatedName: version >= 2600,
    namesPhoton2: (version >= 2601 && version < 3000) || version >= 3100,
    dctName: family === 'nrf' && version <= 1100 ? 'DCD' : 'DCT',
    externalSectorText: version <= 502 ? '008' : '004',
    flashPollTimeoutMs: isStm32 && version < 100 ? 50 : 0,
    hasSafeModeCommand: !isStm32 && version >= 3001,
    hasEndServiceCommand: !isStm32 && version >= 3100,
    // Seen in 6.2.0 and absent in 6.1.1; PUSB says it came with 6.1.2 (device-usb.md 2.6).
    hasProtectionString: !isStm32 && version >= 3002,
    hasProtection: !isStm32 && version >= 3000,
    removesFormerApplication: family === 'nrf' && version >= 1100,
  };
}

/** bcdDevice in DFU mode (device-usb.md 2.4). */
function dfuRelease(family: UnitFamily, version: number): number {
  if (family === 'rtl') return 0x0252;
  if (family === 'stm32') return version < 8 ? 0x0200 : 0x0250;
  return version < 300 ? 0x0250 : 0x0251;
}

const V0_5_3 = 21;
const V0_6_0 = 102;
const V0_6_1 = 105;
const V0_7_0 = 207;
const V0_8_0 = 300;
const V0_9_0 = 400;
const V1_0_0 = 1000;
const V1_0_1 = 1002;
const V1_1_0 = 1100;
const V1_4_4 = 1406;
const V2_0_0 = 2000;
const V2_1_0 = 2100;
const V4_0_0 = 4000;
const V5_5_0 = 5500;
const V5_6_0 = 5600;
const V5_8_0 = 5800;
const V5_8_2 = 5802;
const V6_0_0 = 6000;
const V6_2_0 = 6200;

/** Request 90 came with 0.8.0-rc.26, was absent on 1.0.x, and is there from 1.1.0 (firmware-modules.md 7.1). */
function hasModuleInfo(version: number): boolean {
  return (version >= 325 && version < V1_0_0) || version >= V1_1_0;
}
