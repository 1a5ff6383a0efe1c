import { walkDescriptors } from '../usbip/usb-descriptors.ts';

/** Where a unit's serial console is: the interface for class requests and the endpoints, without their direction bit. */
export type CdcInterface = {
  readonly interfaceNumber: number;
  readonly interruptIn: number;
  readonly interruptBytes: number;
  readonly bulkIn: number;
  readonly bulkOut: number;
  readonly packetBytes: number;
};

/**
 * Finds the first CDC-ACM pair in a configuration as the cdc_acm driver does: the union descriptor names the data interface, its bulk
 * endpoints may be listed in either order (device-usb.md 2.3). Undefined when there is none, as in DFU mode.
 */
export function findCdcInterface(configuration: Buffer): CdcInterface | undefined {
  const interfaces = groupByInterface(configuration);
  for (const comm of interfaces) {
    const head = comm.bytes;
    if (head[5] !== 0x02 || head[6] !== 0x02) continue;
    const union = comm.extra.find(({ type, bytes }) => type === 0x24 && bytes[2] === 0x06 && bytes.length >= 5);
    const dataNumber = union?.bytes[4];
    const data = interfaces.find((one) => one.bytes[2] === dataNumber && one.bytes[5] === 0x0a);
    const interrupt = endpointsOf(comm).find((one) => one.isIn && one.transferType === 3);
    const bulkIn = endpointsOf(data).find((one) => one.isIn && one.transferType === 2);
    const bulkOut = endpointsOf(data).find((one) => !one.isIn && one.transferType === 2);
    if (interrupt === undefined || bulkIn === undefined || bulkOut === undefined) continue;
    return {
      interfaceNumber: head.readUInt8(2),
      interruptIn: interrupt.number,
      interruptBytes: interrupt.packetBytes,
      bulkIn: bulkIn.number,
      bulkOut: bulkOut.number,
      packetBytes: bulkIn.packetBytes,
    };
  }
  return undefined;
}

type Interface = { readonly bytes: Buffer; readonly extra: { readonly type: number; readonly bytes: Buffer }[] };

function groupByInterface(configuration: Buffer): Interface[] {
  const interfaces: Interface[] = [];
  for (const descriptor of walkDescriptors(configuration)) {
    if (descriptor.type === 4 && descriptor.bytes.length >= 9) interfaces.push({ bytes: descriptor.bytes, extra: [] });
    else interfaces.at(-1)?.extra.push(descriptor);
  }
  return interfaces;
}

function endpointsOf(
  one: Interface | undefined,
): { number: number; isIn: boolean; transferType: number; packetBytes: number }[] {
  const endpoints = one?.extra.filter(({ type, bytes }) => type === 5 && bytes.length >= 7) ?? [];
  return endpoints.map(({ bytes }) => ({
    number: bytes.readUInt8(2) & 0x0f,
    isIn: (bytes.readUInt8(2) & 0x80) !== 0,
    transferType: bytes.readUInt8(3) & 0x03,
    packetBytes: bytes.readUInt16LE(4) & 0x7ff,
  }));
}
