import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BusEvent } from '../../src-main/ports/usb-bus.ts';
import { type Bench, intoDfu, type OpenBench, plugInAndWait, watchBus } from './bench.ts';

/** What a UsbBus promises (src-main/ports/usb-bus.ts). */
export function usbBusSuite(name: string, openBench: OpenBench): void {
  describe(`the USB bus of ${name}`, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterEach(async () => await bench.clear());
    afterAll(async () => await bench.close());

    it('reports an arrival and a removal once each, with what the unit is', async () => {
      const watch = watchBus(bench);
      const truth = await bench.plugIn('boron');
      const unit = await watch.arrival(truth.portPath, 'normal');
      expect(unit).toMatchObject({
        portPath: truth.portPath,
        mode: 'normal',
        vendorId: 0x2b04,
        productId: 0xc00d,
        usbSerial: truth.deviceId,
        product: 'Boron CDC Mode',
      });
      expect(unit.platform.name).toBe('boron');
      await truth.unplug();
      await watch.removal(unit);
      watch.stop();
      expect(watch.events.map(brief)).toEqual([
        `arrived ${unit.portPath} ${unit.address}`,
        `removed ${unit.portPath} ${unit.address}`,
      ]);
    });

    it('reports what is there when someone begins to listen, and lists the same', async () => {
      const { unit } = await plugInAndWait(bench, 'electron');
      const watch = watchBus(bench);
      expect(await watch.arrival(unit.portPath, 'normal')).toEqual(unit);
      watch.stop();
      expect(await bench.bus.list()).toEqual([unit]);
    });

    it('is silent to a listener that has stopped', async () => {
      const watch = watchBus(bench);
      watch.stop();
      await plugInAndWait(bench, 'boron');
      expect(watch.events).toEqual([]);
    });

    it('keeps the port path of a unit that changes its mode, and gives it another address', async () => {
      const watch = watchBus(bench);
      const { truth, unit } = await plugInAndWait(bench, 'b5som');
      const dfu = await intoDfu(bench, unit);
      watch.stop();
      expect(dfu).toMatchObject({ portPath: unit.portPath, mode: 'dfu', productId: 0xd019, platform: unit.platform });
      expect(dfu.usbSerial).toBe(truth.deviceId);
      expect(dfu.address).not.toBe(unit.address);
      expect(watch.events.map(brief)).toEqual([
        `arrived ${unit.portPath} ${unit.address}`,
        `removed ${unit.portPath} ${unit.address}`,
        `arrived ${dfu.portPath} ${dfu.address}`,
      ]);
    });

    it.each([
      ['p2', 0x20, 'Photon 2'],
      ['msom', 0x23, 'M-SoM'],
    ] as const)('knows a %s, whose interfaces stand in another order, in both modes', async (platform, id, product) => {
      const { truth, unit } = await plugInAndWait(bench, platform);
      expect(unit).toMatchObject({ mode: 'normal', productId: 0xc000 | id, product, usbSerial: truth.deviceId });
      const dfu = await intoDfu(bench, unit);
      expect(dfu).toMatchObject({ mode: 'dfu', productId: 0xd000 | id, product: `${product} DFU Mode` });
      expect(dfu).toMatchObject({ usbSerial: truth.deviceId, platform: unit.platform, portPath: unit.portPath });
    });

    it('tells two units apart by their ports', async () => {
      const [one, other] = [await plugInAndWait(bench, 'boron'), await plugInAndWait(bench, 'boron')];
      expect(one.unit.portPath).not.toBe(other.unit.portPath);
      expect([one.unit.usbSerial, other.unit.usbSerial]).toEqual([one.truth.deviceId, other.truth.deviceId]);
      expect(await bench.bus.list()).toHaveLength(2);
    });

    it('tells a stall from silence, and both from a unit that is gone', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const dfu = await intoDfu(bench, unit);
      const version = { requestType: 0xc0, request: 0x50, value: 0, index: 30 };
      const pipe = await bench.bus.openControl(dfu);
      await expect(pipe.transferIn(version, 64, bench.patienceMs)).rejects.toMatchObject({
        code: 'usb/transfer-failed',
        evidence: { reason: 'stall' },
      });
      await pipe.close();
      await expect(bench.bus.openControl(unit)).rejects.toMatchObject({
        code: 'usb/transfer-failed',
        evidence: { reason: 'gone' },
      });
      await bench.clear();
      const silent = await plugInAndWait(bench, 'boron', ['silent']);
      const mute = await bench.bus.openControl(silent.unit);
      await expect(mute.transferIn(version, 64, 50)).rejects.toMatchObject({ evidence: { reason: 'timeout' } });
      await mute.close();
    });

    it('ends a pending transfer when the unit is pulled out, and when the pipe is closed', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron', ['silent']);
      const version = { requestType: 0xc0, request: 0x50, value: 0, index: 30 };
      const closing = await bench.bus.openControl(unit);
      const closed = expect(closing.transferIn(version, 64, bench.patienceMs)).rejects.toMatchObject({
        code: 'usb/transfer-failed',
      });
      await closing.close();
      await closed;
      const pipe = await bench.bus.openControl(unit);
      const pulled = expect(pipe.transferIn(version, 64, bench.patienceMs)).rejects.toMatchObject({
        evidence: { reason: 'gone' },
      });
      await truth.unplug();
      await pulled;
      await pipe.close();
    });
  });
}

function brief(event: BusEvent): string {
  if (event.kind === 'arrived') return `arrived ${event.unit.portPath} ${event.unit.address}`;
  return event.kind === 'removed' ? `removed ${event.portPath} ${event.address}` : `trouble ${event.failure.detail}`;
}
