import { StationError } from '../domain/failure.ts';
import { SERVICE_STATUS } from './control-requests.ts';

/** The short reply to INIT, CHECK and RESET. `id`, `size` and `result` are there only when their flag is (device-usb.md 5.1). */
export type ServiceReply = {
  readonly status: (typeof SERVICE_STATUS)[keyof typeof SERVICE_STATUS];
  readonly id?: number;
  readonly size?: number;
  readonly result?: number;
};

const FLAG = { status: 1, id: 2, size: 4, result: 8 } as const;
const STATUSES: readonly number[] = Object.values(SERVICE_STATUS);

/** The 6 to 16 bytes of a service reply, little-endian. */
export function encodeServiceReply(reply: ServiceReply): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  let flags: number = FLAG.status;
  let end = 6;
  view.setUint16(4, reply.status, true);
  if (reply.id !== undefined) {
    flags |= FLAG.id;
    view.setUint16(end, reply.id, true);
    end += 2;
  }
  if (reply.size !== undefined) {
    flags |= FLAG.size;
    view.setUint32(end, reply.size, true);
    end += 4;
  }
  if (reply.result !== undefined) {
    flags |= FLAG.result;
    view.setInt32(end, reply.result, true);
    end += 4;
  }
  view.setUint32(0, flags, true);
  return bytes.subarray(0, end);
}

/** Reads a service reply. Throws StationError `unit/garbled-answer` when it is cut off or its status is not one of the six. */
export function decodeServiceReply(bytes: Uint8Array): ServiceReply {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6) throw garbled(bytes, 'it is shorter than 6 bytes');
  const flags = view.getUint32(0, true);
  const status = view.getUint16(4, true);
  if ((flags & FLAG.status) === 0 || !isStatus(status)) throw garbled(bytes, 'it has no valid status');
  let at = 6;
  const take = (flag: number, width: number): number | undefined => {
    if ((flags & flag) === 0) return undefined;
    if (at + width > bytes.length) throw garbled(bytes, 'it is cut off');
    at += width;
    return at - width;
  };
  const idAt = take(FLAG.id, 2);
  const sizeAt = take(FLAG.size, 4);
  const resultAt = take(FLAG.result, 4);
  return {
    status,
    ...(idAt === undefined ? {} : { id: view.getUint16(idAt, true) }),
    ...(sizeAt === undefined ? {} : { size: view.getUint32(sizeAt, true) }),
    ...(resultAt === undefined ? {} : { result: view.getInt32(resultAt, true) }),
  };
}

function isStatus(value: number): value is ServiceReply['status'] {
  return STATUSES.includes(value);
}

function garbled(bytes: Uint8Array, why: string): StationError {
  const hex = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new StationError('unit/garbled-answer', `Not a valid service reply, ${why}: ${hex}`);
}
