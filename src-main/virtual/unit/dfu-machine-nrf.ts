import { DFU_REQUEST, DFU_STATE, DFU_STATUS, DFUSE_COMMAND, encodeDfuStatus } from '../../protocol/dfu.ts';
import type { StartWish } from './boot.ts';
import type { BootloaderEra } from './device-os-era.ts';
import { blockAddress, commandAddress, type DfuMachine, type DfuSurroundings, LEAVE_MS, TAKEN } from './dfu-machine.ts';
import type { DfuMemory } from './dfu-memory.ts';
import type { ControlReply } from './enumeration.ts';
import type { Setup } from './usb-function.ts';

/**
 * The DFU machine of nRF and RTL872x bootloaders (device-usb.md 3.3, 6.2 to 6.4). Erase and program run after the GETSTATUS that reported
 * dfuDNBUSY: the next request waits for them, and is stalled when they failed.
 */
export class NrfDfuMachine implements DfuMachine {
  readonly #memory: DfuMemory;
  readonly #era: BootloaderEra;
  readonly #surroundings: DfuSurroundings;
  #state: number = DFU_STATE.idle;
  #status: number = DFU_STATUS.ok;
  #pointer = 0;
  #block = 0;
  #data: Uint8Array = new Uint8Array(0);
  #mustStall = false;
  #isStuck = false;
  #leaveInto: StartWish['into'] = 'normal';
  #leaving: AbortController | undefined;

  constructor(memory: DfuMemory, era: BootloaderEra, surroundings: DfuSurroundings) {
    this.#memory = memory;
    this.#era = era;
    this.#surroundings = surroundings;
  }

  async request(setup: Setup, data: Uint8Array): Promise<ControlReply> {
    if (this.#mustStall) {
      this.#mustStall = false;
      return 'stall';
    }
    switch (setup.request) {
      case DFU_REQUEST.detach:
        this.#surroundings.restart({ into: 'dfu' });
        return TAKEN;
      case DFU_REQUEST.download:
        return this.#download(setup, data);
      case DFU_REQUEST.upload:
        return this.#upload(setup);
      case DFU_REQUEST.getStatus:
        return this.#getStatus();
      case DFU_REQUEST.clearStatus:
        if (this.#state !== DFU_STATE.error) return this.#refuse();
        this.#state = DFU_STATE.idle;
        this.#status = DFU_STATUS.ok;
        return TAKEN;
      case DFU_REQUEST.getState:
        return NOT_FOR_GET_STATE.includes(this.#state) ? this.#refuse() : { data: Uint8Array.of(this.#state) };
      case DFU_REQUEST.abort:
        if (!ABORTABLE.includes(this.#state)) return this.#refuse();
        this.#state = DFU_STATE.idle;
        return TAKEN;
      default:
        return this.#refuse();
    }
  }

  #download(setup: Setup, data: Uint8Array): ControlReply {
    if (this.#state !== DFU_STATE.idle && this.#state !== DFU_STATE.downloadIdle) return this.#refuse();
    if (setup.length === 0) {
      this.#leaveInto = 'normal';
      this.#state = DFU_STATE.manifestSync;
      return TAKEN;
    }
    if (setup.value === 1) return this.#refuse();
    if (setup.value === 0 && data[0] === DFUSE_COMMAND.enterSafeMode && this.#era.hasSafeModeCommand) {
      this.#leaveInto = 'safe';
      this.#state = DFU_STATE.manifestSync;
      return TAKEN;
    }
    // Leaving and the command for safe mode are for protected units too (Device OS 6.2.0).
    if (this.#surroundings.isProtected()) {
      this.#fail(DFU_STATUS.errVendor);
      return TAKEN;
    }
    this.#block = setup.value;
    this.#data = data;
    this.#state = DFU_STATE.downloadSync;
    return TAKEN;
  }

  #upload(setup: Setup): ControlReply {
    if (this.#state !== DFU_STATE.idle && this.#state !== DFU_STATE.uploadIdle) return this.#refuse();
    if (setup.value === 0) {
      this.#state = DFU_STATE.idle;
      return { data: this.#commandList() };
    }
    if (this.#surroundings.isProtected()) {
      this.#fail(DFU_STATUS.errVendor);
      return TAKEN;
    }
    const data =
      setup.value === 1 ? undefined : this.#memory.read(blockAddress(this.#pointer, setup.value), setup.length);
    if (data === undefined) return this.#refuse();
    this.#state = DFU_STATE.uploadIdle;
    return { data };
  }

  #commandList(): Uint8Array {
    return Uint8Array.of(
      ...[0x00, DFUSE_COMMAND.setAddress, DFUSE_COMMAND.erase],
      ...(this.#era.hasSafeModeCommand ? [DFUSE_COMMAND.enterSafeMode] : []),
      ...(this.#era.hasEndServiceCommand ? [DFUSE_COMMAND.endServiceMode] : []),
    );
  }

  #getStatus(): ControlReply {
    switch (this.#state) {
      case DFU_STATE.downloadSync:
        this.#state = DFU_STATE.downloadBusy;
        return { data: this.#statusReply(), after: () => this.#work() };
      case DFU_STATE.downloadBusy:
        if (!this.#isStuck) this.#state = DFU_STATE.downloadIdle;
        return { data: this.#statusReply() };
      case DFU_STATE.manifestSync: {
        this.#state = DFU_STATE.manifest;
        const data = this.#statusReply();
        this.#state = DFU_STATE.manifestWaitReset;
        void this.#leave();
        return { data };
      }
      // The trap of device-usb.md 3.3: one more question cancels the restart.
      case DFU_STATE.manifestWaitReset:
        return this.#refuse();
      default:
        return { data: this.#statusReply() };
    }
  }

  #statusReply(): Uint8Array {
    const stringIndex = this.#status === DFU_STATUS.errVendor ? this.#surroundings.vendorErrorString : 0;
    return encodeDfuStatus({ status: this.#status, pollTimeoutMs: 0, state: this.#state, stringIndex });
  }

  async #work(): Promise<void> {
    const result = this.#block === 0 ? await this.#command() : await this.#write();
    if (result === 'done') return;
    if (result === 'stuck') {
      this.#isStuck = true;
      return;
    }
    this.#fail(result === 'failed' ? DFU_STATUS.errUnknown : result);
    this.#mustStall = result === 'failed';
  }

  async #command(): Promise<'done' | 'failed' | 'stuck' | number> {
    const address = commandAddress(this.#data);
    switch (this.#data[0]) {
      case DFUSE_COMMAND.setAddress:
        if (address === undefined) return DFU_STATUS.errStalledPacket;
        this.#pointer = address;
        return 'done';
      case DFUSE_COMMAND.erase:
        // One byte alone asks for a mass erase.
        if (address === undefined) return DFU_STATUS.errTarget;
        return this.#memory.erase(address);
      case DFUSE_COMMAND.endServiceMode:
        return this.#era.hasEndServiceCommand ? 'done' : DFU_STATUS.errStalledPacket;
      default:
        return DFU_STATUS.errStalledPacket;
    }
  }

  #write(): Promise<'done' | 'failed' | 'stuck'> {
    return this.#memory.write(blockAddress(this.#pointer, this.#block), this.#data);
  }

  async #leave(): Promise<void> {
    const leaving = new AbortController();
    this.#leaving = leaving;
    await this.#surroundings.clock.sleep(LEAVE_MS, AbortSignal.any([leaving.signal, this.#surroundings.power]));
    if (!leaving.signal.aborted) this.#surroundings.restart({ into: this.#leaveInto });
  }

  #fail(status: number): void {
    this.#leaving?.abort();
    this.#state = DFU_STATE.error;
    this.#status = status;
  }

  /** A request in the wrong state. */
  #refuse(): ControlReply {
    this.#fail(DFU_STATUS.errUnknown);
    return 'stall';
  }
}

const NOT_FOR_GET_STATE: readonly number[] = [
  DFU_STATE.downloadBusy,
  DFU_STATE.manifest,
  DFU_STATE.manifestSync,
  DFU_STATE.manifestWaitReset,
];

const ABORTABLE: readonly number[] = [
  DFU_STATE.idle,
  DFU_STATE.downloadSync,
  DFU_STATE.downloadIdle,
  DFU_STATE.manifestSync,
  DFU_STATE.uploadIdle,
];
