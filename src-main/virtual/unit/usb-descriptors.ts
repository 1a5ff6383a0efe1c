import { PARTICLE_VENDOR_ID } from '../../domain/platform.ts';
import { MICROSOFT_STRING_INDEX, MICROSOFT_VENDOR_CODE } from './microsoft-descriptors.ts';

/** The descriptors of one enumeration. */
export type DescriptorSet = {
  /** The 18 bytes. */
  readonly device: Uint8Array;
  readonly configuration: Uint8Array;
  /** Text by string index; unknown indexes stall. */
  readonly strings: ReadonlyMap<number, string>;
  /** Number of alternate settings of each interface. */
  readonly alternates: readonly number[];
  /** Gen 2 answers only 8 bytes to a device descriptor read of exactly 64 (device-usb.md 2). */
  readonly hasShortFirstRead: boolean;
};

/** Makes a device descriptor: full speed, USB 2.0, EP0 of 64 bytes, one configuration (device-usb.md 2). */
export function deviceDescriptor(fields: {
  readonly classTriple: readonly [number, number, number];
  readonly productId: number;
  readonly bcdDevice: number;
}): Uint8Array {
  const [deviceClass, subclass, protocol] = fields.classTriple;
  const words = (value: number): [number, number] => [value & 0xff, value >> 8];
  return Uint8Array.of(
    ...[18, 1, 0x00, 0x02, deviceClass, subclass, protocol, 64],
    ...words(PARTICLE_VENDOR_ID),
    ...words(fields.productId),
    ...words(fields.bcdDevice),
    ...[STRING.manufacturer, STRING.product, STRING.serial, 1],
  );
}

/** String indexes all units share. */
export const STRING = { manufacturer: 1, product: 2, serial: 3 } as const;

/** A string descriptor; index 0 lists the one language, US English. Undefined for an index without text. */
export function stringDescriptor(strings: ReadonlyMap<number, string>, index: number): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, 3, 0x09, 0x04);
  const text = strings.get(index);
  if (text === undefined) return undefined;
  const units = Buffer.from(text, 'utf16le');
  const vendorCode = index === MICROSOFT_STRING_INDEX ? [MICROSOFT_VENDOR_CODE, 0] : [];
  return Uint8Array.of(2 + units.length + vendorCode.length, 3, ...units, ...vendorCode);
}

/** Bytes written as hex, blanks and bars ignored: the sheets' worked examples are data here. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/[\s|]/g, ''), 'hex'));
}
