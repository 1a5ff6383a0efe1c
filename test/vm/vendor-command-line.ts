import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBench, openBench, succeeded, type UnitInGuest } from './guest-bench.ts';
import type { Guest } from './lab/guest.ts';
import type { Referee } from './lab/referee.ts';

/** The vendor's own command line, unmodified, as referee of the virtual unit (usb-lab.md 4). */
export function describeVendorCommandLine(guest: () => Guest, referee: Referee): void {
  const particle = async (...words: string[]) => {
    const { command, environment } = referee;
    const ended = await guest().run([...command, ...words], { environment, timeoutMs: 180_000 });
    return succeeded(ended, `particle ${words.join(' ')}`).stdout;
  };
  const expectInFlash = async (unit: UnitInGuest, file: string) => {
    const image = await readFile(file);
    const wanted = createHash('sha256').update(image).digest('hex');
    expect(await unit.flashDigest(image.readUInt32LE(0), image.length)).toBe(wanted);
  };

  describe('driven by the unmodified particle-cli', () => {
    let boron: UnitInGuest;
    let electron: UnitInGuest;
    let b5som: UnitInGuest;
    beforeAll(async () => {
      const units = await openBench(guest(), ['boron', 'electron', 'b5som'], { speed: 4 });
      [boron, electron, b5som] = units as [UnitInGuest, UnitInGuest, UnitInGuest];
      // Its start-up is slow here, and `identify` gives some answers only two seconds: nothing else may be starting.
      for (const unit of units) await unit.tty();
    });
    afterAll(() => closeBench(guest()));

    it('usb list names each unit by device ID and platform', async () => {
      const lines = (await particle('usb', 'list')).trim().split('\n').sort();
      expect(lines.map((line) => line.replace('<unknown> ', ''))).toEqual(
        [`[${boron.deviceId}] (Boron)`, `[${electron.deviceId}] (Electron)`, `[${b5som.deviceId}] (B5-SoM)`].sort(),
      );
    });

    it('identify reads a unit of Device OS 6 by control request', async () => {
      const said = await particle('identify', '--port', await b5som.tty());
      expect(said).toContain(`Your device id is ${b5som.deviceId}`);
      expect(said).toContain(`Your IMEI is ${b5som.imei}`);
      expect(said).toContain(`Your ICCID is ${b5som.iccid}`);
    });

    it('identify reads a listening unit of Device OS 5 over its console', async () => {
      await particle('usb', 'start-listening', boron.deviceId);
      expect(await boron.modeOf()).toBe('listening');
      const said = await particle('identify', '--port', await boron.tty());
      expect(said).toContain(`Your device id is ${boron.deviceId}`);
      expect(said).toContain(`Your IMEI is ${boron.imei}`);
      expect(said).toContain(`Your ICCID is ${boron.iccid}`);
    });

    it('flash --local puts a real Tinker onto an electron', async () => {
      const file = referee.tinker('electron');
      expect(await particle('flash', '--local', electron.deviceId, file)).toContain('Flash success!');
      await expectInFlash(electron, file);
      await electron.tty();
    });

    it('usb dfu and flash --usb put a real Tinker onto a boron', async () => {
      await particle('usb', 'dfu', boron.deviceId);
      expect(await boron.modeOf()).toBe('dfu');
      const file = referee.tinker('boron');
      expect(await particle('flash', '--usb', file)).toContain('Flash success!');
      await expectInFlash(boron, file);
      await boron.tty();
    });
  });

  describe('driven by the unmodified particle-cli, units of the other families', () => {
    const families = ['photon', 'argon', 'tracker', 'p2', 'msom'] as const;
    let units: readonly UnitInGuest[];
    beforeAll(async () => {
      units = await openBench(guest(), families, { speed: 4 });
      for (const unit of units) await unit.tty();
    });
    afterAll(() => closeBench(guest()));

    const unitOf = (family: (typeof families)[number]): UnitInGuest => {
      const unit = units[families.indexOf(family)];
      if (unit === undefined) throw new Error(`There is no ${family} on the bench.`);
      return unit;
    };

    it('usb list names each one, and that units without Wi-Fi credentials listen', async () => {
      const lines = (await particle('usb', 'list')).trim().split('\n').sort();
      expect(lines.map((line) => line.replace('<unknown> ', ''))).toEqual(
        [
          `[${unitOf('photon').deviceId}] (Photon, LISTENING)`,
          `[${unitOf('argon').deviceId}] (Argon, LISTENING)`,
          `[${unitOf('tracker').deviceId}] (Asset Tracker / Monitor One)`,
          `[${unitOf('p2').deviceId}] (Photon 2 / P2, LISTENING)`,
          `[${unitOf('msom').deviceId}] (M-SoM)`,
        ].sort(),
      );
    });

    it.each(['photon', 'p2'] as const)('flash --local puts a real Tinker onto a %s', async (family) => {
      const file = referee.tinker(family);
      expect(await particle('flash', '--local', unitOf(family).deviceId, file)).toContain('Flash success!');
      await expectInFlash(unitOf(family), file);
    });
  });
}
