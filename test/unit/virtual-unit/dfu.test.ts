import { afterEach, describe, expect, test } from 'vitest';
import { DFU_IN, DFU_OUT, DFU_REQUEST, DFU_STATE } from '../../../src-main/protocol/dfu.ts';
import { createUnitClock, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { inDfu, type UsbHost } from './usb-host.ts';

let unit: VirtualUnit | undefined;
afterEach(() => unit?.unplug());

const NOTHING = new Uint8Array(0);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function dfu(platform: 'boron' | 'electron', options: Parameters<typeof inDfu>[1] = {}): Promise<UsbHost> {
  const up = await inDfu(platform, options);
  unit = up.unit;
  return up.host;
}

const clearStatus = (host: UsbHost) => host.out(DFU_OUT, DFU_REQUEST.clearStatus, 0, 0, NOTHING);
const abort = (host: UsbHost) => host.out(DFU_OUT, DFU_REQUEST.abort, 0, 0, NOTHING);
const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + 7) & 0xff);

describe.each([
  ['boron', 0xc0000, 4096],
  ['electron', 0x080e0000, 128 * 1024],
] as const)('a %s', (platform, address, sectorBytes) => {
  test('takes a flash as dfu-util sends it, and gives it back by upload', async () => {
    const host = await dfu(platform);
    const data = pattern(10_001);
    await host.flash(address, data, sectorBytes);
    expect(unit?.readFlash(address, data.length)).toEqual(data);
    await abort(host);
    await host.command(0x21, address);
    await abort(host);
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 3, 0, 64))).toBe(hex(data.subarray(4096, 4160)));
    expect((await host.status()).state).toBe(DFU_STATE.uploadIdle);
  });

  test('counts its busy time and bytes, and takes that time', async () => {
    const host = await dfu(platform, { clock: createUnitClock({ speed: 10 }) });
    await host.flash(address, pattern(8192), sectorBytes);
    const [visit] = unit?.visits() ?? [];
    const sectors = Math.ceil(8192 / sectorBytes);
    expect(visit?.sectorsErased).toBe(sectors);
    expect(visit?.eraseMs).toBe(platform === 'boron' ? sectors * 87.5 : 1000);
    expect(visit?.programMs).toBeCloseTo(platform === 'boron' ? 2048 * 0.041 : 2048 * 0.016);
    expect(visit?.bytesProgrammed).toBe(8192);
    expect(visit?.wireMs).toBeGreaterThan(2 * 3);
    const busy = (visit?.eraseMs ?? 0) + (visit?.programMs ?? 0) + (visit?.wireMs ?? 0);
    expect((visit?.lastTransferAt ?? 0) - (visit?.firstTransferAt ?? 0)).toBeGreaterThan(busy * 0.7);
  });

  test('lists its commands by an upload of block 0', async () => {
    const host = await dfu(platform);
    const list = await host.read(DFU_IN, DFU_REQUEST.upload, 0, 0, 4096);
    expect(hex(list)).toBe(platform === 'boron' ? '002141fafb' : '002141');
    expect((await host.status()).state).toBe(DFU_STATE.idle);
  });

  test('keeps settings in alternate 1, byte by byte and without erase', async () => {
    const host = await dfu(platform);
    await host.out(0x01, 11, 1, 0, NOTHING);
    await host.command(0x21, 1753);
    await host.block(2, Uint8Array.of(0x5a));
    await host.command(0x21, 1753);
    await host.block(2, Uint8Array.of(0xff));
    await abort(host);
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 2, 0, 2))).toBe('ffff');
  });

  test('an ABORT goes to idle, and block number 1 is refused', async () => {
    const host = await dfu(platform);
    await host.command(0x21, address);
    expect((await host.status()).state).toBe(DFU_STATE.downloadIdle);
    await abort(host);
    expect((await host.status()).state).toBe(DFU_STATE.idle);
    expect(await host.download(1, pattern(4))).toEqual({ kind: 'stall' });
  });

  test('writing a place that was not erased only clears bits', async () => {
    const host = await dfu(platform);
    await host.flash(address, Uint8Array.of(0xf0, 0xff, 0xff, 0xff), sectorBytes);
    await host.command(0x21, address);
    const over = host.block(2, Uint8Array.of(0x3c, 0x12, 0xff, 0xff));
    // Gen 2 reads back and stalls, nRF says nothing.
    if (platform === 'electron') await expect(over).rejects.toThrow('stall');
    else await over;
    expect(hex(unit?.readFlash(address, 4) ?? NOTHING)).toBe('3012ffff');
  });

  test('being pulled out during an erase ends the transfer as gone', async () => {
    const host = await dfu(platform);
    await host.flash(address, pattern(4096), sectorBytes);
    await host.download(0, Uint8Array.of(0x41, ...le32(address)));
    const status = host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6);
    if (platform === 'boron') await status;
    const next = platform === 'boron' ? host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6) : status;
    await new Promise((resolve) => setImmediate(resolve));
    unit?.unplug();
    expect(await next).toEqual({ kind: 'gone' });
    expect(unit?.mode).toBe('off');
  });
});

describe('Gen 3', () => {
  test('a page whose erase is cut short is half erased', async () => {
    const host = await dfu('boron');
    const data = pattern(4096).map((byte) => byte & 0x7f);
    await host.flash(0xc0000, data, 4096);
    await host.download(0, Uint8Array.of(0x41, ...le32(0xc0000)));
    await host.status();
    unit?.unplug();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const page = unit?.readFlash(0xc0000, 4096) ?? NOTHING;
    expect(hex(page.subarray(2048))).toBe(hex(data.subarray(2048)));
    expect(page.subarray(0, 2048).every((byte) => byte === 0xff)).toBe(true);
  });

  test('works after GETSTATUS: the answer comes before the erase, the next request after it', async () => {
    const host = await dfu('boron');
    await host.flash(0xc0000, pattern(16), 4096);
    await host.download(0, Uint8Array.of(0x41, ...le32(0xc0000)));
    expect((await host.status()).state).toBe(DFU_STATE.downloadBusy);
    expect(hex(unit?.readFlash(0xc0000, 1) ?? NOTHING)).not.toBe('ff');
    expect((await host.status()).state).toBe(DFU_STATE.downloadIdle);
    expect(hex(unit?.readFlash(0xc0000, 1) ?? NOTHING)).toBe('ff');
  });

  test('leaves by dfuMANIFEST and restarts half a second later', async () => {
    const host = await dfu('boron');
    expect(await host.leave(0xb4000)).toBe(DFU_STATE.manifest);
    await unit?.whenMode('normal', { timeoutMs: 5000 });
  });

  test('one more GETSTATUS while leaving is the trap: it stalls and the restart is off', async () => {
    const host = await dfu('boron', { clock: createUnitClock({ speed: 40 }) });
    await host.leave(0xb4000);
    expect(await host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6)).toEqual({ kind: 'stall' });
    for (let turn = 0; turn < 30; turn++) await host.status();
    expect(await host.status()).toMatchObject({ state: DFU_STATE.error, status: 0x0e });
    expect(unit?.mode).toBe('dfu');
    await clearStatus(host);
    expect(await host.leave(0xb4000)).toBe(DFU_STATE.manifest);
    await unit?.whenMode('normal', { timeoutMs: 5000 });
  });

  test('CLRSTATUS while idle stalls and is an error; twice always ends in idle', async () => {
    const host = await dfu('boron');
    expect(await clearStatus(host)).toEqual({ kind: 'stall' });
    expect((await host.status()).state).toBe(DFU_STATE.error);
    expect((await clearStatus(host)).kind).toBe('done');
    expect(await host.status()).toMatchObject({ state: DFU_STATE.idle, status: 0 });
  });

  test('a write outside of the map stalls the request that waits for it, then shows errUNKNOWN', async () => {
    const host = await dfu('boron');
    await host.command(0x21, 0x200000);
    await host.download(2, pattern(4096));
    expect((await host.status()).state).toBe(DFU_STATE.downloadBusy);
    expect(await host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6)).toEqual({ kind: 'stall' });
    expect(await host.status()).toMatchObject({ state: DFU_STATE.error, status: 0x0e });
  });

  test('mass erase is errTARGET, an unknown command errSTALLEDPKT', async () => {
    const host = await dfu('boron');
    await expect(host.block(0, Uint8Array.of(0x41))).rejects.toThrow('state 10, status 1');
    await clearStatus(host);
    await expect(host.block(0, Uint8Array.of(0x92))).rejects.toThrow('state 10, status 15');
  });

  test('external flash is alternate 2 and only there', async () => {
    const host = await dfu('boron');
    await host.command(0x41, 0xc0000);
    await host.out(0x01, 11, 2, 0, NOTHING);
    await host.flash(0x80200000, pattern(100), 4096);
    expect(unit?.readFlash(0x80200000, 100)).toEqual(pattern(100));
    await host.download(0, Uint8Array.of(0x41, ...le32(0xc0000)));
    await host.status();
    expect(await host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6)).toEqual({ kind: 'stall' });
  });

  test('command FA leaves into safe mode', async () => {
    const host = await dfu('boron');
    await host.download(0, Uint8Array.of(0xfa));
    expect((await host.status()).state).toBe(DFU_STATE.manifest);
    await unit?.whenMode('safe', { timeoutMs: 5000 });
  });

  test('a protected unit answers every download and upload with errVENDOR and a text, without a stall', async () => {
    const host = await dfu('boron', { faults: [{ name: 'protected' }] });
    expect((await host.download(2, pattern(16))).kind).toBe('done');
    const status = await host.status();
    expect(status).toMatchObject({ state: DFU_STATE.error, status: 0x0b });
    expect(await host.string(status.stringIndex)).toBe('Device is in protected mode');
    await clearStatus(host);
    expect(await host.read(DFU_IN, DFU_REQUEST.upload, 2, 0, 64)).toHaveLength(0);
  });

  test('DETACH makes it appear again, still in DFU mode', async () => {
    const host = await dfu('boron');
    await host.out(DFU_OUT, DFU_REQUEST.detach, 1000, 0, NOTHING);
    await unit?.whenMode('dfu', { timeoutMs: 5000 });
    expect(host.enumerations).toBe(3);
  });
});

describe('Gen 2', () => {
  test('works inside GETSTATUS: its answer comes after the erase', async () => {
    const host = await dfu('electron');
    await host.flash(0x080e0000, pattern(16), 128 * 1024);
    await host.download(0, Uint8Array.of(0x41, ...le32(0x080e0000)));
    expect((await host.status()).state).toBe(DFU_STATE.downloadBusy);
    expect(hex(unit?.readFlash(0x080e0000, 1) ?? NOTHING)).toBe('ff');
  });

  test('leaves by dfuDNLOAD-IDLE on purpose, and more questions are harmless', async () => {
    const host = await dfu('electron', { clock: createUnitClock({ speed: 10 }) }); // slow enough to be asked twice
    expect(await host.leave(0x08080000)).toBe(DFU_STATE.downloadIdle);
    expect((await host.status()).state).toBe(DFU_STATE.downloadIdle);
    await unit?.whenMode('normal', { timeoutMs: 20_000 });
  });

  test('a refused write stalls GETSTATUS once and is then forgotten', async () => {
    const host = await dfu('electron');
    await host.command(0x21, 0x08004000);
    await host.download(2, pattern(16));
    expect(await host.in(DFU_IN, DFU_REQUEST.getStatus, 0, 0, 6)).toEqual({ kind: 'stall' });
    expect(await host.status()).toMatchObject({ state: DFU_STATE.downloadIdle, status: 0 });
  });

  test('CLRSTATUS while idle silently becomes an error', async () => {
    const host = await dfu('electron');
    expect((await clearStatus(host)).kind).toBe('done');
    expect((await host.status()).state).toBe(DFU_STATE.error);
    await clearStatus(host);
    expect((await host.status()).state).toBe(DFU_STATE.idle);
  });

  test('reads outside of the map are zeros', async () => {
    const host = await dfu('electron');
    await host.command(0x21, 0x09000000);
    await abort(host);
    expect(hex(await host.read(DFU_IN, DFU_REQUEST.upload, 2, 0, 4))).toBe('00000000');
  });

  test('a bootloader of 0.6 asks for 50 ms, the settings for 500 ms after an erase', async () => {
    const old = await dfu('electron', { deviceOs: '0.6.4' });
    await old.download(0, Uint8Array.of(0x41, ...le32(0x080e0000)));
    expect((await old.status()).pollTimeoutMs).toBe(50);
    unit?.unplug();
    const host = await dfu('electron');
    await host.out(0x01, 11, 1, 0, NOTHING);
    await host.download(0, Uint8Array.of(0x41, ...le32(0)));
    expect((await host.status()).pollTimeoutMs).toBe(500);
  });
});

function le32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}
