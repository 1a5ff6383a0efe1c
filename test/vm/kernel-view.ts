import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBench, dfuUtil, eventually, openBench, type UnitInGuest } from './guest-bench.ts';
import type { Guest } from './lab/guest.ts';

/** What the kernel, the real serial port and dfu-util make of a virtual unit on the bus. */
export function describeKernelView(guest: () => Guest): void {
  describe('seen by the kernel', () => {
    let boron: UnitInGuest;
    beforeAll(async () => {
      [boron] = (await openBench(guest(), ['boron'], { speed: 4 })) as [UnitInGuest];
    });
    afterAll(() => closeBench(guest()));

    const driverOf = async (device: string) => {
      const { stdout } = await guest().run(['readlink', '-f', `/sys/bus/usb/devices/${device}/driver`]);
      return path.basename(stdout.trim());
    };
    const dfuListing = async () => {
      const { stdout } = await dfuUtil(guest(), '-l');
      return stdout.split('\n').filter((line) => line.startsWith('Found DFU'));
    };

    it('is a cdc_acm tty under the port it is plugged into', async () => {
      const tty = await boron.tty();
      const { stdout } = await guest().run(['readlink', '-f', `/sys/class/tty/${path.basename(tty)}/device`]);
      expect(stdout.trim()).toMatch(new RegExp(`/${boron.portPath}/${boron.portPath}:1\\.0$`));
      expect(await driverOf(`${boron.portPath}:1.0`)).toBe('cdc_acm');
      expect(await dfuListing()).toEqual([]);
    });

    it('goes to DFU mode by the 14400 touch, on the same port, and dfu-util lists it', async () => {
      await guest().call('test/vm/guest/serial.ts', 'touch', { tty: await boron.tty(), baudRate: 14_400 });
      await boron.waitForMode('dfu');
      const listing = await eventually('the unit in DFU mode', async () => {
        const lines = await dfuListing();
        return lines.length > 0 ? lines : undefined;
      });
      // The alternate settings: internal flash, the settings, external flash (device-usb.md 2.5).
      expect(listing).toHaveLength(3);
      for (const line of listing) {
        expect(line).toContain('Found DFU: [2b04:d00d]');
        expect(line).toContain(`path="${boron.portPath}"`);
        expect(line).toContain(`serial="${boron.deviceId}"`);
      }
    });

    it('comes back as a tty on the same port when it is pulled out of DFU mode and put in again', async () => {
      await boron.pull();
      await eventually('the port without a unit', async () => ((await dfuListing()).length === 0 ? true : undefined));
      await boron.plug();
      await boron.tty();
      expect(await driverOf(`${boron.portPath}:1.0`)).toBe('cdc_acm');
    });
  });
}
