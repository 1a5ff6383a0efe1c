import type { UsbUnit } from './usb-bus.ts';

/** One DFU write: these bytes at this address of this alternate setting, of the unit on this port and no other. */
export type FlashJob = {
  readonly unit: UsbUnit;
  readonly alt: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Leave DFU mode after the write; the unit restarts. Only on the last write of a visit. */
  readonly leave: boolean;
};

export type ReadBackJob = {
  readonly unit: UsbUnit;
  readonly alt: number;
  readonly address: number;
  readonly sizeBytes: number;
  /** Leave DFU mode after reading; the unit restarts. This is also how a unit is sent back without writing a byte. */
  readonly leave: boolean;
};

/** Bytes done of one phase of one job; never goes back within a phase. Erase counts come before write counts. */
export type FlashProgress = {
  readonly phase: 'erase' | 'write' | 'read';
  readonly doneBytes: number;
  readonly totalBytes: number;
};

export type FlashReport = {
  readonly durationMs: number;
  readonly exitCode: number;
  /** Last lines of the tool, bars collapsed, for the record. */
  readonly transcript: readonly string[];
};

export type FlashOptions = {
  readonly signal: AbortSignal;
  /** Gives up with `flash/stalled` when no progress came for this long. */
  readonly stallMs: number;
  readonly onProgress?: (progress: FlashProgress) => void;
};

/**
 * Writes and reads a unit's flash in DFU mode. Rejects with StationError: `flash/tool-missing`, `flash/tool-failed`,
 * `flash/unit-not-found`, `flash/write-failed`, `flash/stalled`, `unit/protected`, `usb/no-permission`. On abort the
 * tool is gone before the promise settles. Several jobs on different ports may run at once.
 */
export interface Flasher {
  /** The tool's own version text, e.g. `dfu-util 0.11`; `flash/tool-missing` when there is none. */
  version(): Promise<string>;
  write(job: FlashJob, options: FlashOptions): Promise<FlashReport>;
  readBack(job: ReadBackJob, options: FlashOptions): Promise<Uint8Array>;
}
