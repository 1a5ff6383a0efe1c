import { connect, type Socket } from 'node:net';
import { queueTransfers } from '../../../src-main/virtual/usbip/queued-function.ts';
import { readDescriptors } from '../../../src-main/virtual/usbip/usb-descriptors.ts';
import { encodeImportRequest, IMPORT_REPLY_BYTES } from '../../../src-main/virtual/usbip/usbip-operations.ts';
import { COMMAND_BYTES, decodeReply, encodeCommand } from '../../../src-main/virtual/usbip/usbip-protocol.ts';
import type { ListenAddress, ServedUnit } from '../../../src-main/virtual/usbip/usbip-server.ts';
import type { SmallUnit } from './small-unit.ts';

/** A unit as a server wants it. */
export async function served(unit: SmallUnit, busId: string): Promise<ServedUnit> {
  const usbFunction = queueTransfers(unit);
  const { device, configurationValue, interfaces } = await readDescriptors(usbFunction);
  return { usbFunction, device: { ...device, busId, busNumber: 1, deviceNumber: 2, configurationValue, interfaces } };
}

/** A host that speaks USB/IP byte by byte, so that a test sees exactly what the server sends. */
export type RawHost = {
  readonly socket: Socket;
  send(bytes: Uint8Array): void;
  /** Exactly this many bytes; undefined when the server closed first. */
  receive(count: number): Promise<Buffer | undefined>;
  /** Imports a bus id and returns the status of the reply. */
  import(busId: string): Promise<number>;
  submitIn(sequence: number, endpoint: number, length: number): void;
  submitOut(sequence: number, endpoint: number, data: Uint8Array): void;
  submitControl(sequence: number, setupHex: string, data?: Uint8Array): void;
  unlink(sequence: number, target: number): void;
  /** The next reply header with its data, `dataBytes` of it. */
  reply(dataBytes?: number): Promise<{ kind: string; sequence: number; status: number; data: Buffer } | undefined>;
};

/** Connects to a server. */
export async function connectRawHost(address: ListenAddress): Promise<RawHost> {
  const socket = 'path' in address ? connect(address.path) : connect(address);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => {});
  const receive = async (count: number): Promise<Buffer | undefined> => {
    for (;;) {
      const bytes: Buffer | null = count === 0 ? Buffer.alloc(0) : socket.read(count);
      if (bytes !== null) return bytes.length === count ? bytes : undefined;
      if (socket.readableEnded || socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          socket.off('readable', go).off('end', go).off('close', go);
          resolve();
        };
        socket.once('readable', go).once('end', go).once('close', go);
      });
    }
  };
  const submit = (sequence: number, direction: 'in' | 'out', endpoint: number, length: number, setup: Buffer): Buffer =>
    encodeCommand({ kind: 'submit', sequence, direction, endpoint, length, setup }, 0x10002);
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    receive,
    async import(busId) {
      socket.write(encodeImportRequest(busId));
      const status = (await receive(8))?.readUInt32BE(4) ?? -1;
      if (status === 0) await receive(IMPORT_REPLY_BYTES - 8);
      return status;
    },
    submitIn: (sequence, endpoint, length) =>
      void socket.write(submit(sequence, 'in', endpoint, length, Buffer.alloc(8))),
    submitOut: (sequence, endpoint, data) =>
      void socket.write(Buffer.concat([submit(sequence, 'out', endpoint, data.length, Buffer.alloc(8)), data])),
    submitControl(sequence, setupHex, data = new Uint8Array(0)) {
      const setup = Buffer.from(setupHex.replaceAll(' ', ''), 'hex');
      const isIn = (setup.readUInt8(0) & 0x80) !== 0;
      const length = isIn ? setup.readUInt16LE(6) : data.length;
      socket.write(Buffer.concat([submit(sequence, isIn ? 'in' : 'out', 0, length, setup), data]));
    },
    unlink: (sequence, target) => void socket.write(encodeCommand({ kind: 'unlink', sequence, target }, 0x10002)),
    async reply(dataBytes = 0) {
      const header = await receive(COMMAND_BYTES);
      const reply = header === undefined ? undefined : decodeReply(header);
      if (reply === undefined) return undefined;
      const data = await receive(dataBytes);
      return data === undefined
        ? undefined
        : { kind: reply.kind, sequence: reply.sequence, status: reply.status, data };
    },
  };
}
