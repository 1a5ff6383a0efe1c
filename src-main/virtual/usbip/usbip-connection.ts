import type { Socket } from 'node:net';
import type { TransferAnswer } from '../unit/usb-function.ts';
import { createByteQueue } from './byte-queue.ts';
import { decodeSetup } from './usb-descriptors.ts';
import {
  BUS_ID_BYTES,
  COMMAND_BYTES,
  decodeCommand,
  decodeOperation,
  decodeText,
  type ExportedDevice,
  encodeDevice,
  encodeInterfaces,
  encodeOperation,
  encodeSubmitReply,
  encodeUnlinkReply,
  type HostCommand,
  OPERATION,
  OPERATION_HEADER_BYTES,
  OPERATION_STATUS,
  STATUS,
  USBIP_VERSION,
} from './usbip-protocol.ts';
import type { ServedUnit } from './usbip-server.ts';

/** What the server offers, as one connection needs it. */
export type Exports = {
  list(): readonly ExportedDevice[];
  find(busId: string): ServedUnit | undefined;
  isImported(unit: ServedUnit): boolean;
};

/** One host's connection. */
export interface Connection {
  /** The unit this host imported; undefined before, and again after the unplug. */
  readonly imported: ServedUnit | undefined;
  /** Ends every pending request with -EPROTO, then closes (usb-lab.md 5: the other way round holds the kernel for 5 s). */
  unplug(): void;
  /** Closes without ceremony. */
  drop(): void;
}

// Linux splits what it sends to far less (16 KiB by usbfs, 4 KiB on EP0); the bound is against nonsense.
const MAX_TRANSFER_BYTES = 256 * 1024;
const MAX_PENDING = 256;
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** A peer that connects and says nothing is let go. */
const HANDSHAKE_MS = 10_000;
/** How long a host may take to close its side after an unplug. */
const FAREWELL_MS = 2000;

/**
 * Serves one host: first an operation (list or import), then, when it imported a unit, the commands. Replies leave in one write
 * each. A request that was unlinked is never answered itself.
 */
export function serveConnection(socket: Socket, exports: Exports): Connection {
  const received = createByteQueue();
  const pending = new Map<number, AbortController>();
  let imported: ServedUnit | undefined;
  let isEnding = false;

  const handshake = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
  handshake.unref();

  const send = (bytes: Buffer): void => {
    if (isEnding || socket.destroyed) return;
    socket.write(bytes);
    if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
  };
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    clearTimeout(handshake);
    socket.end();
    setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
  };
  const abandonAll = (): void => {
    imported = undefined;
    for (const request of pending.values()) request.abort();
    pending.clear();
  };

  socket.on('data', (chunk) => {
    if (isEnding) return;
    received.push(chunk);
    while (!isEnding && !socket.destroyed && step()) {}
  });
  socket.on('error', () => socket.destroy());
  socket.on('end', () => {
    abandonAll();
    end();
  });
  socket.on('close', () => {
    clearTimeout(handshake);
    abandonAll();
  });

  /** Handles what is complete; false when more bytes are needed. */
  function step(): boolean {
    return imported === undefined ? stepOperation() : stepCommand(imported);
  }

  function stepOperation(): boolean {
    const header = received.peek(OPERATION_HEADER_BYTES);
    if (header === undefined) return false;
    const { version, code } = decodeOperation(header);
    if (version !== USBIP_VERSION) return refuse();
    if (code === OPERATION.requestDeviceList) {
      const devices = exports.list();
      const count = Buffer.alloc(4);
      count.writeUInt32BE(devices.length);
      const listed = devices.flatMap((device) => [encodeDevice(device), encodeInterfaces(device.interfaces)]);
      send(Buffer.concat([encodeOperation(OPERATION.replyDeviceList, OPERATION_STATUS.ok), count, ...listed]));
      end();
      return false;
    }
    if (code !== OPERATION.requestImport) return refuse();
    const request = received.take(OPERATION_HEADER_BYTES + BUS_ID_BYTES);
    if (request === undefined) return false;
    importUnit(decodeText(request.subarray(OPERATION_HEADER_BYTES)) ?? '');
    return true;
  }

  function importUnit(busId: string): void {
    const unit = exports.find(busId);
    const isBusy = unit !== undefined && exports.isImported(unit);
    if (unit === undefined || isBusy) {
      send(encodeOperation(OPERATION.replyImport, isBusy ? OPERATION_STATUS.busy : OPERATION_STATUS.notAvailable));
      end();
      return;
    }
    clearTimeout(handshake);
    imported = unit;
    send(Buffer.concat([encodeOperation(OPERATION.replyImport, OPERATION_STATUS.ok), encodeDevice(unit.device)]));
  }

  function stepCommand(unit: ServedUnit): boolean {
    const header = received.peek(COMMAND_BYTES);
    if (header === undefined) return false;
    const command = decodeCommand(header, MAX_TRANSFER_BYTES);
    if (command === undefined) return refuse();
    if (command.kind === 'unlink') {
      received.take(COMMAND_BYTES);
      unlink(command.sequence, command.target);
      return true;
    }
    const bodyBytes = command.direction === 'out' ? command.length : 0;
    const whole = received.take(COMMAND_BYTES + bodyBytes);
    if (whole === undefined) return false;
    if (pending.size >= MAX_PENDING || pending.has(command.sequence)) return refuse();
    submit(unit, command, whole.subarray(COMMAND_BYTES));
    return true;
  }

  function submit(unit: ServedUnit, command: HostCommand & { kind: 'submit' }, data: Buffer): void {
    const request = new AbortController();
    pending.set(command.sequence, request);
    void transfer(unit, command, data, request.signal).then((answer) => {
      // Not the pending one any more: unlinked or unplugged, and answered there.
      if (pending.get(command.sequence) !== request) return;
      pending.delete(command.sequence);
      send(encodeAnswer(command, data.length, answer));
    });
  }

  function unlink(sequence: number, target: number): void {
    const request = pending.get(target);
    pending.delete(target);
    request?.abort();
    send(encodeUnlinkReply(sequence, request === undefined ? STATUS.ok : STATUS.connectionReset));
  }

  function refuse(): false {
    socket.destroy();
    return false;
  }

  return {
    get imported() {
      return imported;
    },
    unplug() {
      const sequences = [...pending.keys()];
      const farewell = sequences.map((sequence) => encodeSubmitReply(sequence, STATUS.protocol, 0, new Uint8Array(0)));
      if (farewell.length > 0) send(Buffer.concat(farewell));
      abandonAll();
      end();
    },
    drop: () => socket.destroy(),
  };
}

function transfer(
  unit: ServedUnit,
  command: HostCommand & { kind: 'submit' },
  data: Buffer,
  signal: AbortSignal,
): Promise<TransferAnswer> {
  const { usbFunction } = unit;
  // Copied, because the stream's buffer moves on while the unit may still hold the data.
  if (command.endpoint === 0) return usbFunction.control(decodeSetup(command.setup), new Uint8Array(data), signal);
  return command.direction === 'out'
    ? usbFunction.transferOut(command.endpoint, new Uint8Array(data), signal)
    : usbFunction.transferIn(command.endpoint, command.length, signal);
}

function encodeAnswer(command: HostCommand & { kind: 'submit' }, sentBytes: number, answer: TransferAnswer): Buffer {
  const nothing = new Uint8Array(0);
  switch (answer.kind) {
    case 'stall':
      return encodeSubmitReply(command.sequence, STATUS.pipe, 0, nothing);
    case 'gone':
      return encodeSubmitReply(command.sequence, STATUS.protocol, 0, nothing);
    case 'cancelled':
      return encodeSubmitReply(command.sequence, STATUS.connectionReset, 0, nothing);
    case 'done':
      if (command.direction === 'out') return encodeSubmitReply(command.sequence, STATUS.ok, sentBytes, nothing);
      if (answer.data.length > command.length) {
        return encodeSubmitReply(command.sequence, STATUS.overflow, 0, nothing);
      }
      return encodeSubmitReply(command.sequence, STATUS.ok, answer.data.length, answer.data);
  }
}
