import type { Setup, TransferAnswer, UnitClock, UsbFunction, UsbWire } from './usb-function.ts';

/** What the firmware answers to one control transfer. `after` keeps EP0 busy (NAK) once the answer is out. */
export type ControlReply = { readonly data: Uint8Array; after?(): Promise<void> } | 'stall';

/** The device side of one enumeration: what firmware or bootloader do with transfers. */
export type UsbFirmware = {
  /** `cancelled` aborts when the host gives up on this transfer or the unit leaves the bus. */
  control(setup: Setup, data: Uint8Array, cancelled: AbortSignal): Promise<ControlReply>;
  transferOut(endpoint: number, data: Uint8Array, cancelled: AbortSignal): Promise<'done' | 'stall'>;
  transferIn(endpoint: number, length: number, cancelled: AbortSignal): Promise<Uint8Array | 'stall'>;
  /** Every control transfer, with the time it takes on a full-speed wire. */
  onWire?(milliseconds: number, setup: Setup, data: Uint8Array): void;
};

/**
 * A unit on the bus until `leave`. EP0 does one transfer at a time: while the firmware is busy the next one waits, as a NAK
 * does. When the unit leaves, every pending transfer answers `gone` at once.
 */
export class Enumeration implements UsbFunction {
  readonly speed = 'full';
  readonly #firmware: UsbFirmware;
  readonly #clock: UnitClock;
  readonly #wire: UsbWire | undefined;
  readonly #gone = new AbortController();
  readonly #pending = new Set<(answer: TransferAnswer) => void>();
  #ep0: Promise<void> = Promise.resolve();

  /** `wire` is the one its socket shares with others; a unit on a wire of its own has none. */
  constructor(firmware: UsbFirmware, clock: UnitClock, wire?: UsbWire) {
    this.#firmware = firmware;
    this.#clock = clock;
    this.#wire = wire;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  control(setup: Setup, data: Uint8Array, signal?: AbortSignal): Promise<TransferAnswer> {
    return this.#transfer(signal, (cancelled, answer) => {
      const turn = this.#ep0.then(async () => {
        if (cancelled.aborted) return;
        if (this.#wire === undefined) await this.#clock.sleep(wireMs(setup), cancelled);
        else await this.#wire.carry(wireMs(setup), this.#clock, cancelled);
        if (cancelled.aborted) return;
        this.#firmware.onWire?.(wireMs(setup), setup, data);
        const reply = await this.#firmware.control(setup, data, cancelled);
        answer(reply === 'stall' ? STALL : { kind: 'done', data: reply.data.subarray(0, setup.length) });
        if (reply !== 'stall') await reply.after?.();
      });
      this.#ep0 = turn.catch(() => {});
      return turn;
    });
  }

  transferOut(endpoint: number, data: Uint8Array, signal?: AbortSignal): Promise<TransferAnswer> {
    return this.#transfer(signal, async (cancelled, answer) => {
      const reply = await this.#firmware.transferOut(endpoint, data, cancelled);
      answer(reply === 'stall' ? STALL : { kind: 'done', data: NO_BYTES });
    });
  }

  transferIn(endpoint: number, length: number, signal?: AbortSignal): Promise<TransferAnswer> {
    return this.#transfer(signal, async (cancelled, answer) => {
      const reply = await this.#firmware.transferIn(endpoint, length, cancelled);
      answer(reply === 'stall' ? STALL : { kind: 'done', data: reply.subarray(0, length) });
    });
  }

  /** Leaves the bus. */
  leave(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    for (const answer of [...this.#pending]) answer({ kind: 'gone' });
  }

  #transfer(
    signal: AbortSignal | undefined,
    work: (cancelled: AbortSignal, answer: (answer: TransferAnswer) => void) => Promise<void>,
  ): Promise<TransferAnswer> {
    if (this.#gone.signal.aborted) return Promise.resolve({ kind: 'gone' });
    if (signal?.aborted === true) return Promise.resolve({ kind: 'cancelled' });
    const cancelled = new AbortController();
    return new Promise((resolve, reject) => {
      const cancel = (): void => answer({ kind: 'cancelled' });
      const answer = (how: TransferAnswer): void => {
        this.#pending.delete(answer);
        signal?.removeEventListener('abort', cancel);
        resolve(how);
        if (how.kind === 'cancelled' || how.kind === 'gone') cancelled.abort();
      };
      this.#pending.add(answer);
      signal?.addEventListener('abort', cancel);
      // A rejection here is a mistake of the model, not an event of the bus.
      work(cancelled.signal, answer).catch(reject);
    });
  }
}

const STALL: TransferAnswer = { kind: 'stall' };
const NO_BYTES = new Uint8Array(0);

/**
 * Time of a control transfer on a full-speed bus: up to 19 packets of 64 bytes fit a 1 ms frame, and set-up and status stage
 * cost about a third of one. A model, chosen so that the floor of a flash is the one measured (usb-lab.md 5).
 */
function wireMs(setup: Setup): number {
  return 0.3 + Math.ceil(setup.length / 64) / 19;
}
