import type { ModuleReport } from '../domain/module-report.ts';
import type { Platform } from '../domain/platform.ts';
import type { Sku } from '../domain/sku.ts';
import { userDependencyIndex } from './memory-map.ts';

/** What is known of the unit when the plan is made; all but the first two are undefined where it could not be asked. */
export type UnitState = {
  readonly platform: Platform;
  /** A unit in DFU mode answers no control requests: what needs them comes after the restart. */
  readonly mode: 'normal' | 'dfu';
  readonly modules: readonly ModuleReport[] | undefined;
  readonly assets?: readonly { readonly name: string; readonly sha256: string }[] | undefined;
  readonly isSetupDone?: boolean | undefined;
  /** The order numbers its serial number may belong to (domain/sku.ts); several, where they share a prefix. */
  readonly skus?: readonly Sku[] | undefined;
};

/** The unit's own copy of a module, in the store it runs from; undefined when it reports none, or reports nothing at all. */
export function installedModule(
  unit: UnitState,
  wanted: Pick<ModuleReport, 'function' | 'index'>,
): ModuleReport | undefined {
  return unit.modules?.find(
    (module) => module.store === 'main' && module.function === wanted.function && module.index === wanted.index,
  );
}

/** Module version of the Device OS on the unit, faulty or not; undefined where it is not reported. */
export function installedDeviceOs(unit: UnitState): number | undefined {
  return installedModule(unit, { function: 'system-part', index: userDependencyIndex(unit.platform) })?.version;
}

/** Checks the unit itself made on its copy and that did not pass, but for a missing dependency, which is no fault of the copy. */
export function ownFaults(installed: ModuleReport): readonly string[] {
  return installed.faults.filter((fault) => fault !== 'dependencies');
}

/**
 * Whether a running Device OS of this module version takes modules over control requests: Gen 2 since 0.8.0, nRF52 since 0.9.0,
 * RTL872x always (device-usb.md 3.1; the update requests 250 to 253 are as old as their channel, UNVERIFIED below 1.0).
 */
export function takesUpdates({ mcu }: Pick<Platform, 'mcu'>, deviceOs: number): boolean {
  return deviceOs >= { stm32f2xx: 300, nrf52840: 400, rtl872x: 0 }[mcu];
}
