import type { BootloaderEra } from './device-os-era.ts';
import { EXTERNAL_FLASH } from './flash-chips.ts';
import { readFlashModule } from './flash-module.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import { FORMER_USER_ADDRESS, STM32_FIRST_WRITABLE, USER_ADDRESS_256K } from './unit-platforms.ts';
import { DCT_BYTES } from './unit-settings.ts';

/** How an erase or a write ended. `stuck` never ends. */
export type DfuWork = 'done' | 'failed' | 'stuck';

/** What lies behind the alternate settings of DFU mode (device-usb.md 6.4, 6.5). */
export class DfuMemory {
  /** The alternate setting chosen by the host. */
  alternate = 0;
  readonly #hardware: UnitHardware;
  readonly #era: BootloaderEra;
  readonly #session: Session;
  #erases = 0;
  #writes = 0;

  constructor(hardware: UnitHardware, era: BootloaderEra, session: Session) {
    this.#hardware = hardware;
    this.#era = era;
    this.#session = session;
  }

  /** True where alternate setting 1 is chosen: the configuration area. */
  get isSettings(): boolean {
    return this.alternate === 1;
  }

  /** Erases the sector an address lies in. */
  async erase(hostAddress: number): Promise<DfuWork> {
    const address = this.#addressOf(hostAddress);
    this.#erases += 1;
    const failFrom = this.#hardware.faults.number('dfu-stall-erase');
    if (failFrom !== undefined && this.#erases >= failFrom) return 'failed';
    if (this.isSettings) return this.#eraseSettings(address);
    if (!this.#isWritable(address, 1)) return 'failed';
    if (this.#isLost(address)) {
      await this.#hardware.clock.sleep(90, this.#session.power);
      return 'done';
    }
    return (await this.#hardware.flash.erase(address, this.#session.power)) ? 'done' : 'failed';
  }

  /** Programs a block. Gen 2 reads back and fails on a difference, nRF does not look (usb-lab.md 5). */
  async write(hostAddress: number, bytes: Uint8Array): Promise<DfuWork> {
    const address = this.#addressOf(hostAddress);
    this.#writes += 1;
    const { faults, flash, clock, platform } = this.#hardware;
    const stuckFrom = faults.number('dfu-stuck-busy');
    if (stuckFrom !== undefined && this.#writes >= stuckFrom) return 'stuck';
    const failFrom = faults.number('dfu-error-write');
    if (failFrom !== undefined && this.#writes >= failFrom) return 'failed';
    if (this.isSettings) return this.#writeSettings(address, bytes);
    if (!this.#isWritable(address, bytes.length)) return 'failed';
    if (this.#isLost(address)) {
      await clock.sleep(40, this.#session.power);
      return 'done';
    }
    const isEqual = await flash.program(address, bytes, this.#session.power);
    if (platform.family === 'stm32') return isEqual ? 'done' : 'failed';
    if (platform.family === 'nrf' && address === USER_ADDRESS_256K) await this.#removeFormerApplication();
    return 'done';
  }

  /** The content, or undefined outside of the map. */
  read(hostAddress: number, length: number): Uint8Array | undefined {
    const address = this.#addressOf(hostAddress);
    if (this.isSettings) {
      return address + length <= DCT_BYTES ? this.#hardware.settings.bytes.slice(address, address + length) : undefined;
    }
    if (!this.#isInChip(address, length)) return undefined;
    this.#hardware.meter.uploaded(address, length);
    return this.#hardware.flash.read(address, length);
  }

  /** The P1's serial flash begins at 0 for the host; this model keeps every external flash from 0x80000000 on. */
  #addressOf(hostAddress: number): number {
    const isSerialFlash = this.alternate === 2 && this.#hardware.platform.family === 'stm32';
    return isSerialFlash ? hostAddress + EXTERNAL_FLASH : hostAddress;
  }

  async #eraseSettings(address: number): Promise<DfuWork> {
    if (address >= DCT_BYTES) return 'failed';
    if (this.#hardware.platform.family !== 'stm32') return 'done';
    await this.#hardware.clock.sleep(500, this.#session.power);
    this.#hardware.settings.bytes.fill(0xff);
    return 'done';
  }

  async #writeSettings(address: number, bytes: Uint8Array): Promise<DfuWork> {
    if (address + bytes.length > DCT_BYTES) return 'failed';
    await this.#hardware.clock.sleep(5, this.#session.power);
    this.#hardware.settings.bytes.set(bytes, address);
    return 'done';
  }

  #isWritable(address: number, length: number): boolean {
    // Only Gen 2 protects its bootloader and settings by more than the letters of the alternate setting.
    if (this.#hardware.platform.family === 'stm32' && address < STM32_FIRST_WRITABLE) return false;
    return this.#isInChip(address, length);
  }

  #isInChip(address: number, length: number): boolean {
    const isExternal = this.alternate === 2;
    return address >= EXTERNAL_FLASH === isExternal && this.#hardware.flash.holds(address, length);
  }

  /** The fault `wrong-version-after-restart`: the places of the system part take nothing. */
  #isLost(address: number): boolean {
    if (!this.#hardware.faults.has('wrong-version-after-restart')) return false;
    const system = this.#hardware.platform.slots.filter((slot) => slot.function === 'system-part');
    const end = this.#hardware.platform.family === 'nrf' ? USER_ADDRESS_256K : Number.POSITIVE_INFINITY;
    return system.some((slot) => address >= slot.address && address < Math.min(end, slot.address + slot.sizeBytes));
  }

  async #removeFormerApplication(): Promise<void> {
    if (!this.#era.removesFormerApplication || this.#hardware.faults.has('stale-128k-app')) return;
    const slot = this.#hardware.platform.slots.find((one) => one.address === USER_ADDRESS_256K);
    const read = (address: number, length: number): Uint8Array | undefined =>
      this.#hardware.flash.read(address, length);
    const written = slot === undefined ? undefined : readFlashModule(read, slot);
    if (written?.function !== 'user-part' || written.platformId !== this.#hardware.platform.platform.id) return;
    await this.#hardware.flash.erase(FORMER_USER_ADDRESS, this.#session.power);
  }
}
