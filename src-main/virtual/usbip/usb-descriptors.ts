import type { Setup, UsbFunction } from '../unit/usb-function.ts';
import type { InterfaceClass } from './usbip-protocol.ts';

/** Standard requests of USB 2.0 table 9-4, and the timeout Linux gives them while it enumerates. */
export const REQUEST = { clearFeature: 1, getDescriptor: 6, setConfiguration: 9, setInterface: 11 } as const;
const DESCRIPTOR = { device: 1, configuration: 2, string: 3 } as const;
const DESCRIPTOR_TIMEOUT_MS = 5000;

/** The fields of a device descriptor that a host keeps. */
export type DeviceFields = {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceRelease: number;
  readonly deviceClass: number;
  readonly deviceSubClass: number;
  readonly deviceProtocol: number;
  readonly configurationCount: number;
  readonly manufacturerIndex: number;
  readonly productIndex: number;
  readonly serialIndex: number;
};

/** What a host knows of a unit after it read the descriptors. `configuration` is the whole of it, `configurationValue` its number. */
export type DescriptorSet = {
  readonly device: DeviceFields;
  readonly configuration: Buffer;
  readonly configurationValue: number;
  /** Alternate setting 0 of each interface, by number. */
  readonly interfaces: readonly InterfaceClass[];
};

/** Thrown when a unit does not answer as USB demands; the reason is for the engineer. */
export class DescriptorError extends Error {
  override readonly name = 'DescriptorError';
}

/**
 * Reads device and configuration descriptor in the order of a Linux host: the first 64 bytes, the 18, the head of the
 * configuration, then all of it. Rejects with DescriptorError when the unit stalls, is silent for 5 s, leaves or sends nonsense.
 */
export async function readDescriptors(usbFunction: UsbFunction): Promise<DescriptorSet> {
  const first = await readDescriptor(usbFunction, DESCRIPTOR.device, 0, 0, 64);
  if (first.length < 8) throw new DescriptorError(`device descriptor has ${first.length} bytes`);
  const device = await readDescriptor(usbFunction, DESCRIPTOR.device, 0, 0, 18);
  if (device.length !== 18 || device[0] !== 18 || device[1] !== DESCRIPTOR.device) {
    throw new DescriptorError(`not a device descriptor: ${device.toString('hex')}`);
  }
  const head = await readDescriptor(usbFunction, DESCRIPTOR.configuration, 0, 0, 9);
  if (head.length < 9) throw new DescriptorError(`configuration descriptor has ${head.length} bytes`);
  const totalLength = head.readUInt16LE(2);
  const configuration = await readDescriptor(usbFunction, DESCRIPTOR.configuration, 0, 0, totalLength);
  if (configuration.length < 9 || configuration.length !== totalLength) {
    throw new DescriptorError(`configuration of ${configuration.length} bytes instead of ${totalLength}`);
  }
  return {
    device: deviceFields(device),
    configuration,
    configurationValue: configuration.readUInt8(5),
    interfaces: interfaceClasses(configuration),
  };
}

/** The text of a string descriptor in language 0x0409; empty for index 0 and for a unit that stalls it. */
export async function readText(usbFunction: UsbFunction, index: number): Promise<string> {
  if (index === 0) return '';
  try {
    return decodeStringDescriptor(await readDescriptor(usbFunction, DESCRIPTOR.string, index, 0x0409, 255));
  } catch (error) {
    if (error instanceof DescriptorError) return '';
    throw error;
  }
}

/** The UTF-16 text in a string descriptor, as far as it is whole. */
export function decodeStringDescriptor(bytes: Buffer): string {
  if (bytes.length < 2 || bytes[1] !== DESCRIPTOR.string) return '';
  const end = Math.min(bytes.length, bytes.readUInt8(0)) & ~1;
  return bytes.toString('utf16le', 2, Math.max(2, end));
}

/** Each descriptor of a configuration in order: type and bytes. Stops at the first that does not fit. */
export function* walkDescriptors(configuration: Buffer): Generator<{ type: number; bytes: Buffer }> {
  let at = 0;
  while (at + 2 <= configuration.length) {
    const length = configuration.readUInt8(at);
    if (length < 2 || at + length > configuration.length) return;
    yield { type: configuration.readUInt8(at + 1), bytes: configuration.subarray(at, at + length) };
    at += length;
  }
}

/** A setup packet of the eight raw bytes. */
export function decodeSetup(bytes: Buffer): Setup {
  return {
    requestType: bytes.readUInt8(0),
    request: bytes.readUInt8(1),
    value: bytes.readUInt16LE(2),
    index: bytes.readUInt16LE(4),
    length: bytes.readUInt16LE(6),
  };
}

/** The eight raw bytes of a setup packet. */
export function encodeSetup(setup: Setup): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[0] = setup.requestType;
  bytes[1] = setup.request;
  bytes.writeUInt16LE(setup.value, 2);
  bytes.writeUInt16LE(setup.index, 4);
  bytes.writeUInt16LE(setup.length, 6);
  return bytes;
}

async function readDescriptor(
  usbFunction: UsbFunction,
  type: number,
  index: number,
  language: number,
  length: number,
): Promise<Buffer> {
  const value = (type << 8) | index;
  const setup = { requestType: 0x80, request: REQUEST.getDescriptor, value, index: language, length };
  const answer = await usbFunction.control(setup, new Uint8Array(0), AbortSignal.timeout(DESCRIPTOR_TIMEOUT_MS));
  if (answer.kind !== 'done') throw new DescriptorError(`descriptor ${value.toString(16)}: ${answer.kind}`);
  return Buffer.from(answer.data.subarray(0, length));
}

function deviceFields(bytes: Buffer): DeviceFields {
  return {
    deviceClass: bytes.readUInt8(4),
    deviceSubClass: bytes.readUInt8(5),
    deviceProtocol: bytes.readUInt8(6),
    vendorId: bytes.readUInt16LE(8),
    productId: bytes.readUInt16LE(10),
    deviceRelease: bytes.readUInt16LE(12),
    manufacturerIndex: bytes.readUInt8(14),
    productIndex: bytes.readUInt8(15),
    serialIndex: bytes.readUInt8(16),
    configurationCount: bytes.readUInt8(17),
  };
}

function interfaceClasses(configuration: Buffer): InterfaceClass[] {
  const found: InterfaceClass[] = [];
  for (const { type, bytes } of walkDescriptors(configuration)) {
    if (type !== 4 || bytes.length < 9 || bytes[3] !== 0) continue;
    found.push({ class: bytes.readUInt8(5), subClass: bytes.readUInt8(6), protocol: bytes.readUInt8(7) });
  }
  return found;
}
