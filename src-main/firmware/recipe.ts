import type { CloudPolicy } from '../domain/cloud-policy.ts';
import type { DeviceOsVersion } from '../domain/device-os-version.ts';
import type { Platform } from '../domain/platform.ts';
import type { ProductVersion } from '../domain/product-version.ts';
import type { RecordedRecipe } from '../domain/run-record.ts';
import type { FirmwareModule } from './firmware-module.ts';

export type { CloudPolicy };

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
  /** Modules of the Device OS release that are written over DFU: radio stack where given, then system parts by index. */
  readonly system: readonly FirmwareModule[];
  readonly application: FirmwareModule;
  /** Modules that go over control requests, where the recipe brings them (firmware-modules.md 4.3). */
  readonly bootloader?: FirmwareModule;
  /** RTL872x alone: prebootloader part 1, which the bootloader needs. */
  readonly prebootloader?: FirmwareModule;
  /** Argon and Tracker: the co-processor's firmware. */
  readonly ncp?: FirmwareModule;
  /** The assets the application asks for, raw, each with the name and hash it asks for. */
  readonly assets: readonly RecipeAsset[];
  /** The products this recipe is meant for; decide below which Device OS nothing may be flashed (firmware-modules.md 6.2). */
  readonly skus: readonly string[];
  readonly sim: SimPolicy;
  /** What is wanted of the cloud; a recipe without the member has NO_CLOUD_POLICY. */
  readonly cloud: CloudPolicy;
  /** What is allowed and yet worth a supervisor's look, one sentence each. */
  readonly warnings: readonly string[];
};

export type RecipeAsset = {
  readonly name: string;
  /** Lower-case hex SHA-256 of the raw bytes. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
};

export type SimPolicy = {
  /** `embedded`: the pre-add activates it. `removable`: a 4FF card, needs an import by ICCID. `none`: no SIM step. */
  readonly form: 'embedded' | 'removable' | 'none';
  /** How long a run waits for the SIM to become active before it passes as "SIM pending", in ms. */
  readonly waitMs: number;
  /** Whether a unit may pass while its SIM is still being activated (cloud-api.md R27: it should). */
  readonly mayBePending: boolean;
  /**
   * Whether the SIM is also read while the unit is identified, so that a missing card costs no flash time. It costs a start of the
   * modem, which flashing undoes; a label that names the SIM or the modem has it read in any case.
   */
  readonly readBeforeFlash: boolean;
};

/** The recipe as a run's record pins it: the recipe file and the application by SHA-256 of the whole file. */
export function recordedRecipe(recipe: Recipe): RecordedRecipe {
  return {
    name: recipe.name,
    sha256: recipe.sha256,
    productId: recipe.productId,
    productVersion: recipe.productVersion,
    platform: recipe.platform.name,
    deviceOs: recipe.deviceOs,
    applicationSha256: recipe.application.fileSha256,
  };
}
