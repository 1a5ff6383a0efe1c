import type { ModuleReport } from '../domain/module-report.ts';
import type { Platform } from '../domain/platform.ts';
import type { FirmwareModule } from './firmware-module.ts';

/** What is known of the unit when the plan is made; `modules` is undefined for a unit found in DFU mode. */
export type UnitState = {
  readonly platform: Platform;
  readonly modules: readonly ModuleReport[] | undefined;
};

/** One DFU write, with the reason it is there. */
export type PlannedWrite = {
  readonly what: string;
  readonly reason: string;
  readonly alt: number;
  readonly address: number;
  /** Exactly what goes over the wire: the file, without its 24-byte prefix where the module drops it. */
  readonly bytes: Uint8Array;
  /** Undefined for the blanking of the former 128 KB user slot. */
  readonly module: FirmwareModule | undefined;
};

/** Ordered writes; the last one leaves DFU mode. */
export type FlashPlan = {
  readonly writes: readonly PlannedWrite[];
  readonly skipped: readonly { readonly what: string; readonly reason: string }[];
  readonly totalBytes: number;
};
