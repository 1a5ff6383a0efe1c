import { startFirmwareUpdateReply } from '../../protocol/control-messages.ts';
import { RESULT } from '../../protocol/control-requests.ts';
import { applyUpdate } from './apply-update.ts';
import type { RequestResult } from './control-channel.ts';
import type { SystemEra } from './device-os-era.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import { checkUpdate, type UpdateModule } from './update-check.ts';
import { type UpdateSlot, updateSlotOf } from './update-slot.ts';

/**
 * Firmware update over control requests 250 to 253 (device-usb.md 5.4): the image goes into the update slot of the flash, is checked
 * there, and is applied by Device OS or, after the restart, by the bootloader. Every failure but one of the start forgets what came.
 */
export class FirmwareUpdate {
  readonly #hardware: UnitHardware;
  readonly #session: Session;
  readonly #era: SystemEra;
  #transfer: { readonly slot: UpdateSlot; readonly sizeBytes: number; receivedBytes: number } | undefined;
  #isApplying: Promise<void> = Promise.resolve();

  constructor(hardware: UnitHardware, session: Session, era: SystemEra) {
    this.#hardware = hardware;
    this.#session = session;
    this.#era = era;
  }

  /** Resolves when the system thread is free: it answers nothing while it applies an update. */
  get whenFree(): Promise<void> {
    return this.#isApplying;
  }

  /** Request 250: erases room for the image. A transfer under way is forgotten first. */
  async start(sizeBytes: number): Promise<RequestResult> {
    const { platform, flash, faults } = this.#hardware;
    this.#transfer = undefined;
    if (faults.has('updates-disabled')) return { result: RESULT.updatesDisabled };
    const slot = updateSlotOf(platform, (address, length) => flash.read(address, length));
    if (sizeBytes === 0 || sizeBytes > slot.sizeBytes) return { result: RESULT.moduleSize };
    for (let at = slot.address; at < slot.address + sizeBytes; ) {
      const sector = flash.sectorAt(at);
      if (sector === undefined || !(await flash.erase(at, this.#session.power))) return { result: RESULT.flashIo };
      at = sector.start + sector.sizeBytes;
    }
    this.#transfer = { slot, sizeBytes, receivedBytes: 0 };
    return { result: RESULT.ok, data: startFirmwareUpdateReply.encode({ chunkSize: CHUNK_BYTES }) };
  }

  /** Request 253: the next bytes of the image; nothing, or more than is missing, is out of range. */
  async data(bytes: Uint8Array): Promise<RequestResult> {
    const transfer = this.#transfer;
    if (transfer === undefined) return { result: RESULT.invalidState };
    const missing = transfer.sizeBytes - transfer.receivedBytes;
    // Device OS takes larger pieces than it offers to; a station has no business sending any.
    if (bytes.length === 0 || bytes.length > Math.min(missing, CHUNK_BYTES)) return this.#end(RESULT.outOfRange);
    const address = transfer.slot.address + transfer.receivedBytes;
    if (!(await this.#hardware.flash.program(address, bytes, this.#session.power))) return this.#end(RESULT.flashIo);
    transfer.receivedBytes += bytes.length;
    this.#pullPlugAt(transfer.receivedBytes);
    return { result: RESULT.ok };
  }

  /** Request 251: checks the image. Unless it was only about that the unit then applies it and restarts, whatever comes of it. */
  finish(validateOnly: boolean): RequestResult {
    const transfer = this.#transfer;
    if (transfer === undefined || transfer.receivedBytes < transfer.sizeBytes) return this.#end(RESULT.invalidState);
    const { platform, flash } = this.#hardware;
    const { address } = transfer.slot;
    const image = flash.read(address, transfer.sizeBytes);
    const checked = checkUpdate(image, { platform, era: this.#era, installed: this.#session.boot.modules });
    if ('refused' in checked) return this.#end(checked.refused);
    if (validateOnly) return this.#end(RESULT.ok);
    this.#transfer = undefined;
    return { result: RESULT.ok, afterwards: () => this.#apply(checked.modules, address) };
  }

  /** Request 252. */
  cancel(): RequestResult {
    return this.#end(RESULT.ok);
  }

  #end(result: number): RequestResult {
    this.#transfer = undefined;
    return { result };
  }

  #apply(modules: readonly UpdateModule[], slotAddress: number): void {
    const { power } = this.#session;
    const apply = async (): Promise<void> => {
      await applyUpdate({ hardware: this.#hardware, era: this.#era, power }, modules, slotAddress);
      await this.#hardware.clock.sleep(RESTART_DELAY_MS, power);
      if (!power.aborted) this.#session.restart({ into: 'normal' });
    };
    this.#isApplying = apply();
  }

  /** The fault `unplug-at-update-byte`. */
  #pullPlugAt(receivedBytes: number): void {
    const { faults } = this.#hardware;
    if (receivedBytes < (faults.number('unplug-at-update-byte') ?? Number.POSITIVE_INFINITY)) return;
    faults.clear('unplug-at-update-byte');
    this.#session.pullPlug();
  }
}

/** What a unit takes at a time (device-usb.md 5.3). */
const CHUNK_BYTES = 1024;

/** As after the other requests that restart a unit; how long it really takes is in no sheet, UNVERIFIED. */
const RESTART_DELAY_MS = 1000;
