import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeCommand,
  decodeDevice,
  decodeReply,
  type ExportedDevice,
  encodeBusId,
  encodeCommand,
  encodeDevice,
  encodeSubmitReply,
  encodeUnlinkReply,
  type HostCommand,
} from '../../../src-main/virtual/usbip/usbip-protocol.ts';

const word = fc.integer({ min: 0, max: 0xffff });
const byte = fc.integer({ min: 0, max: 0xff });
const sequence = fc.integer({ min: 0, max: 0xffff_ffff });

test('a submit command survives the wire, its setup bytes unchanged', () => {
  const submit = fc.record({
    kind: fc.constant('submit' as const),
    sequence,
    direction: fc.constantFrom('in' as const, 'out' as const),
    endpoint: fc.integer({ min: 0, max: 15 }),
    length: fc.integer({ min: 0, max: 4096 }),
    setup: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(
    fc.property(submit, (command: HostCommand) => {
      expect(decodeCommand(encodeCommand(command, 0x10002), 4096)).toEqual(command);
    }),
  );
});

test('header fields are big-endian at the offsets of the protocol document', () => {
  const setup = Buffer.from('8006000100004000', 'hex');
  const command = { kind: 'submit', sequence: 0x0d05, direction: 'in', endpoint: 0, length: 64, setup } as const;
  expect(encodeCommand(command, 0x1000f).toString('hex')).toBe(
    '00000001' +
      '00000d05' +
      '0001000f' +
      '00000001' +
      '00000000' +
      '00000000' +
      '00000040' +
      '00000000' +
      '00000000' +
      '00000000' +
      '8006000100004000',
  );
  const reply = encodeSubmitReply(0x0d05, -32, 0, new Uint8Array(0));
  expect(reply.toString('hex', 0, 28)).toBe('0000000300000d05000000000000000000000000ffffffe000000000');
  expect(reply).toHaveLength(48);
});

test('an unlink and both replies survive the wire', () => {
  fc.assert(
    fc.property(sequence, sequence, fc.integer({ min: -200, max: 0 }), byte, (own, target, status, length) => {
      const unlink = { kind: 'unlink', sequence: own, target } as const;
      expect(decodeCommand(encodeCommand(unlink, 0), 0)).toEqual(unlink);
      expect(decodeReply(encodeUnlinkReply(own, status))).toEqual({
        kind: 'unlink',
        sequence: own,
        status,
        actualLength: 0,
      });
      const data = new Uint8Array(length).fill(length);
      const reply = encodeSubmitReply(own, status, length, data);
      expect(decodeReply(reply)).toEqual({ kind: 'submit', sequence: own, status, actualLength: length });
      expect(reply.subarray(48)).toEqual(Buffer.from(data));
    }),
  );
});

test('a device description survives the wire', () => {
  const device = fc.record({
    busId: fc.constantFrom('1-1', '1-1.3', '12-4.3.2.1'),
    busNumber: word,
    deviceNumber: word,
    vendorId: word,
    productId: word,
    deviceRelease: word,
    deviceClass: byte,
    deviceSubClass: byte,
    deviceProtocol: byte,
    configurationValue: byte,
    configurationCount: byte,
    interfaces: fc.constant([]),
  });
  fc.assert(
    fc.property(device, (one: ExportedDevice) => {
      expect(decodeDevice(encodeDevice(one))).toEqual({ device: one, speed: 2, interfaceCount: 0 });
    }),
  );
});

test.each([
  ['an unknown command', 0, 7],
  ['endpoint 16', 16, 16],
  ['direction 2', 12, 2],
  ['a negative length', 24, 0xffff_ffff],
  ['a length above the bound', 24, 5000],
  ['isochronous packets', 32, 1],
])('%s is refused', (_what, offset, value) => {
  const setup = Buffer.alloc(8);
  const bytes = encodeCommand({ kind: 'submit', sequence: 1, direction: 'in', endpoint: 1, length: 8, setup }, 1);
  expect(decodeCommand(bytes, 4096)).toBeDefined();
  bytes.writeUInt32BE(value, offset);
  expect(decodeCommand(bytes, 4096)).toBeUndefined();
});

test('a bus id that is no plain text of at most 31 characters is refused', () => {
  for (const busId of ['', 'a b', 'x'.repeat(32), '1-1\n', '1-1\0'])
    expect(() => encodeBusId(busId)).toThrow(RangeError);
});
