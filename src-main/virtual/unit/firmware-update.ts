import { startFirmwareUpdateReply } from '../../protocol/control-messages.ts';
import { RESULT } from '../../protocol/control-requests.ts';
import type { RequestResult } from './control-channel.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import { checkUpdate } from './update-check.ts';

/**
 * Firmware update over control requests 250 to 253 (device-usb.md 5.4): the image goes into the update slot of the flash, is
 * checked there, and is applied by the bootloader at the next start.
 */
export class FirmwareUpdate {
  readonly #hardware: UnitHardware;
  readonly #session: Session;
  #expectedBytes: number | undefined;
  #receivedBytes = 0;

  constructor(hardware: UnitHardware, session: Session) {
    this.#hardware = hardware;
    this.#session = session;
  }

  /** Request 250: erases room for the image. Starts over if a transfer was under way. */
  async start(sizeBytes: number): Promise<RequestResult> {
    const { updateSlot } = this.#hardware.platform;
    if (sizeBytes === 0 || sizeBytes > updateSlot.sizeBytes) return { result: RESULT.moduleSize };
    this.#expectedBytes = sizeBytes;
    this.#receivedBytes = 0;
    for (let at = updateSlot.address; at < updateSlot.address + sizeBytes; ) {
      const sector = this.#hardware.flash.sectorAt(at);
      if (sector === undefined || !(await this.#hardware.flash.erase(at, this.#session.power))) {
        return { result: RESULT.flashIo };
      }
      at = sector.start + sector.sizeBytes;
    }
    return { result: RESULT.ok, data: startFirmwareUpdateReply.encode({ chunkSize: CHUNK_BYTES }) };
  }

  /** Request 253: the next bytes of the image. */
  async data(bytes: Uint8Array): Promise<RequestResult> {
    if (this.#expectedBytes === undefined) return { result: RESULT.invalidState };
    if (bytes.length > CHUNK_BYTES) return { result: RESULT.tooLarge };
    if (this.#receivedBytes + bytes.length > this.#expectedBytes) return { result: RESULT.outOfRange };
    const address = this.#hardware.platform.updateSlot.address + this.#receivedBytes;
    await this.#hardware.flash.program(address, bytes, this.#session.power);
    this.#receivedBytes += bytes.length;
    return { result: RESULT.ok };
  }

  /** Request 251: checks the image; unless it was only about that, the unit restarts and applies it. */
  finish(validateOnly: boolean): RequestResult {
    const sizeBytes = this.#expectedBytes;
    if (sizeBytes === undefined || this.#receivedBytes < sizeBytes) return { result: RESULT.invalidState };
    const { platform, flash, settings, clock } = this.#hardware;
    const image = flash.read(platform.updateSlot.address, sizeBytes);
    const checked = checkUpdate(platform, image, this.#session.boot.modules);
    if ('refused' in checked) {
      this.#expectedBytes = undefined;
      return { result: checked.refused };
    }
    if (validateOnly) return { result: RESULT.ok };
    settings.hasPendingUpdate = true;
    const restart = async (): Promise<void> => {
      await clock.sleep(RESTART_DELAY_MS, this.#session.power);
      if (!this.#session.power.aborted) this.#session.restart({ into: 'normal' });
    };
    return { result: RESULT.ok, afterwards: () => void restart() };
  }

  /** Request 252. */
  cancel(): RequestResult {
    this.#expectedBytes = undefined;
    return { result: RESULT.ok };
  }
}

/** What a unit takes at a time (device-usb.md 5.3). */
const CHUNK_BYTES = 1024;

const RESTART_DELAY_MS = 1000;
