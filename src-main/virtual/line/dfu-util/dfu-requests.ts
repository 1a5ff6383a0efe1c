import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientAnswer, ImportedUnit } from '../../usbip/usbip-client.ts';
import { EXIT, exitWith } from './exit.ts';

/** States of USB DFU 1.1 table A.1.2, by number. */
const STATE_NAMES = [
  'appIDLE',
  'appDETACH',
  'dfuIDLE',
  'dfuDNLOAD-SYNC',
  'dfuDNBUSY',
  'dfuDNLOAD-IDLE',
  'dfuMANIFEST-SYNC',
  'dfuMANIFEST',
  'dfuMANIFEST-WAIT-RESET',
  'dfuUPLOAD-IDLE',
  'dfuERROR',
];

export const STATE = {
  appIdle: 0,
  appDetach: 1,
  idle: 2,
  downloadBusy: 4,
  downloadIdle: 5,
  manifest: 7,
  uploadIdle: 9,
  error: 10,
} as const;

/** Status descriptions of the same table. */
const STATUS_TEXTS = [
  'No error condition is present',
  'File is not targeted for use by this device',
  'File is for this device but fails some vendor-specific test',
  'Device is unable to write memory',
  'Memory erase function failed',
  'Memory erase check failed',
  'Program memory function failed',
  'Programmed memory failed verification',
  'Cannot program memory due to received address that is out of range',
  'Received DFU_DNLOAD with wLength = 0, but device does not think that it has all data yet',
  "Device's firmware is corrupt. It cannot return to run-time (non-DFU) operations",
  'iString indicates a vendor specific error',
  'Device detected unexpected USB reset signalling',
  'Device detected unexpected power on reset',
  'Something went wrong, but the device does not know what it was',
  'Device stalled an unexpected request',
];

const REQUEST = { detach: 0, download: 1, upload: 2, getStatus: 3, clearStatus: 4, abort: 6 } as const;
const TIMEOUT_MS = 5000;

export type DfuStatus = { readonly status: number; readonly pollTimeoutMs: number; readonly state: number };

/** How a transfer failed, in the names and numbers of libusb. */
export type TransferError = { readonly error: string; readonly number: number };

/** The DFU class requests on interface 0 of an imported unit. Every transfer has dfu-util's 5 s. */
export interface DfuPipe {
  download(block: number, data: Uint8Array): Promise<TransferError | undefined>;
  upload(block: number, length: number): Promise<TransferError | Buffer>;
  getStatus(): Promise<TransferError | DfuStatus>;
  clearStatus(): Promise<TransferError | undefined>;
  abort(): Promise<TransferError | undefined>;
  detach(timeoutMs: number): Promise<TransferError | undefined>;
}

/** Makes the requests for this unit. */
export function createDfuPipe(unit: ImportedUnit, interfaceNumber: number): DfuPipe {
  const nothing = new Uint8Array(0);
  const send = async (request: number, value: number, data: Uint8Array): Promise<TransferError | undefined> => {
    const setup = { requestType: 0x21, request, value, index: interfaceNumber, length: data.length };
    const answer = await unit.control(setup, data, TIMEOUT_MS);
    return answer.kind === 'done' ? undefined : transferError(answer);
  };
  const receive = async (request: number, value: number, length: number): Promise<TransferError | Buffer> => {
    const setup = { requestType: 0xa1, request, value, index: interfaceNumber, length };
    const answer = await unit.control(setup, nothing, TIMEOUT_MS);
    return answer.kind === 'done' ? answer.data : transferError(answer);
  };
  return {
    download: (block, data) => send(REQUEST.download, block, data),
    upload: (block, length) => receive(REQUEST.upload, block, length),
    clearStatus: () => send(REQUEST.clearStatus, 0, nothing),
    abort: () => send(REQUEST.abort, 0, nothing),
    detach: (timeoutMs) => send(REQUEST.detach, timeoutMs, nothing),
    async getStatus() {
      const bytes = await receive(REQUEST.getStatus, 0, 6);
      if ('error' in bytes) return bytes;
      if (bytes.length !== 6) return { error: 'LIBUSB_ERROR_IO', number: -1 };
      return { status: bytes.readUInt8(0), pollTimeoutMs: bytes.readUIntLE(1, 3), state: bytes.readUInt8(4) };
    },
  };
}

/** The line dfu-util prints of a status. */
export function describeStatus({ state, status }: DfuStatus): string {
  return `DFU state(${state}) = ${STATE_NAMES[state] ?? 'unknown'}, status(${status}) = ${statusText(status)}`;
}

/** What a status number means. */
export function statusText(status: number): string {
  return STATUS_TEXTS[status] ?? 'unknown';
}

/** Aborts what is going on and makes sure that the unit is idle. Throws ProgramExit 74 or 76. */
export async function abortToIdle(pipe: DfuPipe): Promise<void> {
  if ((await pipe.abort()) !== undefined) throw exitWith(EXIT.io, 'Error sending dfu abort request');
  const status = await pipe.getStatus();
  if ('error' in status) throw exitWith(EXIT.io, 'Error during abort get_status');
  if (status.state !== STATE.idle) throw exitWith(EXIT.protocol, 'Failed to enter idle state on abort');
  await pause(status.pollTimeoutMs);
}

/** Waits as long as the unit asked for. */
export async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds);
}

/** The libusb name and number of a transfer that did not complete. */
function transferError(answer: Exclude<ClientAnswer, { kind: 'done' }>): TransferError {
  switch (answer.kind) {
    case 'stall':
      return { error: 'LIBUSB_ERROR_PIPE', number: -9 };
    case 'timeout':
      return { error: 'LIBUSB_ERROR_TIMEOUT', number: -7 };
    case 'gone':
      return { error: 'LIBUSB_ERROR_IO', number: -1 };
    case 'absent':
      return { error: 'LIBUSB_ERROR_NO_DEVICE', number: -4 };
  }
}
