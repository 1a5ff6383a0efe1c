import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FlashOptions, FlashProgress } from '../../src-main/ports/flasher.ts';
import type { UsbUnit } from '../../src-main/ports/usb-bus.ts';
import {
  type Bench,
  type BenchPlatform,
  type BenchUnit,
  intoDfu,
  type OpenBench,
  plugInAndWait,
  someBytes,
  USER_PART,
  watchBus,
} from './bench.ts';

/** What a Flasher promises (src-main/ports/flasher.ts). */
export function flasherSuite(name: string, openBench: OpenBench): void {
  describe(`the flasher of ${name}`, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterEach(async () => await bench.clear());
    afterAll(async () => await bench.close());

    const calm = (): FlashOptions => ({ signal: new AbortController().signal, stallMs: bench.patienceMs });
    const inDfu = async (
      platform: BenchPlatform,
      faults: readonly string[] = [],
    ): Promise<{ readonly truth: BenchUnit; readonly unit: UsbUnit }> => {
      const { truth, unit } = await plugInAndWait(bench, platform, faults);
      return { truth, unit: await intoDfu(bench, unit) };
    };

    it('knows the version of its tool', async () => {
      expect(await bench.flasher.version()).toMatch(/^dfu-util 0\.\d+/);
    });

    it.each(['electron', 'boron', 'b5som', 'p2'] as const)(
      'writes into a %s what is then read back from it, progress never going back',
      async (platform) => {
        const { truth, unit } = await inDfu(platform);
        const bytes = someBytes(20_011, 1);
        const address = USER_PART[platform];
        const seen: FlashProgress[] = [];
        const report = await bench.flasher.write(
          { unit, alt: 0, address, bytes, leave: false },
          { ...calm(), onProgress: (progress) => seen.push(progress) },
        );
        expect(report.exitCode).toBe(0);
        expect(await truth.readFlash(address, bytes.length)).toEqual(bytes);
        expectForward(seen, bytes.length);
        const back = { unit, alt: 0, address, sizeBytes: bytes.length, leave: false };
        expect(await bench.flasher.readBack(back, calm())).toEqual(bytes);
      },
    );

    it('writes the external flash of a Boron through its own alternate setting', async () => {
      const { truth, unit } = await inDfu('boron');
      const bytes = someBytes(5000, 2);
      await bench.flasher.write({ unit, alt: 2, address: 0x8020_0000, bytes, leave: false }, calm());
      expect(await truth.readFlash(0x8020_0000, bytes.length)).toEqual(bytes);
    });

    it.each(['electron', 'boron', 'msom'] as const)(
      'leaves DFU mode of a %s after a write when told to',
      async (platform) => {
        const { truth, unit } = await inDfu(platform);
        const watch = watchBus(bench);
        const address = USER_PART[platform];
        const bytes = await truth.readFlash(address, 8192);
        await bench.flasher.write({ unit, alt: 0, address, bytes, leave: true }, calm());
        expect(await watch.arrival(unit.portPath, 'normal', unit)).toMatchObject({ usbSerial: truth.deviceId });
        watch.stop();
      },
    );

    it('leaves DFU mode after a read when told to, which changes nothing in the unit', async () => {
      const { truth, unit } = await inDfu('boron');
      const watch = watchBus(bench);
      const before = await truth.readFlash(USER_PART.boron, 8192);
      const back = { unit, alt: 0, address: USER_PART.boron, sizeBytes: 4096, leave: true };
      expect(await bench.flasher.readBack(back, calm())).toEqual(before.slice(0, 4096));
      await watch.arrival(unit.portPath, 'normal', unit);
      watch.stop();
      expect(await truth.readFlash(USER_PART.boron, 8192)).toEqual(before);
    });

    it.each(['electron', 'boron', 'p2'] as const)(
      'reads a %s here and there through one reader, and leaves by it',
      async (platform) => {
        const { truth, unit } = await inDfu(platform);
        const start = USER_PART[platform];
        const reader = await bench.flasher.openReader(unit, 0, calm());
        const seen: number[] = [];
        for (const [offset, size] of [
          [0x8000, 5000],
          [0, 20_000],
          [0x2000, 4096],
          [100, 33],
        ] as const) {
          const bytes = await reader.read(start + offset, size, (doneBytes) => seen.push(doneBytes));
          expect(bytes).toEqual(await truth.readFlash(start + offset, size));
          expect(seen.at(-1)).toBe(size);
        }
        const watch = watchBus(bench);
        await reader.leave();
        await expect(reader.read(start, 16)).rejects.toMatchObject({ code: 'run/bug' });
        await reader.close();
        await watch.arrival(unit.portPath, 'normal', unit);
        watch.stop();
      },
    );

    it.each(['electron', 'boron', 'p2'] as const)(
      'reads a %s whatever state an earlier program left it in, and can write it afterwards',
      async (platform) => {
        const { truth, unit } = await inDfu(platform);
        const address = USER_PART[platform];
        for (const mess of [BEGUN_READ, BEGUN_COMMAND, WRONG_REQUEST, CLEARED_FOR_NOTHING]) {
          const pipe = await bench.bus.openControl(unit);
          await pipe.claim(0, 0);
          for (const [request, value, data] of mess) {
            const setup = { requestType: 0x21, request, value, index: 0 };
            const sent =
              request === UPLOAD
                ? pipe.transferIn({ ...setup, requestType: 0xa1 }, 64, bench.patienceMs)
                : pipe.transferOut(setup, data, bench.patienceMs);
            await sent.catch(() => undefined);
          }
          await pipe.close();
          const back = { unit, alt: 0, address, sizeBytes: 6000, leave: false };
          expect(await bench.flasher.readBack(back, calm())).toEqual(await truth.readFlash(address, 6000));
        }
        const bytes = someBytes(3000, 11);
        await bench.flasher.write({ unit, alt: 0, address, bytes, leave: false }, calm());
        expect(await truth.readFlash(address, bytes.length)).toEqual(bytes);
      },
    );

    it('reads what an aborted write left in the flash', async () => {
      const { truth, unit } = await inDfu('boron');
      const abort = new AbortController();
      const bytes = someBytes(40_000, 12);
      const job = { unit, alt: 0, address: USER_PART.boron, bytes, leave: false };
      const pending = bench.flasher.write(job, {
        ...calm(),
        signal: abort.signal,
        onProgress: ({ phase, doneBytes }) => {
          if (phase === 'write' && doneBytes > 0) abort.abort();
        },
      });
      await expect(pending).rejects.toMatchObject({ code: 'run/aborted' });
      const back = { unit, alt: 0, address: USER_PART.boron, sizeBytes: bytes.length, leave: false };
      const seen = await bench.flasher.readBack(back, calm());
      expect(seen).toEqual(await truth.readFlash(USER_PART.boron, bytes.length));
      expect(seen).not.toEqual(bytes);
    });

    it.each(['b5som', 'p2'] as const)('is told by a protected %s that it gives nothing away', async (platform) => {
      const { unit } = await inDfu(platform, ['protected']);
      const back = { unit, alt: 0, address: USER_PART[platform], sizeBytes: 4096, leave: false };
      await expect(bench.flasher.readBack(back, calm())).rejects.toMatchObject({ code: 'unit/protected' });
    });

    it('reads no other enumeration and no other unit than the one that is meant', async () => {
      const { truth, unit } = await inDfu('boron');
      for (const other of [
        { ...unit, usbSerial: 'e00fce68ffffffffffffffff' },
        { ...unit, address: unit.address + 1 },
        { ...unit, productId: 0xd00a },
      ]) {
        const back = { unit: other, alt: 0, address: USER_PART.boron, sizeBytes: 64, leave: true };
        await expect(bench.flasher.readBack(back, calm())).rejects.toMatchObject({ code: 'flash/unit-not-found' });
      }
      const reader = await bench.flasher.openReader(unit, 0, calm());
      await truth.unplug();
      await expect(reader.read(USER_PART.boron, 64)).rejects.toMatchObject({ code: 'flash/unit-not-found' });
      await reader.close();
    });

    it('ends a read at once on abort, and neither reads nor writes a unit that is being read', async () => {
      const { unit } = await inDfu('boron');
      const abort = new AbortController();
      const reader = await bench.flasher.openReader(unit, 0, { ...calm(), signal: abort.signal });
      await expect(bench.flasher.openReader(unit, 0, calm())).rejects.toMatchObject({ code: 'run/bug' });
      const reading = reader.read(USER_PART.boron, 200_000, () => abort.abort());
      await expect(reading).rejects.toMatchObject({ code: 'run/aborted' });
      await reader.close();
      const back = { unit, alt: 0, address: USER_PART.boron, sizeBytes: 64, leave: false };
      expect(await bench.flasher.readBack(back, calm())).toHaveLength(64);
    });

    it('gives up on a unit that stays busy', async () => {
      const { unit } = await inDfu('boron', ['dfu-stuck-busy=2']);
      const job = { unit, alt: 0, address: USER_PART.boron, bytes: someBytes(20_000, 9), leave: false };
      await expect(bench.flasher.write(job, { ...calm(), stallMs: 1500 })).rejects.toThrow();
      const reading = bench.flasher.openReader(unit, 0, { ...calm(), stallMs: 300 });
      await expect(reading).rejects.toMatchObject({ code: 'flash/stalled' });
    });

    it('does not write into a unit with another serial, though it is in the right port', async () => {
      const { truth, unit } = await inDfu('boron');
      const before = await truth.readFlash(USER_PART.boron, 4096);
      const meant = { ...unit, usbSerial: 'e00fce68ffffffffffffffff' };
      const job = { unit: meant, alt: 0, address: USER_PART.boron, bytes: someBytes(4096, 3), leave: false };
      await expect(bench.flasher.write(job, calm())).rejects.toMatchObject({ code: 'flash/unit-not-found' });
      expect(await truth.readFlash(USER_PART.boron, 4096)).toEqual(before);
    });

    it('writes into the right one of two units that have the same constant serial', async () => {
      const one = await inDfu('electron', ['constant-serial']);
      const other = await inDfu('electron', ['constant-serial']);
      expect(one.unit.usbSerial).toBe(other.unit.usbSerial);
      const bytes = someBytes(4096, 4);
      const untouched = await one.truth.readFlash(USER_PART.electron, 4096);
      await bench.flasher.write({ unit: other.unit, alt: 0, address: USER_PART.electron, bytes, leave: false }, calm());
      expect(await other.truth.readFlash(USER_PART.electron, 4096)).toEqual(bytes);
      expect(await one.truth.readFlash(USER_PART.electron, 4096)).toEqual(untouched);
    });

    it('writes into two units at once', async () => {
      const [one, other] = [await inDfu('boron'), await inDfu('electron')];
      const jobs = [one, other].map(({ truth, unit }, index) => ({
        unit,
        alt: 0,
        address: USER_PART[truth.platform],
        bytes: someBytes(16_000, 5 + index),
        leave: false,
      }));
      await Promise.all(jobs.map((job) => bench.flasher.write(job, calm())));
      for (const [index, { truth }] of [one, other].entries()) {
        const job = jobs[index];
        expect(await truth.readFlash(job?.address ?? 0, 16_000)).toEqual(job?.bytes);
      }
    });

    it('leaves no process behind an abort, and the unit can be written again', async () => {
      const { truth, unit } = await inDfu('boron');
      const abort = new AbortController();
      const job = { unit, alt: 0, address: USER_PART.boron, bytes: someBytes(40_000, 7), leave: false };
      const writing = Promise.withResolvers<void>();
      const pending = bench.flasher.write(job, {
        stallMs: bench.patienceMs,
        signal: abort.signal,
        onProgress: ({ phase, doneBytes }) => {
          if (phase === 'write' && doneBytes > 0) writing.resolve();
        },
      });
      await Promise.race([writing.promise, pending]);
      abort.abort();
      await expect(pending).rejects.toMatchObject({ code: 'run/aborted' });
      expect(process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap')).toEqual([]);
      await bench.flasher.write(job, calm());
      expect(await truth.readFlash(job.address, job.bytes.length)).toEqual(job.bytes);
    });

    it.each([
      ['boron', 'dfu-stall-erase', 'flash/write-failed'],
      ['electron', 'dfu-stall-erase', 'flash/write-failed'],
      ['boron', 'dfu-error-write=2', 'flash/write-failed'],
      ['electron', 'dfu-error-write=2', 'flash/write-failed'],
      ['boron', 'unplug-at-byte=6000', 'flash/unit-not-found'],
      ['b5som', 'protected', 'unit/protected'],
      ['p2', 'dfu-stall-erase', 'flash/write-failed'],
      ['p2', 'protected', 'unit/protected'],
    ] as const)('tells of a %s with %s: %s', async (platform, fault, code) => {
      const { unit } = await inDfu(platform, [fault]);
      const job = { unit, alt: 0, address: USER_PART[platform], bytes: someBytes(20_000, 8), leave: false };
      await expect(bench.flasher.write(job, calm())).rejects.toMatchObject({ code });
    });

    it('gives up on a unit whose write never ends', async () => {
      const { unit } = await inDfu('boron', ['dfu-stuck-busy=2']);
      const job = { unit, alt: 0, address: USER_PART.boron, bytes: someBytes(20_000, 9), leave: false };
      const failed = expect(bench.flasher.write(job, { ...calm(), stallMs: 2500 })).rejects;
      await failed.toMatchObject({ code: 'flash/stalled' });
    });

    it('says that a unit in normal mode cannot be flashed', async () => {
      const { unit } = await plugInAndWait(bench, 'boron');
      const job = { unit: { ...unit, productId: 0xd00d }, alt: 0, address: USER_PART.boron, bytes: someBytes(16, 1) };
      await expect(bench.flasher.write({ ...job, leave: false }, calm())).rejects.toMatchObject({
        code: 'flash/unit-not-found',
      });
    });
  });
}

const [DOWNLOAD, UPLOAD, CLEAR_STATUS] = [1, 2, 4];
const SET_ADDRESS = Uint8Array.of(0x21, 0x00, 0x40, 0x0b, 0x00);
const NOTHING = new Uint8Array(0);

/** What a program may have done last to a unit in DFU mode before it was killed: request, value, data. */
type Mess = readonly (readonly [request: number, value: number, data: Uint8Array])[];
const BEGUN_READ: Mess = [[UPLOAD, 2, NOTHING]];
const BEGUN_COMMAND: Mess = [[DOWNLOAD, 0, SET_ADDRESS]];
const WRONG_REQUEST: Mess = [
  [DOWNLOAD, 0, SET_ADDRESS],
  [UPLOAD, 2, NOTHING],
];
const CLEARED_FOR_NOTHING: Mess = [[CLEAR_STATUS, 0, NOTHING]];

function expectForward(seen: readonly FlashProgress[], totalBytes: number): void {
  const order = { erase: 0, write: 1, read: 2 };
  const numbers = seen.map(({ phase, doneBytes }) => order[phase] * totalBytes * 2 + doneBytes);
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
  expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(['erase', 'write']));
  expect(seen.at(-1)).toEqual({ phase: 'write', doneBytes: totalBytes, totalBytes });
}
