import { StationError } from '../../../src-main/domain/failure.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import { eraseUnitsOf } from '../../../src-main/firmware/erase-units.ts';
import type { PlannedWrite } from '../../../src-main/firmware/flash-plan.ts';
import type { Flasher } from '../../../src-main/ports/flasher.ts';
import type { UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { StepContext } from '../../../src-main/procedure/procedure.ts';

/** What a write is to do, in the order of the writes: fail after so many bytes, or program one byte wrong. */
export type WriteFate = { readonly fails?: FailureCode; readonly afterBytes?: number; readonly spoils?: number };

/** A unit in DFU mode that is nothing but flash, the context of a step on it, and what was done. */
export function scriptedFlash(platform: PlatformName, fates: readonly WriteFate[] = []) {
  const memory = new Map<number, number>();
  const unit: UsbUnit = {
    portPath: '1-1',
    mode: 'dfu',
    platform: platformByName(platform),
    vendorId: 0x2b04,
    productId: 0xd00d,
    usbSerial: '00000000010C',
    product: 'DFU Mode',
    address: 7,
  };
  const done: string[] = [];
  const progress: number[] = [];
  let present = unit;
  let isStuck = false;
  let writes = 0;
  let turns = 0;

  const peek = (address: number, length: number): Uint8Array =>
    Uint8Array.from({ length }, (_, at) => memory.get(address + at) ?? 0xff);
  const put = (address: number, bytes: Uint8Array): void => {
    for (const [at, byte] of bytes.entries()) memory.set(address + at, byte);
  };
  const flasher: Flasher = {
    version: async () => 'dfu-util 0.11',
    readBack: async () => new Uint8Array(0),
    async openReader() {
      if (isStuck) throw new StationError('flash/stalled', 'busy for ever');
      return {
        async read(address, sizeBytes, onProgress) {
          done.push(`read ${address.toString(16)} ${sizeBytes}`);
          onProgress?.(sizeBytes);
          return peek(address, sizeBytes);
        },
        leave: async () => void done.push('leave'),
        close: async () => undefined,
      };
    },
    async write({ address, bytes, leave }) {
      const fate = fates[writes] ?? {};
      writes += 1;
      done.push(`write ${address.toString(16)} ${bytes.length}${leave ? ' and leave' : ''}`);
      for (const erased of eraseUnitsOf(unit.platform, address, bytes.length)) {
        put(erased.address, new Uint8Array(erased.sizeBytes).fill(0xff));
      }
      put(address, bytes.subarray(0, fate.afterBytes ?? bytes.length));
      if (fate.spoils !== undefined) put(fate.spoils, Uint8Array.of(0));
      if (fate.fails !== undefined) throw new StationError(fate.fails, 'as the script says');
      return { durationMs: 1, exitCode: 0, transcript: ['File downloaded successfully'] };
    },
  };
  const context = {
    presence: { current: () => present },
    ports: { flasher },
    recipe: { platform: unit.platform },
    isFull: false,
    budget: (milliseconds: number) => milliseconds,
    progress: ({ overall }: { overall: number }) => progress.push(overall),
    signal: new AbortController().signal,
    flashTurn: async () => {
      turns += 1;
      return () => {
        turns -= 1;
      };
    },
  } as unknown as StepContext;

  return {
    unit,
    context,
    done,
    progress,
    peek,
    put,
    /** The writes alone. */
    writes: () => done.filter((line) => line.startsWith('write')),
    /** Turns taken and not given back. */
    turns: () => turns,
    /** From now on the unit cannot be brought to rest. */
    getStuck: () => {
      isStuck = true;
    },
    replaceUnit: () => {
      present = { ...unit, address: 8 };
    },
  };
}

/** A planned write of these bytes. */
export function plannedWrite(address: number, bytes: Uint8Array, change: Partial<PlannedWrite> = {}): PlannedWrite {
  return {
    transport: 'dfu',
    expectedMs: 0,
    compare: true,
    what: `part at ${address.toString(16)}`,
    reason: 'for the test',
    alt: 0,
    address,
    bytes,
    module: {} as PlannedWrite['module'],
    ...change,
  };
}

/** Bytes that differ from page to page, never 0xFF. */
export function pages(count: number, seed: number, pageBytes = 4096): Uint8Array {
  return Uint8Array.from({ length: count * pageBytes }, (_, at) => (seed + Math.floor(at / pageBytes) * 7 + at) % 251);
}
