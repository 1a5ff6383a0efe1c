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

/**
 * A unit's flash, open for reading (device-usb.md 6). Holds the unit's DFU interface: no write may be made on this unit until it is
 * closed. Rejects as the flasher does; every call ends with `run/aborted` when the signal it was opened with aborts.
 */
export interface FlashReader {
  /** The bytes from this address on. Reading upwards costs one transfer per 4 KB and nothing else. */
  read(address: number, sizeBytes: number, onProgress?: (doneBytes: number) => void): Promise<Uint8Array>;
  /** Sends the unit out of DFU mode; it restarts. Nothing can be read after it. */
  leave(): Promise<void>;
  /** Leaves the unit idle, as it is found, and gives it free. Never rejects. */
  close(): Promise<void>;
}

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
  /** Opens one alternate setting for reading, in a clean state whatever an earlier program left behind. */
  openReader(unit: UsbUnit, alt: number, options: Omit<FlashOptions, 'onProgress'>): Promise<FlashReader>;
  /** One read in one visit. */
  readBack(job: ReadBackJob, options: FlashOptions): Promise<Uint8Array>;
}

/**
 * Runs dfu-util, or a program that takes and prints the same: arguments in, text as it is printed, exit code out. The exit code is
 * undefined when it did not end by itself; on abort it is gone before this resolves. Rejects only with `flash/tool-missing`.
 */
export type DfuUtilRunner = (
  args: readonly string[],
  options: { readonly signal: AbortSignal; readonly onText: (channel: 'out' | 'err', text: string) => void },
) => Promise<{ readonly exitCode: number | undefined; readonly trouble?: string }>;
