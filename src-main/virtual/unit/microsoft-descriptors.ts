/** String descriptor 0xEE, `MSFT100` and the vendor code (device-usb.md 2.7). */
export const MICROSOFT_STRING_INDEX = 0xee;
export const MICROSOFT_VENDOR_CODE = 0xee;
export const MICROSOFT_SIGNATURE = 'MSFT100';

/** Device interface GUIDs by mode (device-usb.md 2.7). */
export const INTERFACE_GUID = {
  normal: '{20b6cfa4-6dc7-468a-a8db-faa7c23ddea5}',
  dfu: '{37fb5f90-1a34-4929-933b-8a27e1850033}',
} as const;

/**
 * Answers the vendor request with which Windows asks for OS descriptors: wIndex 4 the compatible ID (WINUSB for the given
 * interface), wIndex 5 the interface GUID. Undefined for any other wIndex.
 */
export function microsoftDescriptor(index: number, interfaceNumber: number, guid: string): Uint8Array | undefined {
  if (index === 4) return compatibleId(interfaceNumber);
  if (index === 5) return extendedProperties(guid);
  return undefined;
}

function compatibleId(interfaceNumber: number): Uint8Array {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, 0x0100, true);
  view.setUint16(6, 4, true);
  bytes[8] = 1;
  bytes[16] = interfaceNumber;
  bytes[17] = 1;
  bytes.set(Buffer.from('WINUSB', 'latin1'), 18);
  return bytes;
}

const REG_MULTI_SZ = 7;

function extendedProperties(guid: string): Uint8Array {
  const name = Buffer.from('DeviceInterfaceGUIDs\0', 'utf16le');
  const value = Buffer.from(`${guid}\0\0`, 'utf16le');
  const property = Buffer.alloc(14 + name.length + value.length);
  property.writeUInt32LE(property.length, 0);
  property.writeUInt32LE(REG_MULTI_SZ, 4);
  property.writeUInt16LE(name.length, 8);
  name.copy(property, 10);
  property.writeUInt32LE(value.length, 10 + name.length);
  value.copy(property, 14 + name.length);
  const header = Buffer.alloc(10);
  header.writeUInt32LE(header.length + property.length, 0);
  header.writeUInt16LE(0x0100, 4);
  header.writeUInt16LE(5, 6);
  header.writeUInt16LE(1, 8);
  return Uint8Array.from(Buffer.concat([header, property]));
}
