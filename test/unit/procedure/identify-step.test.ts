import { expect, it } from 'vitest';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { BusEvent, UsbBus, UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { StepContext } from '../../../src-main/procedure/procedure.ts';
import { identify } from '../../../src-main/procedure/steps/identify.ts';
import { followUnit } from '../../../src-main/procedure/unit-presence.ts';

const inDfu: UsbUnit = {
  portPath: '1-1',
  address: 7,
  vendorId: 0x2b04,
  productId: 0xd00d,
  mode: 'dfu',
  platform: platformByName('boron'),
  usbSerial: 'E00FCE68AABBCCDDEEFF0011',
  product: 'Boron DFU Mode',
};

it('identify gives a unit up, as unplugged and lost, that was sent out of DFU mode and never came back', async () => {
  let tell: (event: BusEvent) => void = () => undefined;
  const bus = {
    subscribe: (listener: (event: BusEvent) => void) => {
      tell = listener;
      listener({ kind: 'arrived', unit: inDfu });
      return () => undefined;
    },
  } as unknown as UsbBus;
  const presence = followUnit(bus, inDfu.portPath);
  const flasher = {
    readBack: async () => {
      tell({ kind: 'removed', portPath: inDfu.portPath, address: inDfu.address });
      return new Uint8Array(64);
    },
  };
  const context = {
    ports: { flasher },
    presence,
    signal: new AbortController().signal,
    budget: (milliseconds: number) => milliseconds / 1000,
  } as unknown as StepContext;
  const given = { arrival: inDfu, label: {} } as unknown as Parameters<typeof identify.run>[0];
  const result = await identify.run(given, context);
  expect(result).toMatchObject({ ok: false, failure: { code: 'unit/unplugged' } });
  expect(presence.lost.aborted).toBe(true);
});
