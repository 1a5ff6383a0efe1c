import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlSession } from '../../src-main/ports/unit-control.ts';
import type { UsbUnit } from '../../src-main/ports/usb-bus.ts';
import { type Bench, type BenchUnit, intoDfu, type OpenBench, plugInAndWait, watchBus } from './bench.ts';

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

    it.each(['boron', 'b5som', 'electron', 'p2', 'msom'] as const)(
      'learn who a %s is and what it runs',
      async (platform) => {
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
      },
    );

    it.each(['boron', 'msom'] as const)(
      'read the SIM of a %s, turning the modem on by themselves',
      async (platform) => {
        const { truth, unit } = await plugInAndWait(bench, platform);
        const session = await open(unit);
        expect(await session.sim(bench.patienceMs)).toEqual({ value: { iccid: truth.iccid, imei: truth.imei } });
      },
    );

    it('hand on a refusal as a value: no SIM, no serial number, not supported', async () => {
      const { unit } = await plugInAndWait(bench, 'boron', ['no-sim', 'no-serial-number']);
      const session = await open(unit);
      expect(await session.sim(bench.patienceMs)).toMatchObject({ refused: expect.any(Number) });
      expect(await session.serialNumber()).toMatchObject({ refused: expect.any(Number) });
      const electron = await plugInAndWait(bench, 'electron');
      expect(await (await open(electron.unit)).sim(bench.patienceMs)).toEqual({ refused: -120 });
    });

    it('hand on that a unit without a modem has no SIM to read', async () => {
      const { unit } = await plugInAndWait(bench, 'p2');
      expect(await (await open(unit)).sim(bench.patienceMs)).toEqual({ refused: -120 });
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

    it.each(['boron', 'msom'] as const)('restart a %s', async (platform) => {
      const { unit } = await plugInAndWait(bench, platform);
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

    it('tell the set-up mark and the assets, or that the firmware has no such thing', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const session = await open(unit);
      expect(await session.isSetupDone()).toEqual({ value: true });
      expect(await session.assets()).toEqual({ value: { available: [], required: [] } });
      const electron = await open((await plugInAndWait(bench, 'electron')).unit);
      expect(await electron.isSetupDone()).toEqual({ refused: -120 });
      expect(await electron.assets()).toEqual({ refused: -120 });
    });

    it('send a module whole, in order, after which the unit restarts by itself and still has it', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const watch = watchBus(bench);
      const file = await bootloaderOf(truth);
      const session = await open(unit);
      const seen: number[] = [];
      const sent = await session.updateFirmware(file, {
        timeoutMs: bench.patienceMs,
        onProgress: (doneBytes) => seen.push(doneBytes),
      });
      expect(sent).toEqual({ value: null });
      expect(seen).toEqual([...seen].sort((one, other) => one - other));
      expect([seen[0], seen.at(-1)]).toEqual([0, file.length]);
      await watch.arrival(unit.portPath, 'normal', unit);
      watch.stop();
      expect(await bootloaderOf(truth)).toEqual(file);
    });

    it('hand on what a unit has against a module, and change nothing in it', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const file = await bootloaderOf(truth);
      const damaged = file.slice();
      damaged[1000] = (damaged[1000] ?? 0) ^ 1;
      const session = await open(unit);
      const options = { timeoutMs: bench.patienceMs };
      expect(await session.updateFirmware(damaged, options)).toEqual({ refused: -1330 });
      expect(await session.updateFirmware(new Uint8Array(20_000_000), options)).toEqual({ refused: -1351 });
      expect(await session.mode()).toEqual({ value: 'normal' });
      expect(await bootloaderOf(truth)).toEqual(file);
    });

    it('leave no half update behind an abort', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const file = await bootloaderOf(truth);
      const abort = new AbortController();
      const session = await open(unit, abort.signal);
      const sending = session.updateFirmware(file, {
        timeoutMs: bench.patienceMs,
        onProgress: (doneBytes) => {
          if (doneBytes >= file.length / 2) abort.abort();
        },
      });
      await expect(sending).rejects.toMatchObject({ code: 'run/aborted' });
      const next = await open(unit);
      expect(await next.updateFirmware(file, { timeoutMs: bench.patienceMs })).toEqual({ value: null });
    });

    it('give up on an update in the time it was given', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const session = await open(unit);
      const file = await bootloaderOf(truth);
      await expect(session.updateFirmware(file, { timeoutMs: 1 })).rejects.toMatchObject({
        code: 'usb/transfer-failed',
        evidence: { reason: 'timeout' },
      });
      expect(await session.mode()).toEqual({ value: 'normal' });
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

/** The bootloader in a unit's flash as a file: from its address to where its prefix at 0x200 says it ends (firmware-modules.md 1.2, 3.3). */
async function bootloaderOf(truth: BenchUnit): Promise<Uint8Array> {
  const start = 0xf4000;
  const prefix = await truth.readFlash(start + 0x200, 24);
  const end = new DataView(prefix.buffer, prefix.byteOffset).getUint32(4, true);
  return truth.readFlash(start, end - start + 4);
}
