import type { ControlPipe } from '../../ports/usb-bus.ts';
import { DFU_IN, DFU_OUT, DFU_REQUEST, type DfuStatusReply, decodeDfuStatus } from '../../protocol/dfu.ts';

/** The DFU class requests of interface 0 (USB DFU 1.1 section 3), each with one deadline; they reject as the pipe does. */
export type DfuRequests = {
  download(block: number, data: Uint8Array): Promise<void>;
  upload(block: number, length: number): Promise<Uint8Array>;
  getStatus(): Promise<DfuStatusReply>;
  clearStatus(): Promise<void>;
  abort(): Promise<void>;
};

/** DFU mode has one interface, number 0, on every unit (device-usb.md 2.4). */
export const DFU_INTERFACE = 0;

/** Makes the requests on this pipe, whose interface 0 has been claimed. */
export function createDfuRequests(pipe: ControlPipe, timeoutMs: number): DfuRequests {
  const send = (request: number, value: number, data: Uint8Array): Promise<void> =>
    pipe.transferOut({ requestType: DFU_OUT, request, value, index: DFU_INTERFACE }, data, timeoutMs);
  const receive = (request: number, value: number, length: number): Promise<Uint8Array> =>
    pipe.transferIn({ requestType: DFU_IN, request, value, index: DFU_INTERFACE }, length, timeoutMs);
  return {
    download: (block, data) => send(DFU_REQUEST.download, block, data),
    upload: (block, length) => receive(DFU_REQUEST.upload, block, length),
    getStatus: async () => decodeDfuStatus(await receive(DFU_REQUEST.getStatus, 0, STATUS_BYTES)),
    clearStatus: () => send(DFU_REQUEST.clearStatus, 0, NOTHING),
    abort: () => send(DFU_REQUEST.abort, 0, NOTHING),
  };
}

const STATUS_BYTES = 6;
const NOTHING = new Uint8Array(0);
