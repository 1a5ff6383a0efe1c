import { createHash } from 'node:crypto';
import { type GeneratedRelease, generateFactoryRelease } from '../../../firmware/generate-release.ts';
import type { PlatformName } from '../../domain/platform.ts';
import { earlyElectronModules } from './early-electron.ts';
import type { Fault } from './faults.ts';
import { masterBootRecord, RTL_ID_PREFIX, RTL_MAC_MAKER } from './rtl-factory.ts';
import { PHOTON_2_VARIANT } from './rtl-name.ts';
import type { UnitIdentity } from './unit-identity.ts';
import { type UnitPlatform, unitPlatform } from './unit-platforms.ts';
import type { UnitClock } from './usb-function.ts';
import { createVirtualUnit, type VirtualUnit, type VirtualUnitOptions } from './virtual-unit.ts';

export type FactoryUnitOptions = {
  /** Which unit of the tray: the same number is the same unit, byte for byte. Default 1. */
  readonly number?: number;
  readonly clock?: UnitClock;
  readonly hostTimers?: UnitClock;
  readonly faults?: readonly Fault[];
  /** Share of the realistic module sizes, 0..1; default 1. */
  readonly scale?: number;
  /** Device OS it left the factory with; default an older one than the demo recipes install. */
  readonly deviceOs?: string;
  readonly bootloaderVersion?: number;
  /** RTL872x: the model variant in one-time memory. A p2 is a Photon 2 (1) unless told otherwise. */
  readonly hardwareVariant?: number;
} & Partial<Pick<VirtualUnitOptions, 'sim' | 'modemStartMs' | 'turnsModemOn' | 'isSetupDone' | 'coProcessorVersion'>>;

/**
 * A unit as it comes out of the tray: plausible identifiers that depend on platform and number alone, factory firmware with
 * Tinker, an embedded SIM. Throws RangeError for a platform that cannot be virtual.
 */
export function createFactoryUnit(platformName: PlatformName, options: FactoryUnitOptions = {}): VirtualUnit {
  const platform = unitPlatform(platformName);
  const factory = FACTORY[platformName];
  if (platform === undefined || factory === undefined) {
    throw new RangeError(`There is no virtual ${platformName}.`);
  }
  const number = options.number ?? 1;
  const digits = digitSource(`${platformName} ${number}`);
  const deviceOs = options.deviceOs ?? factory.deviceOs;
  const bootloaderVersion =
    options.bootloaderVersion ?? (options.deviceOs === undefined ? factory.bootloaderVersion : undefined);
  const release = generateFactoryRelease({
    platform: platformName,
    deviceOs,
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(bootloaderVersion === undefined ? {} : { bootloaderVersion }),
  });
  const { sim, modemStartMs, turnsModemOn, isSetupDone, coProcessorVersion, clock, hostTimers, faults } = options;
  return createVirtualUnit({
    platform,
    identity: identityOf(platform, factory, options, digits),
    imei: withLuhn(`35${digits.decimal(12)}`),
    sim: sim ?? { iccid: withLuhn(`8901${digits.decimal(15)}`) },
    modules: modulesOf(platform, release),
    ...(modemStartMs === undefined ? {} : { modemStartMs }),
    ...(turnsModemOn === undefined ? {} : { turnsModemOn }),
    ...(isSetupDone === undefined ? {} : { isSetupDone }),
    ...(coProcessorVersion === undefined ? {} : { coProcessorVersion }),
    ...(clock === undefined ? {} : { clock }),
    ...(hostTimers === undefined ? {} : { hostTimers }),
    ...(faults === undefined ? {} : { faults }),
  });
}

/** nRF units all begin alike; Electrons in the field often end in ASCII-looking bytes (device-usb.md 1.3). */
function identityOf(
  { family, platform }: UnitPlatform,
  { serialPrefix }: FactoryRow,
  options: FactoryUnitOptions,
  digits: DigitSource,
): UnitIdentity {
  if (family === 'rtl') {
    const unique = digits.hex(6);
    const variant = options.hardwareVariant ?? (platform.name === 'p2' ? PHOTON_2_VARIANT : undefined);
    const isBareP2 = platform.name === 'p2' && variant !== PHOTON_2_VARIANT;
    return {
      deviceId: `${RTL_ID_PREFIX}${RTL_MAC_MAKER}${unique}`,
      serialNumber: `${isBareP2 ? P2_PREFIX : serialPrefix}${SERIAL_MIDDLE}${unique.toUpperCase()}`,
      mobileSecret: digits.alphanumeric(15),
      ...(variant === undefined ? {} : { hardwareVariant: variant }),
    };
  }
  const isNrf = family === 'nrf';
  return {
    deviceId: isNrf ? `e00fce68${digits.hex(16)}` : `${digits.hex(12)}${ELECTRON_ID_END}`,
    serialNumber: `${serialPrefix}${SERIAL_MIDDLE}${digits.hex(6).toUpperCase()}`,
    mobileSecret: isNrf ? digits.alphanumeric(15) : undefined,
  };
}

function modulesOf({ platform, family }: UnitPlatform, release: GeneratedRelease): readonly Uint8Array[] {
  if (platform.name === 'electron' && release.moduleVersion < FIRST_WITH_THREE_PARTS)
    return earlyElectronModules(release);
  const files = release.files.map((file) => file.bytes);
  return family === 'rtl' ? [masterBootRecord(platform), ...files] : files;
}

/** Device OS 0.6.0-rc.1. */
const FIRST_WITH_THREE_PARTS = 100;

type FactoryRow = {
  readonly deviceOs: string;
  /** Newer than the release's own, because a bootloader cannot be written over DFU. */
  readonly bootloaderVersion?: number;
  /** First four characters of the serial number: the product code (cloud-api.md 5.7). */
  readonly serialPrefix: string;
};

/** Releases below the demo recipes' (3.3.1 on Gen 2, 6.2.0 on nRF), with bootloaders those can start with. */
const FACTORY: Readonly<Partial<Record<PlatformName, FactoryRow>>> = {
  photon: { deviceOs: '2.3.1', serialPrefix: 'PHHM' },
  p1: { deviceOs: '2.3.1', serialPrefix: 'P1MD' },
  electron: { deviceOs: '2.3.1', serialPrefix: 'P035' },
  argon: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P011' },
  boron: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P044' },
  bsom: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P042' },
  b5som: { deviceOs: '6.1.0', bootloaderVersion: 3100, serialPrefix: 'P034' },
  esomx: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P052' },
  tracker: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P032' },
  p2: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P051' },
  msom: { deviceOs: '6.1.0', bootloaderVersion: 3100, serialPrefix: 'P054' },
  // No public list has a prefix for it: this one is made up.
  trackerm: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P0TM' },
};

/** Of the bare module; the table's row is the Photon 2's (the vendor's page on serial numbers, sku-table.ts). */
const P2_PREFIX = 'P046';

const ELECTRON_ID_END = '353138383138';

/** Maker, year and week (cloud-api.md 5.7). */
const SERIAL_MIDDLE = 'AF145';

/** Digits that look random and depend on the name alone. */
type DigitSource = {
  hex(length: number): string;
  decimal(length: number): string;
  alphanumeric(length: number): string;
};

function digitSource(name: string): DigitSource {
  let turn = 0;
  const take = (length: number, alphabet: string): string => {
    turn += 1;
    const bytes = createHash('sha512').update(`${name} ${turn}`).digest();
    return [...bytes.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join('');
  };
  return {
    hex: (length) => take(length, '0123456789abcdef'),
    decimal: (length) => take(length, '0123456789'),
    alphanumeric: (length) => take(length, '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'),
  };
}

/** Digits with their Luhn check digit, as IMEI and ICCID have. */
function withLuhn(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
