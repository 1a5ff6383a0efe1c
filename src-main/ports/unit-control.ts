import type { ModuleReport } from '../domain/module-report.ts';
import type { Platform } from '../domain/platform.ts';
import type { UsbUnit } from './usb-bus.ts';

/** The vendor control-request channel of a unit in normal, listening or safe mode (device-usb.md 5). */
export interface UnitControl {
  /** Opens the channel and clears requests left by another program (RESET 0). Rejects as ControlPipe does. */
  open(unit: UsbUnit, signal: AbortSignal): Promise<ControlSession>;
}

/**
 * One open channel. A method rejects with StationError `usb/transfer-failed` or `unit/unplugged` for transport faults; an
 * answer with a negative result code is a value: `{ refused: code }` (device-usb.md 5.6), because -120 (not supported) is a
 * normal answer of an older firmware.
 */
export interface ControlSession {
  /** Raw version request (0x50, wIndex 30). Undefined when the unit stalls it: firmware without the channel, or DFU mode. */
  systemVersion(): Promise<string | undefined>;
  /** Request 20: device ID text as sent. */
  deviceId(): Promise<Answer<string>>;
  /** Request 21: Particle serial number; refused on units with blank OTP (not fatal). */
  serialNumber(): Promise<Answer<string>>;
  /** Request 90: every module with its check flags. */
  modules(): Promise<Answer<readonly ModuleReport[]>>;
  /** Request 554: powers the modem on by itself and may take a minute (5.4). IMEI since 5.8.0. No SIM is a refusal. */
  sim(timeoutMs: number): Promise<Answer<{ readonly iccid: string; readonly imei: string | undefined }>>;
  /** Request 72. */
  mode(): Promise<Answer<'normal' | 'listening'>>;
  /** Request 76; refused with -120 where Device Protection does not exist. */
  isProtected(): Promise<Answer<boolean>>;
  /** Request 70 / 71. */
  startListening(): Promise<Answer<null>>;
  stopListening(): Promise<Answer<null>>;
  /** Request 50: the unit restarts into DFU mode about one second after the answer. */
  enterDfu(): Promise<Answer<null>>;
  /** Request 40: restarts about one second after the answer. */
  reset(): Promise<Answer<null>>;
  /** Request 73 with done=true: Gen 3 below Device OS 4.0 (firmware-modules.md 6.3). */
  setSetupDone(): Promise<Answer<null>>;
  /** Request 74: whether the set-up mark is there; always true since Device OS 4.0, refused where there is none. */
  isSetupDone(): Promise<Answer<boolean>>;
  /** Request 91, since 5.6.0: assets that lie in the unit, and those its application asks for. */
  assets(): Promise<Answer<AssetList>>;
  /**
   * Requests 250, 253 and 251 in order (firmware-modules.md 4.3): sends one module file whole, unmodified, and has the unit check
   * and take it; after a good answer the unit restarts by itself and applies it. A refusal (-13xx) changed nothing. On abort and on
   * a failed transfer the unit is told to forget what it got (252). `onProgress` hears the bytes the unit has taken so far.
   */
  updateFirmware(
    file: Uint8Array,
    options: { readonly timeoutMs: number; readonly onProgress?: (doneBytes: number) => void },
  ): Promise<Answer<null>>;
  close(): Promise<void>;
}

/** Assets by name and lower-case hex SHA-256 of the raw asset (device-usb.md 5.3, request 91). */
export type AssetReport = { readonly name: string; readonly sha256: string; readonly sizeBytes?: number };
export type AssetList = { readonly available: readonly AssetReport[]; readonly required: readonly AssetReport[] };

export type Answer<Value> = { readonly value: Value } | { readonly refused: number };

/** RTL872x never completes a vendor OUT request without a data stage: send one dummy byte (device-usb.md 5.2). */
export function needsDummyByte(platform: Platform): boolean {
  return platform.mcu === 'rtl872x';
}
