/** Module functions by their number in the prefix (firmware-modules.md 1.4). */
export type ModuleFunction =
  | 'none'
  | 'resource'
  | 'bootloader'
  | 'monolithic'
  | 'system-part'
  | 'user-part'
  | 'settings'
  | 'ncp'
  | 'radio-stack'
  | 'asset';

/** The functions in the order of their numbers, 0..9. */
export const MODULE_FUNCTIONS: readonly ModuleFunction[] = [
  'none',
  'resource',
  'bootloader',
  'monolithic',
  'system-part',
  'user-part',
  'settings',
  'ncp',
  'radio-stack',
  'asset',
];

/** "This module needs that one, at least at this version." */
export type ModuleDependency = {
  readonly function: ModuleFunction;
  readonly index: number;
  readonly version: number;
};

/** A check a unit made on one of its modules and that did not pass (firmware-modules.md 7.1). */
export type ModuleFault = 'integrity' | 'dependencies' | 'range' | 'platform' | 'other';

/** One module as the unit itself reports it, from request 90 or the console's `s`, in one shape. */
export type ModuleReport = {
  readonly function: ModuleFunction;
  readonly index: number;
  readonly version: number;
  readonly store: 'main' | 'factory' | 'backup' | 'scratch';
  readonly faults: readonly ModuleFault[];
  readonly dependencies: readonly ModuleDependency[];
  /** Bytes including the CRC, where the firmware tells (request 90 since 5.6.0). */
  readonly sizeBytes?: number;
  /**
   * Lower-case hex SHA-256 of the suffix: every module since 5.6.0 over request 90, the user part alone over `s`. For radio
   * stack and NCP it is not comparable with the file (firmware-modules.md 7.1).
   */
  readonly sha256?: string;
};
