import type { FaultSet } from './faults.ts';
import type { UnitMeter } from './unit-meter.ts';
import type { UnitClock } from './usb-function.ts';

/** One flash chip of a unit. Addresses are the ones the host uses: external flash has 0x80000000 added (device-usb.md 6.5). */
export type FlashBank = {
  readonly base: number;
  readonly sizeBytes: number;
  /** Runs of equal sectors from `base` upwards. */
  readonly sectors: readonly { readonly count: number; readonly sizeBytes: number }[];
  /** Typical time of one sector erase, by sector size (device-usb.md 6.7). */
  eraseMs(sectorBytes: number): number;
  readonly programMsPerWord: number;
};

export type Sector = { readonly start: number; readonly sizeBytes: number };

/**
 * The flash of a unit: erased bytes are 0xFF, programming only clears bits, erasing takes a whole sector and the chip's time.
 * Power that fails in the middle of an operation leaves it half done.
 */
export class FlashMemory {
  readonly #banks: readonly Chip[];
  readonly #clock: UnitClock;
  readonly #meter: UnitMeter;
  readonly #faults: FaultSet;
  #programmedBytes = 0;

  constructor(banks: readonly FlashBank[], parts: { clock: UnitClock; meter: UnitMeter; faults: FaultSet }) {
    this.#banks = banks.map((bank) => ({ bank, bytes: undefined }));
    this.#clock = parts.clock;
    this.#meter = parts.meter;
    this.#faults = parts.faults;
  }

  /** True when all of the range lies in one chip. */
  holds(address: number, length: number): boolean {
    return this.#chip(address, length) !== undefined;
  }

  /** A copy of the content; undefined when the range is not all in one chip. */
  read(address: number, length: number): Uint8Array | undefined {
    const chip = this.#chip(address, length);
    if (chip === undefined) return undefined;
    if (chip.bytes === undefined) return new Uint8Array(length).fill(ERASED);
    const offset = address - chip.bank.base;
    return chip.bytes.slice(offset, offset + length);
  }

  /** The sector an address lies in. */
  sectorAt(address: number): Sector | undefined {
    const chip = this.#chip(address, 1);
    if (chip === undefined) return undefined;
    let start = chip.bank.base;
    for (const { count, sizeBytes } of chip.bank.sectors) {
      const end = start + count * sizeBytes;
      if (address < end) return { start: start + Math.floor((address - start) / sizeBytes) * sizeBytes, sizeBytes };
      start = end;
    }
    return undefined;
  }

  /** Erases the sector of this address in the chip's time. False when there is no such sector, or power failed. */
  async erase(address: number, power: AbortSignal): Promise<boolean> {
    const sector = this.sectorAt(address);
    const chip = this.#chip(address, 1);
    if (sector === undefined || chip === undefined) return false;
    const milliseconds = chip.bank.eraseMs(sector.sizeBytes);
    this.#meter.erased(this.#clock.now(), milliseconds);
    await this.#clock.sleep(milliseconds, power);
    const offset = sector.start - chip.bank.base;
    const done = power.aborted ? sector.sizeBytes / 2 : sector.sizeBytes;
    chip.bytes?.fill(ERASED, offset, offset + done);
    return !power.aborted;
  }

  /**
   * Programs bytes in the chip's time; bits can only go from 1 to 0. False when the range is not in one chip, power failed, or
   * what was read back differs because the place was not erased.
   */
  async program(address: number, bytes: Uint8Array, power: AbortSignal): Promise<boolean> {
    const chip = this.#chip(address, bytes.length);
    if (chip === undefined) return false;
    const milliseconds = Math.ceil(bytes.length / WORD) * chip.bank.programMsPerWord;
    this.#meter.programmed(this.#clock.now(), address, bytes.length, milliseconds);
    await this.#clock.sleep(milliseconds, power);
    const content = this.#content(chip);
    const offset = address - chip.bank.base;
    const done = power.aborted ? bytes.length >> 1 : bytes.length;
    let isEqual = true;
    for (let at = 0; at < done; at++) {
      const wanted = bytes[at] ?? ERASED;
      const result = (content[offset + at] ?? ERASED) & wanted;
      content[offset + at] = result;
      if (result !== wanted) isEqual = false;
    }
    this.#flipBit(content, offset, bytes.length);
    return isEqual && !power.aborted;
  }

  /** Puts bytes in place at once, as the factory did. */
  load(address: number, bytes: Uint8Array): void {
    const chip = this.#chip(address, bytes.length);
    if (chip === undefined) throw new RangeError(`0x${address.toString(16)} is not in the flash of this unit.`);
    this.#content(chip).set(bytes, address - chip.bank.base);
  }

  /** The fault `flip-bit`: one bit too many goes to 0 in the byte that ends the count, or the next one that has a bit left. */
  #flipBit(content: Uint8Array, offset: number, length: number): void {
    const before = this.#programmedBytes;
    this.#programmedBytes += length;
    const wanted = this.#faults.number('flip-bit');
    if (wanted === undefined || this.#programmedBytes < wanted) return;
    for (let at = Math.max(0, wanted - before - 1); at < length; at++) {
      const byte = content[offset + at] ?? 0;
      if (byte === 0 || byte === ERASED) continue;
      content[offset + at] = byte & (byte - 1);
      this.#faults.clear('flip-bit');
      return;
    }
  }

  #chip(address: number, length: number): Chip | undefined {
    return this.#banks.find(
      ({ bank }) => address >= bank.base && length >= 0 && address + length <= bank.base + bank.sizeBytes,
    );
  }

  #content(chip: Chip): Uint8Array {
    chip.bytes ??= new Uint8Array(chip.bank.sizeBytes).fill(ERASED);
    return chip.bytes;
  }
}

/** Content is only allocated once something is written: external flash is large and mostly blank. */
type Chip = { readonly bank: FlashBank; bytes: Uint8Array | undefined };

const ERASED = 0xff;
const WORD = 4;
