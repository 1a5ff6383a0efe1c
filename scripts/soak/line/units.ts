import { createHash } from 'node:crypto';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { masterBootRecord } from '../../../src-main/virtual/unit/rtl-factory.ts';
import { unitPlatform } from '../../../src-main/virtual/unit/unit-platforms.ts';
import type { UnitClock } from '../../../src-main/virtual/unit/usb-function.ts';
import { createVirtualUnit, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

/** What a unit holds when it comes, instead of what the factory puts there. */
export type Held = {
  /** Module files in its flash. */
  readonly modules?: readonly Uint8Array[];
  /** Firmware version of its co-processor, where it has one. */
  readonly coProcessorVersion?: number;
};

export type UnitOptions = Held & {
  /** Which unit of the tray: the same number is the same unit. */
  readonly number: number;
  readonly clock: UnitClock;
  readonly scale: number;
};

/** A unit out of the tray, or one of the same identity with other firmware in it. */
export function makeUnit(name: PlatformName, { modules, coProcessorVersion, ...options }: UnitOptions): VirtualUnit {
  const fromFactory = createFactoryUnit(name, { ...options, isSetupDone: true });
  const platform = unitPlatform(name);
  if (modules === undefined || platform === undefined) return fromFactory;
  const { identity, modem } = fromFactory;
  return createVirtualUnit({
    platform,
    identity,
    imei: modem.imei,
    sim: modem.sim,
    modules: platform.family === 'rtl' ? [masterBootRecord(platform.platform), ...modules] : modules,
    isSetupDone: true,
    clock: options.clock,
    ...(coProcessorVersion === undefined ? {} : { coProcessorVersion }),
  });
}

/** The internal flash of a unit, byte for byte. */
export function internalFlash(unit: Pick<VirtualUnit, 'platform' | 'readFlash'>): Uint8Array {
  const [bank] = unit.platform.banks;
  if (bank === undefined) throw new RangeError(`A ${unit.platform.platform.name} has no flash.`);
  return unit.readFlash(bank.base, bank.sizeBytes);
}

/** For a report: content in a few characters. */
export function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
