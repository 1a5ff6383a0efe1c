import { afterEach, describe, expect, test } from 'vitest';
import { DFU_IN, DFU_OUT, DFU_REQUEST, DFU_STATE } from '../../../src-main/protocol/dfu.ts';
import { createUnitClock, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { inDfu, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

async function dfu(options: Parameters<typeof inDfu>[1] = {}): Promise<UsbHost> {
  const made = await inDfu('p2', options);
  unit = made.unit;
  return made.host;
}

const NOTHING = new Uint8Array(0);
const FREE = 0x0848_0000;
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? NOTHING).toString('hex');
const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + 7) & 0xff);
const abort = (host: UsbHost) => host.out(DFU_OUT, DFU_REQUEST.abort, 0, 0, NOTHING);
const clearStatus = (host: UsbHost) => host.out(DFU_OUT, DFU_REQUEST.clearStatus, 0, 0, NOTHING);

describe('the flash of an RTL872x unit in DFU mode', () => {
  test('takes blocks at their addresses and gives them back by upload', async () => {
    const host = await dfu();
    const data = pattern(10_001);
    await host.flash(FREE, data, 4096);
    expect(unit?.readFlash(FREE, data.length)).toEqual(data);
    await abort(host);
    await host.command(0x21, FREE);
    await abort(host);
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 3, 0, 64))).toBe(hex(data.subarray(4096, 4160)));
  });

  test('takes the time of its chip: 50 ms a sector, 2 ms a page of 256 bytes', async () => {
    const host = await dfu({ clock: createUnitClock({ speed: 20 }) });
    await host.flash(FREE, pattern(8192), 4096);
    const [visit] = unit?.visits() ?? [];
    expect(visit).toMatchObject({ sectorsErased: 2, eraseMs: 100, bytesProgrammed: 8192 });
    expect(visit?.programMs).toBeCloseTo(64);
    const busy = (visit?.eraseMs ?? 0) + (visit?.programMs ?? 0) + (visit?.wireMs ?? 0);
    expect((visit?.lastTransferAt ?? 0) - (visit?.firstTransferAt ?? 0)).toBeGreaterThan(busy * 0.7);
  });

  test('is erased before the next request, not before the answer', async () => {
    const host = await dfu();
    await host.flash(FREE, pattern(16), 4096);
    await host.download(0, Uint8Array.of(0x41, 0x00, 0x00, 0x48, 0x08));
    expect((await host.status()).state).toBe(DFU_STATE.downloadBusy);
    expect(hex(unit?.readFlash(FREE, 1))).not.toBe('ff');
    expect((await host.status()).state).toBe(DFU_STATE.downloadIdle);
    expect(hex(unit?.readFlash(FREE, 1))).toBe('ff');
  });

  test('writing a place that was not erased only clears bits, and nobody says so', async () => {
    const host = await dfu();
    await host.flash(FREE, Uint8Array.of(0xf0, 0xff), 4096);
    await host.command(0x21, FREE);
    await host.block(2, Uint8Array.of(0x3c, 0x12));
    expect(hex(unit?.readFlash(FREE, 2))).toBe('3012');
  });

  test.each([
    ['the first byte', 0x0800_0000],
    ['the bootloader', 0x0800_4000],
    ['the last page', 0x087f_f000],
  ])('nothing but the letters protects %s', async (_, address) => {
    const host = await dfu();
    await host.flash(address, pattern(64), 4096);
    expect(unit?.readFlash(address, 64)).toEqual(pattern(64));
  });

  test.each([
    ['below', 0x07ff_f000],
    ['above', 0x0880_0000],
    ['over the end of', 0x087f_ff00],
  ])('a write %s its 8 MB stalls the request that waits for it, then shows errUNKNOWN', async (_, address) => {
    const host = await dfu();
    await host.command(0x21, address);
    await host.download(2, pattern(4096));
    expect((await host.status()).state).toBe(DFU_STATE.downloadBusy);
    expect(await host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6)).toEqual({ kind: 'stall' });
    expect(await host.status()).toMatchObject({ state: DFU_STATE.error, status: 0x0e });
  });

  test('settings are alternate 1, byte by byte; erasing them does nothing', async () => {
    const host = await dfu();
    await host.out(0x01, 11, 1, 0, NOTHING);
    await host.command(0x21, 34);
    await host.block(2, Uint8Array.of(0x5a));
    await host.command(0x41, 0);
    await abort(host);
    await host.command(0x21, 34);
    await abort(host);
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 2, 0, 1))).toBe('5a');
  });
});

describe('the DFU machine of an RTL872x unit', () => {
  test('lists its commands by an upload of block 0', async () => {
    const host = await dfu();
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 0, 0, 4096))).toBe('002141fafb');
  });

  test('always asks for a poll after 0 ms', async () => {
    const host = await dfu();
    await host.download(0, Uint8Array.of(0x41, 0x00, 0x00, 0x48, 0x08));
    expect((await host.status()).pollTimeoutMs).toBe(0);
  });

  test('leaves by dfuMANIFEST and comes back', async () => {
    const host = await dfu();
    expect(await host.leave(FREE)).toBe(DFU_STATE.manifest);
    await unit?.whenMode('listening', { timeoutMs: 5000 });
  });

  test('one more GETSTATUS while leaving stalls, and the restart is off until it is asked for again', async () => {
    // Slow enough for a question to come before the restart.
    const host = await dfu({ clock: createUnitClock({ speed: 20 }) });
    await host.leave(FREE);
    expect(await host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6)).toEqual({ kind: 'stall' });
    for (let turn = 0; turn < 30; turn++) await host.status();
    expect(await host.status()).toMatchObject({ state: DFU_STATE.error, status: 0x0e });
    expect(unit?.mode).toBe('dfu');
    await clearStatus(host);
    expect(await host.leave(FREE)).toBe(DFU_STATE.manifest);
    await unit?.whenMode('listening', { timeoutMs: 5000 });
  });

  test('answers errVENDOR with a text of its own string number when it is protected', async () => {
    const host = await dfu({ faults: [{ name: 'protected' }] });
    expect((await host.download(2, pattern(16))).kind).toBe('done');
    const status = await host.status();
    expect(status).toMatchObject({ state: DFU_STATE.error, status: 0x0b, stringIndex: 7 });
    expect(await host.string(7)).toBe('Device is in protected mode');
  });

  test('can be left by a host that found it protected', async () => {
    const host = await dfu({ faults: [{ name: 'protected' }] });
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 0, 0, 4096))).toBe('002141fafb');
    await abort(host);
    await host.download(2, NOTHING);
    expect((await host.status()).state).toBe(DFU_STATE.manifest);
    await unit?.whenMode('listening', { timeoutMs: 5000 });
  });

  test('mass erase is errTARGET, an unknown command errSTALLEDPKT', async () => {
    const host = await dfu();
    await expect(host.block(0, Uint8Array.of(0x41))).rejects.toThrow('state 10, status 1');
    await clearStatus(host);
    await expect(host.block(0, Uint8Array.of(0x92))).rejects.toThrow('state 10, status 15');
  });
});
