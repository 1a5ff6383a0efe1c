import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleAnswer } from '../../src-main/ports/unit-console.ts';
import type { UsbUnit } from '../../src-main/ports/usb-bus.ts';
import {
  isIdentityComplete,
  isModulesComplete,
  isVersionComplete,
  readIdentity,
  readModules,
  readVersion,
} from '../../src-main/protocol/console-text.ts';
import {
  type Bench,
  type BenchPlatform,
  type BenchUnit,
  type OpenBench,
  plugInAndWait,
  untimed,
  watchBus,
} from './bench.ts';

/** What a UnitConsole promises (src-main/ports/unit-console.ts). */
export function unitConsoleSuite(name: string, openBench: OpenBench): void {
  describe(`the console of ${name}`, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterEach(async () => await bench.clear());
    afterAll(async () => await bench.close());

    const listening = async (
      platform: BenchPlatform,
      faults: readonly string[] = [],
    ): Promise<{ readonly truth: BenchUnit; readonly unit: UsbUnit }> => {
      const plugged = await plugInAndWait(bench, platform, faults);
      const session = await bench.control.open(plugged.unit, new AbortController().signal);
      expect(await session.startListening()).toEqual({ value: null });
      await session.close();
      return plugged;
    };
    const askIdentity = (unit: UsbUnit, timeoutMs = bench.patienceMs): Promise<ConsoleAnswer> =>
      bench.console.ask(unit, 'i', {
        ...untimed(bench),
        timeoutMs,
        isComplete: (lines) => isIdentityComplete(lines, unit.platform.isCellular),
      });

    it.each(['electron', 'b5som', 'p2', 'msom'] as const)(
      'gives the identity of a %s, and never its secret',
      async (platform) => {
        const { truth, unit } = await listening(platform);
        const answer = await askIdentity(unit);
        expect(answer).toMatchObject({ complete: true, garbled: false });
        expect(readIdentity(answer.lines)).toMatchObject({ deviceId: truth.deviceId });
        const text = answer.lines.join('\n');
        expect(text).not.toMatch(/secret/i);
        if (truth.mobileSecret !== undefined) expect(text).not.toContain(truth.mobileSecret);
      },
    );

    it('reads IMEI and ICCID of an Electron, which tells them here alone', async () => {
      const { truth, unit } = await listening('electron');
      const identity = readIdentity((await askIdentity(unit)).lines);
      expect(identity).toMatchObject({ imei: truth.imei, iccid: truth.iccid });
    });

    it('reads version and modules, an answer of many packets', async () => {
      const { truth, unit } = await listening('boron');
      const version = await bench.console.ask(unit, 'v', { ...untimed(bench), isComplete: isVersionComplete });
      expect(readVersion(version.lines)).toBe(truth.deviceOs);
      const modules = await bench.console.ask(unit, 's', { ...untimed(bench), isComplete: isModulesComplete });
      expect(readModules(modules.lines)).toMatchObject({
        platformId: 13,
        modules: expect.arrayContaining([expect.objectContaining({ function: 'user-part', faults: [] })]),
      });
    });

    it('returns nothing, incomplete, from a unit that is not listening', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      expect(await askIdentity(unit, 400)).toEqual({ lines: [], complete: false, garbled: false });
    });

    it('reports noise as noise', async () => {
      const { unit } = await listening('boron', ['garbled-console']);
      const answer = await askIdentity(unit, 600);
      expect(answer).toMatchObject({ complete: false, garbled: true });
    });

    it('finds the answer between the log lines of an application', async () => {
      const { truth, unit } = await listening('boron', ['app-logs']);
      const answer = await bench.console.ask(unit, 'v', { ...untimed(bench), isComplete: isVersionComplete });
      expect(answer.complete).toBe(true);
      expect(readVersion(answer.lines)).toBe(truth.deviceOs);
    });

    it('ends a wait on abort, and the port can be opened again at once', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const abort = new AbortController();
      const pending = bench.console.ask(unit, 'i', {
        timeoutMs: bench.patienceMs,
        signal: abort.signal,
        isComplete: isIdentityComplete,
      });
      abort.abort();
      await expect(pending).rejects.toMatchObject({ code: 'run/aborted' });
      expect(await askIdentity(unit, 300)).toMatchObject({ complete: false });
    });

    it('ends a wait when the unit is pulled out', async () => {
      const { truth, unit } = await listening('boron');
      const underWay = Promise.withResolvers<void>();
      // The first line of the answer tells that the ask is under way; this one is never satisfied.
      const isComplete = (): boolean => {
        underWay.resolve();
        return false;
      };
      const pending = bench.console.ask(unit, 'i', { ...untimed(bench), isComplete });
      const ended = expect(pending).rejects.toMatchObject({ code: 'unit/unplugged' });
      await underWay.promise;
      await truth.unplug();
      await ended;
    });

    it('does not open the port of a unit that is gone', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'boron');
      const watch = watchBus(bench);
      await truth.unplug();
      await watch.removal(unit);
      watch.stop();
      await expect(askIdentity(unit, 1000)).rejects.toMatchObject({
        code: expect.stringMatching(/^(unit\/unplugged|usb\/no-console)$/),
      });
    });

    it.each([
      ['boron', []],
      ['boron', ['wrong-touch']],
      ['electron', []],
      ['p2', []],
    ] as const)('sends a %s into DFU mode by the baud touch, with %j', async (platform, faults) => {
      const { unit } = await plugInAndWait(bench, platform, faults);
      const watch = watchBus(bench);
      await bench.console.touch(unit, 14400, untimed(bench));
      expect(await watch.arrival(unit.portPath, 'dfu')).toMatchObject({ portPath: unit.portPath });
      watch.stop();
    });

    it('brings an old unit into listening mode by the other touch', async () => {
      const { truth, unit } = await plugInAndWait(bench, 'electron');
      await bench.console.touch(unit, 28800, untimed(bench));
      expect(readIdentity((await askIdentity(unit)).lines)).toMatchObject({ deviceId: truth.deviceId });
    });
  });
}
