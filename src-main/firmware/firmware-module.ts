import type { ModuleDependency, ModuleFunction } from '../domain/module-report.ts';

/** One parsed and checked firmware module file (firmware-modules.md 1). Made by parseModule only. */
export type FirmwareModule = {
  /** The file name it came from: a hint for people, never a key (firmware-modules.md 0.1). */
  readonly fileName: string;
  readonly function: ModuleFunction;
  readonly index: number;
  /** Device OS number of a system part, bootloader number of a bootloader; an ABI number on a user part. */
  readonly version: number;
  readonly platformId: number;
  readonly startAddress: number;
  /** Exclusive; the CRC stands there. The module takes `endAddress - startAddress + 4` bytes. */
  readonly endAddress: number;
  readonly prefixOffset: number;
  /** 24, or more when the prefix has extensions. */
  readonly prefixSize: number;
  readonly flags: {
    readonly dropHeader: boolean;
    readonly compressed: boolean;
    readonly combined: boolean;
    readonly encrypted: boolean;
    readonly extensions: boolean;
  };
  readonly dependencies: readonly ModuleDependency[];
  /** Undefined in all three spellings of "no product data" (firmware-modules.md 0.5), and alone where only it is 65535. */
  readonly productId: number | undefined;
  readonly productVersion: number | undefined;
  readonly suffixSize: number;
  /** Type numbers of the extensions in prefix and suffix, in file order (firmware-modules.md 1.7). */
  readonly extensionTypes: readonly number[];
  /** Assets the application needs on the unit, by name and SHA-256 of the raw asset. */
  readonly assets: readonly { readonly name: string; readonly sha256: string }[];
  /** Lower-case hex of the suffix SHA-256: what the unit reports since 5.6.0 and as `u` in the console's `s`. */
  readonly sha256: string;
  /** Lower-case hex of the CRC-32, as the last four bytes stand in the file. */
  readonly crc32: string;
  /** Lower-case hex SHA-256 of the whole file: what a recipe pins. */
  readonly fileSha256: string;
  /** The whole module as it stands in flash: the file itself, or what is in it where the file is compressed. */
  readonly bytes: Uint8Array;
};
