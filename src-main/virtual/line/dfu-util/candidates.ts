import { DescriptorError, decodeStringDescriptor, REQUEST, walkDescriptors } from '../../usbip/usb-descriptors.ts';
import type { ImportedUnit } from '../../usbip/usbip-client.ts';
import type { ExportedDevice } from '../../usbip/usbip-protocol.ts';
import { type Print, warning } from './exit.ts';
import type { Options } from './options.ts';
import type { ProgramBus } from './program-bus.ts';

/** One alternate setting of a unit in DFU mode that the command line selects. */
export type Candidate = {
  readonly device: ExportedDevice;
  readonly configuration: number;
  readonly interfaceNumber: number;
  readonly alternate: number;
  readonly hasAlternates: boolean;
  readonly name: string;
  readonly serial: string;
  readonly attributes: number;
  readonly detachTimeoutMs: number;
  readonly transferSize: number;
  readonly dfuVersion: number;
};

const UNREADABLE = 'UNKNOWN';
const FUNCTIONAL_DESCRIPTOR = 0x21;

/**
 * The matching alternate settings, newest first as dfu-util lists them. The path is compared before anything is opened; every
 * other filter opens each unit left and reads its strings (device-usb.md 7.5). Rejects when the bus cannot be reached.
 */
export async function findCandidates(bus: ProgramBus, options: Options, print: Print): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const device of await bus.list()) {
    if (options.path !== undefined && options.path !== device.busId) continue;
    if (options.deviceNumber !== -1 && options.deviceNumber !== device.deviceNumber) continue;
    if (!device.interfaces.some((one) => one.class === 0xfe && one.subClass === 1 && one.protocol === 2)) continue;
    if (options.match.vendor !== -1 && options.match.vendor !== device.vendorId) continue;
    if (options.match.product !== -1 && options.match.product !== device.productId) continue;
    const unit = await openUnit(bus, device.busId);
    if (typeof unit === 'string') {
      const ids = `${hex4(device.vendorId)}:${hex4(device.productId)}`;
      print.err(warning(`Cannot open DFU device ${ids} found on devnum ${device.deviceNumber} (${unit})`));
      continue;
    }
    try {
      found.push(...(await readCandidates(unit, options)));
    } finally {
      await unit.close();
    }
  }
  return found.reverse();
}

/** Imports a unit, or says in libusb's word why not. */
export async function openUnit(bus: ProgramBus, busId: string): Promise<ImportedUnit | string> {
  try {
    const opened = await bus.open(busId);
    if (opened === 'busy') return 'LIBUSB_ERROR_BUSY';
    return opened === 'absent' ? 'LIBUSB_ERROR_NO_DEVICE' : opened;
  } catch {
    return 'LIBUSB_ERROR_IO';
  }
}

/** A number as four hexadecimal digits. */
export function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

async function readCandidates(unit: ImportedUnit, options: Options): Promise<Candidate[]> {
  const configuration = await readConfiguration(unit);
  const functional = [...walkDescriptors(configuration)].find(
    ({ type, bytes }) => type === FUNCTIONAL_DESCRIPTOR && bytes.length >= 9,
  )?.bytes;
  if (functional === undefined) return [];
  const number = configuration.readUInt8(5);
  if (options.configuration !== -1 && options.configuration !== number) return [];
  const settings = [...walkDescriptors(configuration)].filter(
    ({ type, bytes }) => type === 4 && bytes.length >= 9 && bytes[5] === 0xfe && bytes[6] === 1,
  );
  const serialIndex = await readSerialIndex(unit);
  const candidates: Candidate[] = [];
  for (const { bytes } of settings) {
    const alternate = bytes.readUInt8(3);
    if (options.interfaceNumber !== -1 && options.interfaceNumber !== bytes[2]) continue;
    if (typeof options.alternate === 'number' && options.alternate !== alternate) continue;
    const name = await readString(unit, bytes.readUInt8(8));
    const serial = await readString(unit, serialIndex);
    if (typeof options.alternate === 'string' && options.alternate !== name) continue;
    if (options.serial !== undefined && options.serial !== serial) continue;
    candidates.push({
      device: unit.device,
      configuration: number,
      interfaceNumber: bytes.readUInt8(2),
      alternate,
      hasAlternates: settings.length > 1,
      name,
      serial,
      attributes: functional.readUInt8(2),
      detachTimeoutMs: functional.readUInt16LE(3),
      transferSize: functional.readUInt16LE(5),
      dfuVersion: functional.readUInt16LE(7),
    });
  }
  return candidates;
}

async function readConfiguration(unit: ImportedUnit): Promise<Buffer> {
  const head = await readDescriptor(unit, 0x0200, 0, 9);
  if (head.length < 9) throw new DescriptorError('configuration descriptor is cut');
  return readDescriptor(unit, 0x0200, 0, head.readUInt16LE(2));
}

async function readSerialIndex(unit: ImportedUnit): Promise<number> {
  const device = await readDescriptor(unit, 0x0100, 0, 18);
  return device.length === 18 ? device.readUInt8(16) : 0;
}

/** As dfu-util reads a string: the list of languages first, then the text in the first of them. */
async function readString(unit: ImportedUnit, index: number): Promise<string> {
  if (index === 0) return UNREADABLE;
  try {
    const languages = await readDescriptor(unit, 0x0300, 0, 255);
    if (languages.length < 4) return UNREADABLE;
    const bytes = await readDescriptor(unit, 0x0300 | index, languages.readUInt16LE(2), 255);
    return decodeStringDescriptor(bytes) || UNREADABLE;
  } catch (error) {
    if (error instanceof DescriptorError) return UNREADABLE;
    throw error;
  }
}

async function readDescriptor(unit: ImportedUnit, value: number, index: number, length: number): Promise<Buffer> {
  const setup = { requestType: 0x80, request: REQUEST.getDescriptor, value, index, length };
  const answer = await unit.control(setup, new Uint8Array(0), 1000);
  if (answer.kind !== 'done') throw new DescriptorError(`descriptor ${value.toString(16)}: ${answer.kind}`);
  return answer.data;
}
