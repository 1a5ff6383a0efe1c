import { StationError } from '../domain/failure.ts';

/** bRequest of the DFU class requests, recipient interface (USB DFU 1.1 table 3.2). */
export const DFU_REQUEST = {
  detach: 0,
  download: 1,
  upload: 2,
  getStatus: 3,
  clearStatus: 4,
  getState: 5,
  abort: 6,
} as const;

/** bmRequestType of the DFU class requests. */
export const DFU_IN = 0xa1;
export const DFU_OUT = 0x21;

/** bState (USB DFU 1.1 section 6.1.2). */
export const DFU_STATE = {
  appIdle: 0,
  appDetach: 1,
  idle: 2,
  downloadSync: 3,
  downloadBusy: 4,
  downloadIdle: 5,
  manifestSync: 6,
  manifest: 7,
  manifestWaitReset: 8,
  uploadIdle: 9,
  error: 10,
} as const;

/** bStatus (USB DFU 1.1 section 6.1.2). */
export const DFU_STATUS = {
  ok: 0x00,
  errTarget: 0x01,
  errFile: 0x02,
  errWrite: 0x03,
  errErase: 0x04,
  errCheckErased: 0x05,
  errProg: 0x06,
  errVerify: 0x07,
  errAddress: 0x08,
  errNotDone: 0x09,
  errFirmware: 0x0a,
  errVendor: 0x0b,
  errUsbReset: 0x0c,
  errPowerOnReset: 0x0d,
  errUnknown: 0x0e,
  errStalledPacket: 0x0f,
} as const;

/** First byte of a download with block number 0 (device-usb.md 6.3). */
export const DFUSE_COMMAND = {
  setAddress: 0x21,
  erase: 0x41,
  readUnprotect: 0x92,
  enterSafeMode: 0xfa,
  endServiceMode: 0xfb,
} as const;

/** wTransferSize of every unit; also the unit of block-number arithmetic (device-usb.md 2.4, 6.1). */
export const DFU_TRANSFER_BYTES = 4096;

/** Block number of the first data block; 0 is the command block, 1 is invalid (device-usb.md 6.1). */
export const DFUSE_FIRST_DATA_BLOCK = 2;

/** The six bytes of GETSTATUS. `pollTimeoutMs` is how long the host should wait before it asks again. */
export type DfuStatusReply = {
  readonly status: number;
  readonly pollTimeoutMs: number;
  readonly state: number;
  /** String index of a vendor's error text; 0 when there is none. */
  readonly stringIndex: number;
};

/** Encodes a GETSTATUS answer. */
export function encodeDfuStatus(reply: DfuStatusReply): Uint8Array {
  const { status, pollTimeoutMs: poll, state, stringIndex } = reply;
  return Uint8Array.of(status, poll & 0xff, (poll >> 8) & 0xff, (poll >> 16) & 0xff, state, stringIndex);
}

/** Reads a GETSTATUS answer. Throws StationError `unit/garbled-answer` unless it has its six bytes. */
export function decodeDfuStatus(bytes: Uint8Array): DfuStatusReply {
  const [status, low, middle, high, state, stringIndex] = bytes;
  if (
    bytes.length !== 6 ||
    status === undefined ||
    low === undefined ||
    middle === undefined ||
    high === undefined ||
    state === undefined ||
    stringIndex === undefined
  ) {
    throw new StationError('unit/garbled-answer', `A DFU status has 6 bytes, not ${bytes.length}.`);
  }
  return { status, pollTimeoutMs: low | (middle << 8) | (high << 16), state, stringIndex };
}
