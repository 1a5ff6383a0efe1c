import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlSession } from '../../src-main/ports/unit-control.ts';
import type { UsbUnit } from '../../src-main/ports/usb-bus.ts';
import { type Bench, intoDfu, type OpenBench, plugInAndWait, watchBus } from './bench.ts';

/** What a UnitControl promises (src-main/ports/unit-control.ts). */
export function unitControlSuite(name: string, openBench: OpenBench): void {
  describe(`the control requests of ${name}`, () => {
    let bench: Bench;
    const sessions: ControlSession[] = [];
    beforeAll(async () => {
      bench = await openBench();
    });
    afterEach(async () => {
      for (const session of sessions.splice(0)) await session.close();
      await bench.clear();
    });
    afterAll(async () => await bench.close());

    const open = async (unit: UsbUnit, signal = new AbortController().signal): Promise<ControlSession> => {
      const session = await bench.control.open(unit, signal);
      sessions.push(session);
      return session;
    };

    it.each(['boron', 'b5som', 'electron'] as const)('learn who a %s is and what it runs', async (platform) => {
      const { truth, unit } = await plugInAndWait(bench, platform);
      const session = await open(unit);
      expect(await session.systemVersion()).toBe(truth.deviceOs);
      expect(await session.deviceId()).toEqual({ value: truth.deviceId });
      expect(await session.serialNumber()).toEqual({ value: truth.serialNumber });
      const modules = await session.modules();
      expect(modules).toMatchObject({
        value: expect.arrayContaining([
          expect.objectContaining({ function: 'bootloader', store: 'main', faults: [] }),
          expect.objectContaining({ function: 'system-part', index: 1, store: 'main', faults: [] }),
          expect.objectContaining({ function: 'user-part', store: 'main', faults: [] }),
        ]),
      });
    });

    it('read the SIM, turning the modem on by themselves', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const session = await open(unit);
      expect(await session.sim(bench.patienceMs)).toEqual({ value: { iccid: truth.iccid, imei: truth.imei } });
    });

    it('hand on a refusal as a value: no SIM, no serial number, not supported', async () => {
      const { unit } = await plugInAndWait(bench, 'boron', ['no-sim', 'no-serial-number']);
      const session = await open(unit);
      expect(await session.sim(bench.patienceMs)).toMatchObject({ refused: expect.any(Number) });
      expect(await session.serialNumber()).toMatchObject({ refused: expect.any(Number) });
      const electron = await plugInAndWait(bench, 'electron');
      expect(await (await open(electron.unit)).sim(bench.patienceMs)).toEqual({ refused: -120 });
    });

    it('put a unit into listening mode and out of it', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const session = await open(unit);
      expect(await session.startListening()).toEqual({ value: null });
      expect(await session.mode()).toEqual({ value: 'listening' });
      expect(await session.stopListening()).toEqual({ value: null });
      expect(await session.mode()).toEqual({ value: 'normal' });
    });

    it('wait for a busy unit', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron', ['busy-channel=3']);
      const session = await open(unit);
      expect(await session.deviceId()).toEqual({ value: truth.deviceId });
    });

    it('answer each of several questions asked at once', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const session = await open(unit);
      const answers = await Promise.all([
        session.deviceId(),
        session.serialNumber(),
        session.mode(),
        session.deviceId(),
        session.serialNumber(),
        session.deviceId(),
      ]);
      expect(answers).toEqual([
        { value: truth.deviceId },
        { value: truth.serialNumber },
        { value: 'normal' },
        { value: truth.deviceId },
        { value: truth.serialNumber },
        { value: truth.deviceId },
      ]);
    });

    it('send a unit into DFU mode on the same port, where it has no version to tell', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const watch = watchBus(bench);
      const session = await open(unit);
      expect(await session.enterDfu()).toEqual({ value: null });
      const dfu = await watch.arrival(unit.portPath, 'dfu');
      watch.stop();
      expect(await (await open(dfu)).systemVersion()).toBeUndefined();
      await expect(session.deviceId()).rejects.toMatchObject({ code: 'unit/unplugged' });
    });

    it('restart a unit', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const watch = watchBus(bench);
      expect(await (await open(unit)).reset()).toEqual({ value: null });
      const again = await watch.arrival(unit.portPath, 'normal', unit);
      watch.stop();
      expect(again.usbSerial).toBe(unit.usbSerial);
    });

    it('tell a protected unit', async () => {
      const { unit } = await plugInAndWait(bench, 'b5som', ['protected']);
      const session = await open(unit);
      expect(await session.isProtected()).toEqual({ value: true });
      expect(await session.modules()).toEqual({ refused: -1801 });
    });

    it('end at once on abort, and the next session works', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron', ['slow-modem=600000']);
      const abort = new AbortController();
      const session = await open(unit, abort.signal);
      const pending = expect(session.sim(bench.patienceMs)).rejects.toMatchObject({ code: 'run/aborted' });
      abort.abort();
      await pending;
      // The version alone: the unit itself goes on with the modem, and answers nothing else before it is done.
      expect(await (await open(unit)).systemVersion()).toBe(truth.deviceOs);
    });

    it('end at once when the unit is pulled out', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron', ['slow-modem=600000']);
      const session = await open(unit);
      const pending = expect(session.sim(bench.patienceMs)).rejects.toMatchObject({ code: 'unit/unplugged' });
      await truth.unplug();
      await pending;
    });

    it('give up on a unit that does not answer', async () => {
      const { unit } = await plugInAndWait(bench, 'boron', ['slow-modem=600000']);
      const session = await open(unit);
      await expect(session.sim(200)).rejects.toMatchObject({
        code: 'usb/transfer-failed',
        evidence: { reason: 'timeout' },
      });
    });

    it('do not speak to a unit through the port of another enumeration', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      await intoDfu(bench, unit);
      await expect(bench.control.open(unit, new AbortController().signal)).rejects.toMatchObject({
        code: 'unit/unplugged',
      });
    });
  });
}
