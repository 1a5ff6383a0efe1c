import type { DeviceOsVersion } from '../domain/device-os-version.ts';
import type { Platform } from '../domain/platform.ts';
import type { ProductVersion } from '../domain/product-version.ts';
import type { FirmwareModule } from './firmware-module.ts';

/** A recipe whose files have all been read, hashed, parsed and found to agree with each other. Made by loadRecipe only. */
export type Recipe = {
  readonly name: string;
  /** SHA-256 of the recipe file itself, lower-case hex. */
  readonly sha256: string;
  readonly productId: number;
  readonly productVersion: ProductVersion;
  readonly platform: Platform;
  readonly deviceOs: DeviceOsVersion;
  /** Module version of that Device OS release (firmware-modules.md 2). */
  readonly deviceOsModuleVersion: number;
  /** Modules of the Device OS release that are written over DFU: system parts, and the radio stack where given. */
  readonly system: readonly FirmwareModule[];
  readonly application: FirmwareModule;
  readonly sim: SimPolicy;
};

export type SimPolicy = {
  /** `embedded`: the pre-add activates it. `removable`: a 4FF card, needs an import by ICCID. `none`: no SIM step. */
  readonly form: 'embedded' | 'removable' | 'none';
  /** How long a run waits for the SIM to become active before it passes as "SIM pending", in ms. */
  readonly waitMs: number;
  /** Whether a unit may pass while its SIM is still being activated (cloud-api.md R27: it should). */
  readonly mayBePending: boolean;
};
