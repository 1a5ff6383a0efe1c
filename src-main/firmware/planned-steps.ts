import type { FirmwareModule } from './firmware-module.ts';

type Planned = {
  readonly what: string;
  readonly reason: string;
  /** By the chip's own figures (device-usb.md 6.7); nothing of the station in it. */
  readonly expectedMs: number;
};

/** One DFU write, with the reason it is there. */
export type PlannedWrite = Planned & {
  readonly transport: 'dfu';
  readonly alt: number;
  readonly address: number;
  /** Exactly what goes over the wire: the file, without its 24-byte prefix where the module drops it. */
  readonly bytes: Uint8Array;
  /** Undefined for the blanking of the former 128 KB user slot. */
  readonly module: FirmwareModule | undefined;
  /** Look at what the flash holds first and write only the erase units that differ; false: write all of it unseen. */
  readonly compare: boolean;
};

/** One module or asset sent over control requests in normal mode; the unit restarts by itself afterwards. */
export type PlannedUpdate = Planned & {
  readonly transport: 'control-request';
  /** The whole file as it is sent: never without its prefix (firmware-modules.md 4.3). */
  readonly bytes: Uint8Array;
  /** The file; an asset is wrapped in a module of its own. */
  readonly module: FirmwareModule;
};

/** The set-up mark of Gen 3 below Device OS 4.0 (firmware-modules.md 6.3). */
export type PlannedMark = Planned & { readonly transport: 'control-request'; readonly mark: 'setup-done' };

/** What is not done, and why not. */
export type Skipped = { readonly what: string; readonly reason: string };

/** Everything that is done to one unit's firmware, in order. Nothing at all when it already holds everything, hash for hash. */
export type FlashPlan = {
  /** In normal mode, before DFU: what the new system part needs and DFU must not write (bootloader, co-processor). */
  readonly before: readonly PlannedUpdate[];
  /** One visit to DFU mode. */
  readonly writes: readonly PlannedWrite[];
  /** In normal or safe mode, after the restart. For a unit that could not be asked this is made anew once it can. */
  readonly after: readonly (PlannedUpdate | PlannedMark)[];
  readonly skipped: readonly Skipped[];
  /** True by the rules and yet worth a word: an application built for an older Device OS. */
  readonly remarks: readonly string[];
  /** Of the writes. */
  readonly totalBytes: number;
  /** Of everything, restarts included. */
  readonly expectedMs: number;
};
