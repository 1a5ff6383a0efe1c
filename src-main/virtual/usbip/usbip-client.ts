import type { Setup } from '../unit/usb-function.ts';
import { type ByteQueue, createByteQueue } from './byte-queue.ts';
import { encodeSetup } from './usb-descriptors.ts';
import { decodeImportReply, encodeImportRequest, IMPORT_REPLY_BYTES, openSocket } from './usbip-operations.ts';
import { COMMAND_BYTES, decodeReply, type ExportedDevice, encodeCommand, STATUS } from './usbip-protocol.ts';
import type { ListenAddress } from './usbip-server.ts';

/** How a control transfer of this client ended. */
export type ClientAnswer =
  | { readonly kind: 'done'; readonly data: Buffer }
  | { readonly kind: 'stall' }
  | { readonly kind: 'timeout' }
  /** The unit left the bus during the transfer. */
  | { readonly kind: 'gone' }
  /** It had left before. */
  | { readonly kind: 'absent' };

/** A unit imported into this program. */
export interface ImportedUnit {
  readonly device: ExportedDevice;
  /** One control transfer; `data` is the OUT stage. On time-out the request is unlinked, so the unit sees it no more. */
  control(setup: Setup, data: Uint8Array, timeoutMs: number): Promise<ClientAnswer>;
  /** Gives the unit back; resolves when the server has let go of it. */
  close(): Promise<void>;
}

const MAX_REPLY_BYTES = 64 * 1024;

/** A request is kept after its time-out until the unlink is answered: its reply may be under way and must be read in full. */
type Request = { readonly isIn: boolean; settle(answer: ClientAnswer): void };

/**
 * Imports one unit over USB/IP, as the host's USB stack would. Resolves with `busy` when another host has it and with
 * `absent` when there is none; rejects with the error of the connection, or after `timeoutMs`.
 */
export async function importUnit(
  target: ListenAddress,
  busId: string,
  timeoutMs: number,
): Promise<ImportedUnit | 'busy' | 'absent'> {
  const socket = await openSocket(target, timeoutMs);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const received = createByteQueue();
  const requests = new Map<number, Request>();
  const unlinks = new Map<number, number>();
  let sequence = 0;

  const leave = (): void => {
    for (const request of requests.values()) request.settle({ kind: 'gone' });
    requests.clear();
  };
  socket.on('error', leave);
  socket.on('close', leave);
  socket.on('end', leave);

  const device = await new Promise<ExportedDevice | 'busy' | 'absent'>((resolve, reject) => {
    const deadline = setTimeout(() => socket.destroy(new Error(`no import within ${timeoutMs} ms`)), timeoutMs);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection closed during the import')));
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      try {
        const reply = decodeImportReply(received.peek(Math.min(received.length, IMPORT_REPLY_BYTES)) ?? chunk);
        if (reply === undefined) return;
        clearTimeout(deadline);
        socket.removeAllListeners('data');
        received.take(IMPORT_REPLY_BYTES);
        resolve(reply);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.write(encodeImportRequest(busId));
  });
  if (typeof device === 'string') {
    socket.destroy();
    return device;
  }
  const deviceId = ((device.busNumber << 16) | device.deviceNumber) >>> 0;

  socket.on('data', (chunk: Buffer) => {
    received.push(chunk);
    while (readReply(received, requests, unlinks)) {}
    if (received.length > MAX_REPLY_BYTES + COMMAND_BYTES) socket.destroy();
  });

  return {
    device,
    control: (setup, data, transferTimeoutMs) =>
      new Promise((resolve) => {
        if (!socket.writable || socket.readableEnded) return resolve({ kind: 'absent' });
        sequence += 1;
        const own = sequence;
        const isIn = (setup.requestType & 0x80) !== 0;
        const deadline = setTimeout(() => {
          sequence += 1;
          unlinks.set(sequence, own);
          socket.write(encodeCommand({ kind: 'unlink', sequence, target: own }, deviceId));
          resolve({ kind: 'timeout' });
        }, transferTimeoutMs);
        const settle = (answer: ClientAnswer): void => {
          clearTimeout(deadline);
          resolve(answer);
        };
        requests.set(own, { isIn, settle });
        const direction = isIn ? 'in' : 'out';
        const length = isIn ? setup.length : data.length;
        const submit = {
          kind: 'submit',
          sequence: own,
          direction,
          endpoint: 0,
          length,
          setup: encodeSetup(setup),
        } as const;
        socket.write(Buffer.concat([encodeCommand(submit, deviceId), isIn ? new Uint8Array(0) : data]));
      }),
    async close() {
      socket.end();
      await closed;
    },
  };
}

/** Reads one whole reply and hands it to its request; false when there is none. Unreadable replies stay and fill the bound. */
function readReply(received: ByteQueue, requests: Map<number, Request>, unlinks: Map<number, number>): boolean {
  const header = received.peek(COMMAND_BYTES);
  const reply = header === undefined ? undefined : decodeReply(header);
  if (reply === undefined) return false;
  if (reply.kind === 'unlink') {
    received.take(COMMAND_BYTES);
    const target = unlinks.get(reply.sequence);
    unlinks.delete(reply.sequence);
    if (target !== undefined) requests.delete(target);
    return true;
  }
  // The header of a reply names no direction: the request tells whether data follows.
  const request = requests.get(reply.sequence);
  const bodyBytes = request?.isIn === true ? reply.actualLength : 0;
  if (bodyBytes < 0) return false;
  const whole = received.take(COMMAND_BYTES + bodyBytes);
  if (whole === undefined) return false;
  requests.delete(reply.sequence);
  request?.settle(answerOf(reply.status, Buffer.from(whole.subarray(COMMAND_BYTES))));
  return true;
}

function answerOf(status: number, data: Buffer): ClientAnswer {
  if (status === STATUS.ok) return { kind: 'done', data };
  return status === STATUS.pipe ? { kind: 'stall' } : { kind: 'gone' };
}
