import { createHash } from 'node:crypto';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import type { PlatformName } from '../../domain/platform.ts';
import { earlyElectronModules } from './early-electron.ts';
import type { Fault } from './faults.ts';
import { unitPlatform } from './unit-platforms.ts';
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
} & Partial<Pick<VirtualUnitOptions, 'sim' | 'modemStartMs' | 'turnsModemOn' | 'isSetupDone'>>;

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
  const isNrf = platform.family === 'nrf';
  const deviceOs = options.deviceOs ?? factory.deviceOs;
  const bootloaderVersion =
    options.bootloaderVersion ?? (options.deviceOs === undefined ? factory.bootloaderVersion : undefined);
  const release = generateFactoryRelease({
    platform: platformName,
    deviceOs,
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(bootloaderVersion === undefined ? {} : { bootloaderVersion }),
  });
  const { sim, modemStartMs, turnsModemOn, isSetupDone, clock, hostTimers, faults } = options;
  return createVirtualUnit({
    platform,
    identity: {
      // nRF units all begin alike; Electrons in the field often end in ASCII-looking bytes (device-usb.md 1.3).
      deviceId: isNrf ? `e00fce68${digits.hex(16)}` : `${digits.hex(12)}${ELECTRON_ID_END}`,
      serialNumber: `${factory.serialPrefix}${SERIAL_MIDDLE}${digits.hex(6).toUpperCase()}`,
      mobileSecret: isNrf ? digits.alphanumeric(15) : undefined,
    },
    imei: withLuhn(`35${digits.decimal(12)}`),
    sim: sim ?? { iccid: withLuhn(`8901${digits.decimal(15)}`) },
    modules:
      release.moduleVersion < FIRST_WITH_THREE_PARTS
        ? earlyElectronModules(release)
        : release.files.map((file) => file.bytes),
    ...(modemStartMs === undefined ? {} : { modemStartMs }),
    ...(turnsModemOn === undefined ? {} : { turnsModemOn }),
    ...(isSetupDone === undefined ? {} : { isSetupDone }),
    ...(clock === undefined ? {} : { clock }),
    ...(hostTimers === undefined ? {} : { hostTimers }),
    ...(faults === undefined ? {} : { faults }),
  });
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
  electron: { deviceOs: '2.3.1', serialPrefix: 'P035' },
  boron: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P044' },
  bsom: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P042' },
  b5som: { deviceOs: '6.1.0', bootloaderVersion: 3100, serialPrefix: 'P034' },
  esomx: { deviceOs: '5.9.0', bootloaderVersion: 3100, serialPrefix: 'P052' },
};

const ELECTRON_ID_END = '353138383138';

/** Maker, year and week (cloud-api.md 5.7). */
const SERIAL_MIDDLE = 'AF145';

/** Digits that look random and depend on the name alone. */
function digitSource(name: string): {
  hex(length: number): string;
  decimal(length: number): string;
  alphanumeric(length: number): string;
} {
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
