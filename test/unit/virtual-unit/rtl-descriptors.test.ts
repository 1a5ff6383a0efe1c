import { afterEach, describe, expect, test } from 'vitest';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { inDfu, plugged, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const listed = (text: string): string => text.replace(/[\s|]/g, '').toLowerCase();

type Platform = 'p2' | 'msom' | 'trackerm';

async function up(platform: Platform, options: Parameters<typeof plugged>[1] = {}): Promise<UsbHost> {
  const made = await plugged(platform, options);
  unit = made.unit;
  return made.host;
}

async function dfu(platform: Platform, options: Parameters<typeof inDfu>[1] = {}): Promise<UsbHost> {
  const made = await inDfu(platform, options);
  unit = made.unit;
  return made.host;
}

describe('an RTL872x unit in normal mode', () => {
  test('has the device descriptor of the sheet', async () => {
    const host = await up('p2');
    expect(hex(await host.descriptor(1, 0, 18))).toBe(
      listed('12 01 00 02 EF 02 01 40 | 04 2B 20 C0 51 02 | 01 02 03 01'),
    );
  });

  test('answers a device descriptor read of 64 bytes with all 18', async () => {
    const host = await up('msom');
    expect(await host.descriptor(1, 0, 64)).toHaveLength(18);
  });

  test('has the configuration of the sheet, byte by byte: the control interface first', async () => {
    const host = await up('trackerm');
    expect(hex(await host.descriptor(2, 0))).toBe(
      listed(`09 02 54 00 03 01 04 80 FA | 09 04 00 00 00 FF FF FF 05 | 08 0B 01 02 02 02 01 06 | 09 04 01 00 01 02 02 01 06 |
        05 24 00 10 01 | 05 24 01 00 02 | 04 24 02 02 | 05 24 06 01 02 | 07 05 81 03 08 00 10 | 09 04 02 00 02 0A 00 00 06 |
        07 05 02 02 40 00 10 | 07 05 83 02 40 00 10`),
    );
  });

  test.each([
    ['p2', 1, '6.2.0', 'Photon 2'],
    ['p2', 0, '6.2.0', 'P2'],
    ['p2', 1, '6.1.0', 'P2'],
    ['p2', 1, '5.9.0', 'Photon 2'],
    ['msom', undefined, '6.2.0', 'M-SoM'],
    ['msom', undefined, '5.5.0', 'Mseries'],
    ['trackerm', undefined, '6.2.0', 'TrackerM'],
  ] as const)('a %s of variant %s with %s calls itself %s', async (platform, variant, deviceOs, name) => {
    const host = await up(platform, { deviceOs, ...(variant === undefined ? {} : { hardwareVariant: variant }) });
    expect(await host.string(1)).toBe('Particle');
    expect(await host.string(2)).toBe(name);
    expect(await host.string(3)).toBe(unit?.identity.deviceId);
    expect(await host.string(4)).toBe(name);
    expect(await host.string(5)).toBe(`${name} Control Interface`);
    expect(await host.string(6)).toBe(`${name} USB Serial`);
    expect((await host.in(0x80, 6, 0x0307, 0x0409, 255)).kind).toBe('stall');
  });

  test('tells its protection state in normal mode too, since 6.2.0', async () => {
    const open = await up('p2', { deviceOs: '6.2.0' });
    expect(await open.string(0xfa)).toBe('sm=o\0\0\0\0');
    unit?.unplug();
    const old = await up('p2', { deviceOs: '6.1.0' });
    expect((await old.in(0x80, 6, 0x03fa, 0x0409, 255)).kind).toBe('stall');
  });

  test('the OS descriptors name interface 0', async () => {
    const host = await up('p2');
    const answer = await host.read(0xc0, 0xee, 0, 4, 40);
    expect(answer[16]).toBe(0);
    expect(Buffer.from(answer.subarray(18, 24)).toString('latin1')).toBe('WINUSB');
  });
});

describe('an RTL872x unit in DFU mode', () => {
  test('has the descriptors of the sheet, byte by byte', async () => {
    const host = await dfu('msom');
    expect(hex(await host.descriptor(1, 0, 18))).toBe(
      listed('12 01 00 02 00 00 00 40 | 04 2B 23 D0 52 02 | 01 02 03 01'),
    );
    expect(hex(await host.descriptor(2, 0))).toBe(
      listed(
        '09 02 24 00 01 01 04 C0 32 | 09 04 00 00 00 FE 01 02 05 | 09 04 00 01 00 FE 01 02 06 | 09 21 0B FF 00 00 10 1A 01',
      ),
    );
    expect(await host.string(2)).toBe('M-SoM DFU Mode');
    expect(await host.string(3)).toBe(unit?.identity.deviceId);
    expect(await host.string(4)).toBe('M-SoM DFU Mode');
    expect(await host.string(5)).toBe('@Internal Flash   /0x08000000/2048*004Kg');
    expect(await host.string(6)).toBe('@DCT Flash   /0x00000000/1*016Ke');
    expect(await host.string(0xfa)).toBe('sm=o\0\0\0\0');
  });

  test('a Photon 2 is called so by its bootloader', async () => {
    expect(await (await dfu('p2')).string(2)).toBe('Photon 2 DFU Mode');
    unit?.unplug();
    expect(await (await dfu('p2', { hardwareVariant: 0 })).string(2)).toBe('P2 DFU Mode');
  });

  test('a protected one marks every page as erasable only', async () => {
    const host = await dfu('p2', { faults: [{ name: 'protected' }] });
    expect(await host.string(5)).toBe('@Internal Flash   /0x08000000/2048*004Kb');
    expect(await host.string(6)).toBe('@DCT Flash   /0x00000000/1*016Kb');
    expect(await host.string(0xfa)).toBe('sm=p\0\0\0\0');
  });

  test('has alternate settings 0 and 1, and no third', async () => {
    const host = await dfu('p2');
    expect((await host.out(0x01, 11, 1, 0, new Uint8Array(0))).kind).toBe('done');
    expect((await host.out(0x01, 11, 2, 0, new Uint8Array(0))).kind).toBe('stall');
  });
});

describe('the identifiers of a factory RTL872x unit', () => {
  test.each(['p2', 'msom', 'trackerm'] as const)(
    '%s: the device ID ends in a MAC address, the serial number in its last digits',
    (platform) => {
      const { deviceId, serialNumber, mobileSecret } = createFactoryUnit(platform, { number: 3, scale: 0.01 }).identity;
      expect(deviceId).toMatch(/^0a10aced2021[0-9a-f]{12}$/);
      expect(serialNumber).toHaveLength(15);
      expect(serialNumber?.slice(9)).toBe(deviceId.slice(-6).toUpperCase());
      expect(mobileSecret).toHaveLength(15);
    },
  );

  test('a Photon 2 and a P2 have serial numbers of their own', () => {
    const front = (hardwareVariant: number) =>
      createFactoryUnit('p2', { scale: 0.01, hardwareVariant }).identity.serialNumber?.slice(0, 4);
    expect([front(1), front(0)]).toEqual(['P051', 'P046']);
  });
});
