/**
 * USB/IP protocol 1.1.1 on the wire (usb-lab.md 2; the public kernel document "USB/IP protocol"). All header fields are
 * big-endian; the eight setup bytes stay as they are on USB (little-endian). Only what a full-speed unit needs: no
 * isochronous transfers.
 */

/** `USBIP_VERSION` of every operation header. */
export const USBIP_VERSION = 0x0111;

/** Operation codes before a unit is imported. */
export const OPERATION = {
  requestDeviceList: 0x8005,
  replyDeviceList: 0x0005,
  requestImport: 0x8003,
  replyImport: 0x0003,
} as const;

/** Command numbers after a unit is imported. */
export const COMMAND = { submit: 1, unlink: 2, submitReply: 3, unlinkReply: 4 } as const;

/** Negative errno values of Linux; the protocol uses them whatever the operating system. */
export const STATUS = {
  ok: 0,
  /** A stalled endpoint. */
  pipe: -32,
  /** The unit left the bus with the request pending (usb-lab.md 5). */
  protocol: -71,
  /** More data than was asked for. */
  overflow: -75,
  /** Unlinked before completion. */
  connectionReset: -104,
} as const;

/** Status of an operation reply. */
export const OPERATION_STATUS = { ok: 0, notAvailable: 1, busy: 2 } as const;

/** `enum usb_device_speed` of Linux: every unit here is full speed (device-usb.md 2). */
export const SPEED_FULL = 2;

export const OPERATION_HEADER_BYTES = 8;
export const BUS_ID_BYTES = 32;
export const DEVICE_BYTES = 312;
export const COMMAND_BYTES = 48;

/** What the operations tell of an exported unit. */
export type ExportedDevice = {
  readonly busId: string;
  readonly busNumber: number;
  readonly deviceNumber: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceRelease: number;
  readonly deviceClass: number;
  readonly deviceSubClass: number;
  readonly deviceProtocol: number;
  readonly configurationValue: number;
  readonly configurationCount: number;
  readonly interfaces: readonly InterfaceClass[];
};

export type InterfaceClass = { readonly class: number; readonly subClass: number; readonly protocol: number };

/** A command of the host, decoded; `setup` is the raw eight bytes. */
export type HostCommand =
  | {
      readonly kind: 'submit';
      readonly sequence: number;
      readonly direction: 'in' | 'out';
      readonly endpoint: number;
      readonly length: number;
      readonly setup: Buffer;
    }
  | { readonly kind: 'unlink'; readonly sequence: number; readonly target: number };

/** The header of an operation: `status` is 0 in requests. */
export function encodeOperation(code: number, status: number): Buffer {
  const header = Buffer.alloc(OPERATION_HEADER_BYTES);
  header.writeUInt16BE(USBIP_VERSION, 0);
  header.writeUInt16BE(code, 2);
  header.writeUInt32BE(status, 4);
  return header;
}

/** Reads an operation header of eight bytes. */
export function decodeOperation(header: Buffer): { version: number; code: number; status: number } {
  return { version: header.readUInt16BE(0), code: header.readUInt16BE(2), status: header.readUInt32BE(4) };
}

/** A bus id as its 32-byte field. Throws RangeError when it is empty, too long or not printable ASCII. */
export function encodeBusId(busId: string): Buffer {
  if (!/^[\x21-\x7e]{1,31}$/.test(busId)) throw new RangeError(`not a USB/IP bus id: ${JSON.stringify(busId)}`);
  const field = Buffer.alloc(BUS_ID_BYTES);
  field.write(busId, 'latin1');
  return field;
}

/** The text of a zero-terminated field, or undefined when it is not printable ASCII. */
export function decodeText(field: Buffer): string | undefined {
  const end = field.indexOf(0);
  const text = field.toString('latin1', 0, end === -1 ? field.length : end);
  return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}

/** The 312 bytes that describe a unit in both replies. */
export function encodeDevice(device: ExportedDevice): Buffer {
  const bytes = Buffer.alloc(DEVICE_BYTES);
  bytes.write(`/sys/devices/virtual/${device.busId}`, 0, 'latin1');
  encodeBusId(device.busId).copy(bytes, 256);
  bytes.writeUInt32BE(device.busNumber, 288);
  bytes.writeUInt32BE(device.deviceNumber, 292);
  bytes.writeUInt32BE(SPEED_FULL, 296);
  bytes.writeUInt16BE(device.vendorId, 300);
  bytes.writeUInt16BE(device.productId, 302);
  bytes.writeUInt16BE(device.deviceRelease, 304);
  bytes[306] = device.deviceClass;
  bytes[307] = device.deviceSubClass;
  bytes[308] = device.deviceProtocol;
  bytes[309] = device.configurationValue;
  bytes[310] = device.configurationCount;
  bytes[311] = device.interfaces.length;
  return bytes;
}

/** Reads the 312 bytes; `interfaces` is empty with `interfaceCount` beside it, because a list reply carries them after. */
export function decodeDevice(bytes: Buffer): { device: ExportedDevice; speed: number; interfaceCount: number } {
  const busId = decodeText(bytes.subarray(256, 288));
  if (busId === undefined || busId === '') throw new RangeError('USB/IP reply without a bus id');
  const device: ExportedDevice = {
    busId,
    busNumber: bytes.readUInt32BE(288),
    deviceNumber: bytes.readUInt32BE(292),
    vendorId: bytes.readUInt16BE(300),
    productId: bytes.readUInt16BE(302),
    deviceRelease: bytes.readUInt16BE(304),
    deviceClass: bytes.readUInt8(306),
    deviceSubClass: bytes.readUInt8(307),
    deviceProtocol: bytes.readUInt8(308),
    configurationValue: bytes.readUInt8(309),
    configurationCount: bytes.readUInt8(310),
    interfaces: [],
  };
  return { device, speed: bytes.readUInt32BE(296), interfaceCount: bytes.readUInt8(311) };
}

/** The four bytes of each interface in a list reply. */
export function encodeInterfaces(interfaces: readonly InterfaceClass[]): Buffer {
  return Buffer.from(interfaces.flatMap((one) => [one.class, one.subClass, one.protocol, 0]));
}

/** Reads the four bytes of each interface that follow a unit in a list reply. */
export function decodeInterfaces(bytes: Uint8Array): InterfaceClass[] {
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => {
    const [interfaceClass = 0, subClass = 0, protocol = 0] = bytes.subarray(4 * index);
    return { class: interfaceClass, subClass, protocol };
  });
}

/** A command as the host sends it; the data stage of an OUT submit follows separately. */
export function encodeCommand(command: HostCommand, deviceId: number): Buffer {
  const header = Buffer.alloc(COMMAND_BYTES);
  header.writeUInt32BE(command.kind === 'submit' ? COMMAND.submit : COMMAND.unlink, 0);
  header.writeUInt32BE(command.sequence, 4);
  header.writeUInt32BE(deviceId, 8);
  if (command.kind === 'unlink') {
    header.writeUInt32BE(command.target, 20);
    return header;
  }
  header.writeUInt32BE(command.direction === 'in' ? 1 : 0, 12);
  header.writeUInt32BE(command.endpoint, 16);
  header.writeInt32BE(command.length, 24);
  command.setup.copy(header, 40, 0, 8);
  return header;
}

/**
 * Reads a 48-byte command header. Undefined for anything a unit cannot serve (unknown command, isochronous packets,
 * endpoint above 15, a length below zero or above `maxLength`): the caller then drops the connection.
 */
export function decodeCommand(header: Buffer, maxLength: number): HostCommand | undefined {
  const command = header.readUInt32BE(0);
  const sequence = header.readUInt32BE(4);
  if (command === COMMAND.unlink) return { kind: 'unlink', sequence, target: header.readUInt32BE(20) };
  if (command !== COMMAND.submit) return undefined;
  const direction = header.readUInt32BE(12);
  const endpoint = header.readUInt32BE(16);
  const length = header.readInt32BE(24);
  // Not isochronous is 0 in older kernels and -1 by the document.
  const packets = header.readInt32BE(32);
  if (direction > 1 || endpoint > 15 || length < 0 || length > maxLength || packets > 0) return undefined;
  const setup = Buffer.from(header.subarray(40, 48));
  return { kind: 'submit', sequence, direction: direction === 1 ? 'in' : 'out', endpoint, length, setup };
}

/** A whole submit reply in one buffer, so that it leaves in one write (usb-lab.md 5). `data` is empty for OUT. */
export function encodeSubmitReply(sequence: number, status: number, actualLength: number, data: Uint8Array): Buffer {
  const reply = Buffer.alloc(COMMAND_BYTES + data.length);
  reply.writeUInt32BE(COMMAND.submitReply, 0);
  reply.writeUInt32BE(sequence, 4);
  reply.writeInt32BE(status, 20);
  reply.writeInt32BE(actualLength, 24);
  reply.set(data, COMMAND_BYTES);
  return reply;
}

/** The answer to an unlink: -ECONNRESET when it caught the request, 0 when that had been answered. */
export function encodeUnlinkReply(sequence: number, status: number): Buffer {
  const reply = Buffer.alloc(COMMAND_BYTES);
  reply.writeUInt32BE(COMMAND.unlinkReply, 0);
  reply.writeUInt32BE(sequence, 4);
  reply.writeInt32BE(status, 20);
  return reply;
}

/** Reads a 48-byte reply header; undefined for an unknown one. */
export function decodeReply(
  header: Buffer,
): { kind: 'submit' | 'unlink'; sequence: number; status: number; actualLength: number } | undefined {
  const command = header.readUInt32BE(0);
  if (command !== COMMAND.submitReply && command !== COMMAND.unlinkReply) return undefined;
  return {
    kind: command === COMMAND.submitReply ? 'submit' : 'unlink',
    sequence: header.readUInt32BE(4),
    status: header.readInt32BE(20),
    actualLength: command === COMMAND.submitReply ? header.readInt32BE(24) : 0,
  };
}
