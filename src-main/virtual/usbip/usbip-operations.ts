import { connect, type Socket } from 'node:net';
import { createByteQueue } from './byte-queue.ts';
import {
  DEVICE_BYTES,
  decodeDevice,
  decodeInterfaces,
  decodeOperation,
  type ExportedDevice,
  encodeBusId,
  encodeOperation,
  OPERATION,
  OPERATION_HEADER_BYTES,
  OPERATION_STATUS,
  USBIP_VERSION,
} from './usbip-protocol.ts';
import type { ListenAddress } from './usbip-server.ts';

/** Bytes of a successful import reply. */
export const IMPORT_REPLY_BYTES = OPERATION_HEADER_BYTES + DEVICE_BYTES;
const MAX_LISTED_DEVICES = 256;

/** Connects with Nagle off (usb-lab.md 5). Rejects with the error of the connection, or after `timeoutMs`. */
export function openSocket(target: ListenAddress, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = 'path' in target ? connect(target.path) : connect({ ...target, noDelay: true });
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no connection within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(deadline);
      resolve(socket);
    });
  });
}

/** The units a server offers. Rejects on a broken connection, a reply that makes no sense, or after `timeoutMs`. */
export async function listUnits(target: ListenAddress, timeoutMs: number): Promise<readonly ExportedDevice[]> {
  const socket = await openSocket(target, timeoutMs);
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no device list within ${timeoutMs} ms`)));
  const received = createByteQueue();
  socket.write(encodeOperation(OPERATION.requestDeviceList, 0));
  try {
    for await (const chunk of socket) received.push(chunk as Buffer);
  } finally {
    socket.destroy();
  }
  const header = received.take(OPERATION_HEADER_BYTES + 4);
  if (header === undefined || !isReply(header, OPERATION.replyDeviceList)) throw new Error('not a USB/IP device list');
  const count = header.readUInt32BE(OPERATION_HEADER_BYTES);
  if (count > MAX_LISTED_DEVICES) throw new Error(`USB/IP list of ${count} devices`);
  return Array.from({ length: count }, () => {
    const bytes = received.take(DEVICE_BYTES);
    if (bytes === undefined) throw new Error('USB/IP device list is cut');
    const { device, interfaceCount } = decodeDevice(bytes);
    const interfaces = received.take(4 * interfaceCount);
    if (interfaces === undefined) throw new Error('USB/IP device list is cut');
    return { ...device, interfaces: decodeInterfaces(interfaces) };
  });
}

/** The bytes that ask for one unit. */
export function encodeImportRequest(busId: string): Buffer {
  return Buffer.concat([encodeOperation(OPERATION.requestImport, 0), encodeBusId(busId)]);
}

/**
 * Reads the beginning of a stream as an import reply: undefined while bytes are missing, `busy` or `absent` for a refusal. Throws
 * when it is something else.
 */
export function decodeImportReply(bytes: Buffer): ExportedDevice | 'busy' | 'absent' | undefined {
  if (bytes.length < OPERATION_HEADER_BYTES) return undefined;
  const { status } = decodeOperation(bytes);
  if (!isReply(bytes, OPERATION.replyImport)) throw new Error('not a USB/IP import reply');
  if (status !== OPERATION_STATUS.ok) return status === OPERATION_STATUS.busy ? 'busy' : 'absent';
  if (bytes.length < IMPORT_REPLY_BYTES) return undefined;
  return decodeDevice(bytes.subarray(OPERATION_HEADER_BYTES, IMPORT_REPLY_BYTES)).device;
}

function isReply(header: Buffer, expected: number): boolean {
  const { version, code } = decodeOperation(header);
  return version === USBIP_VERSION && code === expected;
}
