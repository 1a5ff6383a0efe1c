import { afterEach, describe, expect, test } from 'vitest';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { inDfu, plugged } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const packed = (text: string): string => text.replace(/[\s|]/g, '').toLowerCase();

describe('normal mode', () => {
  test('a Boron enumerates with the descriptors of the sheet', async () => {
    const { host, ...rest } = await plugged('boron');
    unit = rest.unit;
    expect(hex(await host.descriptor(1, 0, 18))).toBe(packed('12 01 00 02 EF 02 01 40 04 2B 0D C0 02 01 01 02 03 01'));
    expect(hex(await host.descriptor(2, 0))).toBe(
      packed(`09 02 54 00 03 01 04 C0 FA
        08 0B 00 02 02 02 01 00
        09 04 00 00 01 02 02 01 00   05 24 00 10 01   05 24 01 03 01   04 24 02 02   05 24 06 00 01   07 05 82 03 40 00 10
        09 04 01 00 02 0A 00 00 00   07 05 81 02 40 00 00   07 05 01 02 40 00 00
        09 04 02 00 00 FF FF FF 06`),
    );
    expect(await host.string(1)).toBe('Particle');
    expect(await host.string(2)).toBe('Boron CDC Mode');
    expect(await host.string(3)).toBe(unit.identity.deviceId);
    expect(await host.string(4)).toBe('Default configuration');
    expect(await host.string(6)).toBe('Boron Control Interface');
  });

  test('an Electron enumerates with the descriptors of the sheet', async () => {
    const { host, ...rest } = await plugged('electron');
    unit = rest.unit;
    expect(hex(await host.descriptor(1, 0, 18))).toBe(packed('12 01 00 02 EF 02 01 40 04 2B 0A C0 50 02 01 02 03 01'));
    expect(hex(await host.descriptor(2, 0))).toBe(
      packed(`09 02 54 00 03 01 04 80 32 | 08 0B 00 02 02 02 01 0A | 09 04 00 00 01 02 02 01 0A | 05 24 00 10 01 | 05 24 01 00 01 |
        04 24 02 02 | 05 24 06 00 01 | 07 05 83 03 08 00 FF | 09 04 01 00 02 0A 00 00 0A | 07 05 01 02 40 00 FF |
        07 05 81 02 40 00 00 | 09 04 02 00 00 FF FF FF 09`),
    );
    expect(await host.string(2)).toBe('Electron');
    expect(await host.string(9)).toBe('Electron Control Interface');
    expect(await host.string(10)).toBe('Electron Serial');
  });

  test('an Electron gives 8 bytes to a first device descriptor read of 64, a Boron all 18', async () => {
    const electron = await plugged('electron');
    unit = electron.unit;
    expect(await electron.host.descriptor(1, 0, 64)).toHaveLength(8);
    unit.unplug();
    const boron = await plugged('boron');
    unit = boron.unit;
    expect(await boron.host.descriptor(1, 0, 64)).toHaveLength(18);
  });

  test('a read is cut to its length, and an unknown string stalls', async () => {
    const { host, ...rest } = await plugged('b5som');
    unit = rest.unit;
    expect(hex(await host.descriptor(2, 0, 9))).toBe('09025400030104c0fa');
    expect(await host.in(0x80, 6, 0x0333, 0x0409, 255)).toEqual({ kind: 'stall' });
    expect(await host.in(0x80, 6, 0x0600, 0, 10)).toEqual({ kind: 'stall' });
  });

  test.each([
    ['0.5.3', 'electron', '00000000050C'],
    ['0.6.4', 'electron', 'UPPER'],
    ['0.7.0', 'electron', 'lower'],
    ['4.2.0', 'boron', 'lower'],
  ] as const)('Device OS %s on %s has its serial string as %s', async (deviceOs, platform, form) => {
    const { host, ...rest } = await plugged(platform, { deviceOs });
    unit = rest.unit;
    const { deviceId } = unit.identity;
    const expected = form === 'lower' ? deviceId : form === 'UPPER' ? deviceId.toUpperCase() : form;
    expect(await host.string(3)).toBe(expected);
  });

  test('an Electron below 0.6.0 is a plain CDC device without a control interface', async () => {
    const { host, ...rest } = await plugged('electron', { deviceOs: '0.5.3' });
    unit = rest.unit;
    expect(hex(await host.descriptor(2, 0))).toBe(
      packed(`09 02 43 00 02 01 00 C0 32 | 09 04 00 00 01 02 02 01 00 | 05 24 00 10 01 | 05 24 01 00 01 | 04 24 02 02 |
        05 24 06 00 01 | 07 05 82 03 08 00 FF | 09 04 01 00 02 0A 00 00 00 | 07 05 01 02 40 00 00 | 07 05 81 02 40 00 00`),
    );
    expect((await host.descriptor(1, 0, 18))[4]).toBe(2);
    expect(await host.in(0xc0, 0x50, 0, 30, 64)).toEqual({ kind: 'stall' });
  });

  test('Windows finds WinUSB for the control interface', async () => {
    const { host, ...rest } = await plugged('boron');
    unit = rest.unit;
    expect(hex(await host.descriptor(3, 0xee))).toBe('12034d00530046005400310030003000ee00');
    const compatible = await host.read(0xc0, 0xee, 0, 4, 40);
    expect(compatible).toHaveLength(40);
    expect(compatible[16]).toBe(2);
    expect(Buffer.from(compatible.subarray(18, 24)).toString()).toBe('WINUSB');
    const properties = await host.read(0xc1, 0xee, 0, 5, 255);
    expect(properties).toHaveLength(new DataView(properties.buffer).getUint32(0, true));
    expect(Buffer.from(properties).toString('utf16le')).toContain('{20b6cfa4-6dc7-468a-a8db-faa7c23ddea5}');
  });
});

describe('DFU mode', () => {
  test.each([
    ['boron', '1024*004Kg'],
    ['b5som', '2048*004Kg'],
  ] as const)('a %s has three alternate settings, exactly as named', async (platform, external) => {
    const { host, ...rest } = await inDfu(platform);
    unit = rest.unit;
    const pid = platform === 'boron' ? '0D D0' : '19 D0';
    expect(hex(await host.descriptor(1, 0, 18))).toBe(packed(`12 01 00 02 00 00 00 40 04 2B ${pid} 51 02 01 02 03 01`));
    expect(hex(await host.descriptor(2, 0))).toBe(
      packed(`09 02 2D 00 01 01 04 C0 32 | 09 04 00 00 00 FE 01 02 06 | 09 04 00 01 00 FE 01 02 07 |
        09 04 00 02 00 FE 01 02 08 | 09 21 0B FF 00 00 10 1A 01`),
    );
    expect(await host.string(6)).toBe(
      '@Internal Flash   /0x00000000/1*004Ka,47*004Kg,192*004Kg,4*004Kg,4*004Kg,8*004Ka',
    );
    expect(await host.string(7)).toBe('@DCT Flash   /0x00000000/1*016Ke');
    expect(await host.string(8)).toBe(`@External Flash   /0x80000000/${external}`);
    expect(hex(await host.descriptor(3, 0xfa))).toBe(`1203${hex(Buffer.from('sm=o\0\0\0\0', 'utf16le'))}`);
  });

  test('an Electron has two, and no protection string', async () => {
    const { host, ...rest } = await inDfu('electron');
    unit = rest.unit;
    expect(hex(await host.descriptor(2, 0))).toBe(
      packed(
        `09 02 24 00 01 01 02 C0 32 | 09 04 00 00 00 FE 01 02 06 | 09 04 00 01 00 FE 01 02 07 | 09 21 0B FF 00 00 10 1A 01`,
      ),
    );
    expect(await host.string(2)).toBe('Electron DFU Mode');
    expect(await host.string(6)).toBe('@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg');
    expect(await host.string(7)).toBe('@DCT Flash   /0x00000000/01*016Kg');
    expect(await host.in(0x80, 6, 0x03fa, 0x0409, 255)).toEqual({ kind: 'stall' });
  });

  test('the bootloader of an early Electron calls itself Photon and has a constant serial', async () => {
    const { host, ...rest } = await inDfu('electron', { deviceOs: '0.5.3', bootloaderVersion: 7 });
    unit = rest.unit;
    expect(await host.string(2)).toBe('Photon DFU Mode');
    expect(await host.string(3)).toBe('00000000010C');
  });

  test('an older nRF bootloader names its settings DCD and answers no protection string', async () => {
    const { host, ...rest } = await inDfu('boron', { deviceOs: '3.3.1', isSetupDone: true });
    unit = rest.unit;
    expect(await host.string(7)).toBe('@DCD Flash   /0x00000000/1*016Ke');
    expect(await host.in(0x80, 6, 0x03fa, 0x0409, 255)).toEqual({ kind: 'stall' });
  });

  test('a protected unit marks every sector as erasable only', async () => {
    const { host, ...rest } = await inDfu('boron', { faults: [{ name: 'protected' }] });
    unit = rest.unit;
    expect(await host.string(7)).toBe('@DCT Flash   /0x00000000/1*016Kb');
    expect(await host.string(6)).not.toMatch(/K[^b]/);
    expect(await host.string(0xfa)).toBe('sm=p\0\0\0\0');
  });

  test('vendor requests of the control channel stall promptly', async () => {
    const { host, ...rest } = await inDfu('boron');
    unit = rest.unit;
    expect(await host.in(0xc0, 0x50, 0, 30, 64)).toEqual({ kind: 'stall' });
    expect(await host.in(0xc0, 1, 0, 20, 64)).toEqual({ kind: 'stall' });
  });
});
