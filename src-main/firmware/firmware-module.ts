import type { ModuleDependency, ModuleFunction } from '../domain/module-report.ts';

/** One parsed and checked firmware module file (firmware-modules.md 1). Made by parseModule only. */
export type FirmwareModule = {
  /** The file name it came from: a hint for people, never a key (firmware-modules.md 0.1). */
  readonly fileName: string;
  readonly function: ModuleFunction;
  readonly index: number;
  readonly version: number;
  readonly platformId: number;
  readonly startAddress: number;
  readonly endAddress: number;
  readonly prefixOffset: number;
  readonly flags: {
    readonly dropHeader: boolean;
    readonly compressed: boolean;
    readonly combined: boolean;
    readonly encrypted: boolean;
    readonly extensions: boolean;
  };
  readonly dependencies: readonly ModuleDependency[];
  /** Undefined in all three spellings of "no product data" (firmware-modules.md 0.5). */
  readonly productId: number | undefined;
  readonly productVersion: number | undefined;
  /** Lower-case hex of the suffix SHA-256: what the unit reports since 5.6.0 and as `u` in the console's `s`. */
  readonly sha256: string;
  /** Lower-case hex SHA-256 of the whole file: what a recipe pins. */
  readonly fileSha256: string;
  /** The whole file. */
  readonly bytes: Uint8Array;
};
