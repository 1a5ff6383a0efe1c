import { DFU_REQUEST, DFU_STATE, DFU_STATUS, DFUSE_COMMAND, encodeDfuStatus } from '../../protocol/dfu.ts';
import type { BootloaderEra } from './device-os-era.ts';
import { blockAddress, commandAddress, type DfuMachine, type DfuSurroundings, LEAVE_MS, TAKEN } from './dfu-machine.ts';
import type { DfuMemory, DfuWork } from './dfu-memory.ts';
import type { ControlReply } from './enumeration.ts';
import type { Setup } from './usb-function.ts';

/**
 * The DFU machine of Gen 2 bootloaders (device-usb.md 3.3, 6.2 to 6.4). Erase and program run inside the first GETSTATUS, whose
 * status stage is held; a failure stalls that request and is otherwise forgotten. Leaving reports dfuDNLOAD-IDLE on purpose.
 */
export class Stm32DfuMachine implements DfuMachine {
  readonly #memory: DfuMemory;
  readonly #era: BootloaderEra;
  readonly #surroundings: DfuSurroundings;
  #state: number = DFU_STATE.idle;
  #pointer = 0x0800_0000;
  #block = 0;
  #data: Uint8Array = new Uint8Array(0);
  #isStuck = false;
  #isLeaving = false;

  constructor(memory: DfuMemory, era: BootloaderEra, surroundings: DfuSurroundings) {
    this.#memory = memory;
    this.#era = era;
    this.#surroundings = surroundings;
  }

  async request(setup: Setup, data: Uint8Array): Promise<ControlReply> {
    switch (setup.request) {
      // Taken and without effect: there is no way back to the application by it.
      case DFU_REQUEST.detach:
        return TAKEN;
      case DFU_REQUEST.download:
        return this.#download(setup, data);
      case DFU_REQUEST.upload:
        return this.#upload(setup);
      case DFU_REQUEST.getStatus:
        return this.#getStatus();
      case DFU_REQUEST.clearStatus:
        this.#state = this.#state === DFU_STATE.error ? DFU_STATE.idle : DFU_STATE.error;
        return TAKEN;
      case DFU_REQUEST.getState:
        return NOT_FOR_GET_STATE.includes(this.#state) ? 'stall' : { data: Uint8Array.of(this.#state) };
      case DFU_REQUEST.abort:
        if (!ABORTABLE.includes(this.#state)) return 'stall';
        this.#state = DFU_STATE.idle;
        return TAKEN;
      default:
        return 'stall';
    }
  }

  #download(setup: Setup, data: Uint8Array): ControlReply {
    if (this.#state !== DFU_STATE.idle && this.#state !== DFU_STATE.downloadIdle) return 'stall';
    if (setup.length === 0) {
      this.#state = DFU_STATE.manifestSync;
      return TAKEN;
    }
    if (setup.value === 1) return 'stall';
    this.#block = setup.value;
    this.#data = data;
    this.#state = DFU_STATE.downloadSync;
    return TAKEN;
  }

  #upload(setup: Setup): ControlReply {
    if (this.#state !== DFU_STATE.idle && this.#state !== DFU_STATE.uploadIdle) return 'stall';
    if (setup.value === 0) {
      this.#state = DFU_STATE.idle;
      return { data: Uint8Array.of(0x00, DFUSE_COMMAND.setAddress, DFUSE_COMMAND.erase) };
    }
    if (setup.value === 1) return 'stall';
    this.#state = DFU_STATE.uploadIdle;
    const data = this.#memory.read(blockAddress(this.#pointer, setup.value), setup.length);
    return { data: data ?? new Uint8Array(setup.length) };
  }

  async #getStatus(): Promise<ControlReply> {
    switch (this.#state) {
      case DFU_STATE.downloadSync: {
        this.#state = DFU_STATE.downloadBusy;
        const result = await this.#work();
        if (result === 'failed') return 'stall';
        this.#isStuck = result === 'stuck';
        return { data: this.#statusReply(this.#pollTimeoutMs()) };
      }
      case DFU_STATE.downloadBusy:
        if (!this.#isStuck) this.#state = DFU_STATE.downloadIdle;
        return { data: this.#statusReply(0) };
      case DFU_STATE.manifestSync:
        this.#state = DFU_STATE.downloadIdle;
        void this.#leave();
        return { data: this.#statusReply(0) };
      default:
        return { data: this.#statusReply(0) };
    }
  }

  #statusReply(pollTimeoutMs: number): Uint8Array {
    const status = this.#state === DFU_STATE.error ? DFU_STATUS.errUnknown : DFU_STATUS.ok;
    return encodeDfuStatus({ status, pollTimeoutMs, state: this.#state, stringIndex: 0 });
  }

  /** device-usb.md 6.2: 50 ms up to bootloader 0.6.4, 0 since; the settings report 1 ms for a write and 500 ms for an erase. */
  #pollTimeoutMs(): number {
    const isErase = this.#block === 0 && this.#data[0] === DFUSE_COMMAND.erase;
    const isWrite = this.#block !== 0;
    if (!isErase && !isWrite) return 0;
    if (this.#memory.isSettings) return isErase ? 500 : 1;
    return this.#era.flashPollTimeoutMs;
  }

  async #work(): Promise<DfuWork> {
    if (this.#block !== 0) return this.#memory.write(blockAddress(this.#pointer, this.#block), this.#data);
    const address = commandAddress(this.#data);
    if (address === undefined) return 'failed';
    switch (this.#data[0]) {
      case DFUSE_COMMAND.setAddress:
        this.#pointer = address;
        return 'done';
      case DFUSE_COMMAND.erase:
        this.#pointer = address;
        return this.#memory.erase(address);
      default:
        return 'failed';
    }
  }

  async #leave(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    await this.#surroundings.clock.sleep(LEAVE_MS, this.#surroundings.power);
    this.#surroundings.restart({ into: 'normal' });
  }
}

const NOT_FOR_GET_STATE: readonly number[] = [DFU_STATE.downloadBusy, DFU_STATE.manifestSync];

const ABORTABLE: readonly number[] = [
  DFU_STATE.idle,
  DFU_STATE.downloadSync,
  DFU_STATE.downloadIdle,
  DFU_STATE.manifestSync,
  DFU_STATE.uploadIdle,
];
