import type { ControlReply } from './enumeration.ts';
import type { Setup, UnitClock } from './usb-function.ts';

/**
 * The CDC-ACM serial port of a unit in normal mode (device-usb.md 2.3): open only while DTR is set, output written before is
 * lost, a host that does not read for 2.5 s counts as gone until it reads again.
 */
export class ConsolePort {
  readonly #surroundings: PortSurroundings;
  #lineCoding = Uint8Array.of(0x80, 0x25, 0, 0, 0, 0, 8);
  #hasDtr = false;
  /** Counts DTR changes: output begun for one user of the port does not go on for the next. */
  #turn = 0;
  #isStalled = false;
  #output: Uint8Array[] = [];
  #readers: (() => void)[] = [];
  #room: (() => void)[] = [];

  constructor(surroundings: PortSurroundings) {
    this.#surroundings = surroundings;
  }

  /** True while the host holds DTR and reads. */
  get isOpen(): boolean {
    return this.#hasDtr && !this.#isStalled;
  }

  /** Answers a CDC class request; undefined for one that this firmware does not know. */
  classRequest(setup: Setup, data: Uint8Array): ControlReply | undefined {
    switch (setup.request) {
      case CDC_REQUEST.setLineCoding:
        if (data.length !== this.#lineCoding.length) return 'stall';
        return this.#setLineCoding(data);
      case CDC_REQUEST.getLineCoding:
        return { data: this.#lineCoding };
      case CDC_REQUEST.setControlLineState:
        this.#setDtr((setup.value & 1) === 1);
        return TAKEN;
      case CDC_REQUEST.sendBreak:
        return this.#surroundings.takesBreak ? TAKEN : 'stall';
      default:
        return undefined;
    }
  }

  /** What a bulk IN transfer of at most `length` bytes gets: it waits for output. Never ends when the transfer is cancelled. */
  read(length: number, cancelled: AbortSignal): Promise<Uint8Array> {
    this.#isStalled = false;
    const ready = this.#take(length);
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => {
      const give = (): void => {
        const bytes = this.#take(length);
        if (bytes === undefined) return;
        cancelled.removeEventListener('abort', leave);
        this.#readers = this.#readers.filter((one) => one !== give);
        resolve(bytes);
      };
      const leave = (): void => {
        this.#readers = this.#readers.filter((one) => one !== give);
      };
      this.#readers.push(give);
      cancelled.addEventListener('abort', leave);
    });
  }

  /** Writes as far as the host takes it; what is written to a closed port is dropped. */
  async write(bytes: Uint8Array): Promise<void> {
    const turn = this.#turn;
    let at = 0;
    while (at < bytes.length && this.isOpen && this.#turn === turn) {
      const room = this.#surroundings.transmitBytes - this.#buffered();
      if (room <= 0) {
        if (!(await this.#waitForRoom())) this.#isStalled = this.#hasDtr;
        continue;
      }
      this.#output.push(bytes.subarray(at, at + room));
      at += room;
      this.#readers[0]?.();
    }
  }

  #setLineCoding(data: Uint8Array): ControlReply {
    const before = rateOf(this.#lineCoding);
    this.#lineCoding = Uint8Array.from(data);
    this.#surroundings.onRate(this.#surroundings.reportsPreviousRate() ? before : rateOf(data));
    return TAKEN;
  }

  #setDtr(hasDtr: boolean): void {
    // Old output never appears to a host that has just opened the port.
    if (hasDtr && !this.#hasDtr) this.#output = [];
    if (hasDtr !== this.#hasDtr) this.#turn += 1;
    this.#hasDtr = hasDtr;
    this.#isStalled = false;
    for (const proceed of this.#room.splice(0)) proceed();
  }

  #take(length: number): Uint8Array | undefined {
    if (this.#output.length === 0) return undefined;
    const all = Buffer.concat(this.#output);
    this.#output = all.length > length ? [all.subarray(length)] : [];
    for (const proceed of this.#room.splice(0)) proceed();
    return Uint8Array.from(all.subarray(0, length));
  }

  #buffered(): number {
    return this.#output.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** Resolves true when something was read or DTR changed, false when the host did not read for too long. */
  async #waitForRoom(): Promise<boolean> {
    const freed = new AbortController();
    this.#room.push(() => freed.abort());
    await this.#surroundings.hostTimers.sleep(UNREAD_MS, AbortSignal.any([freed.signal, this.#surroundings.power]));
    return freed.signal.aborted;
  }
}

/** What the port needs of the unit around it. */
export type PortSurroundings = {
  readonly hostTimers: UnitClock;
  readonly power: AbortSignal;
  /** Size of the transmit buffer, in bytes (device-usb.md 2.3). */
  readonly transmitBytes: number;
  /** SEND_BREAK is accepted and ignored on Gen 2, stalled elsewhere. */
  readonly takesBreak: boolean;
  /** The other reading of the baud touch (usb-lab.md 5). */
  reportsPreviousRate(): boolean;
  /** The rate the firmware hears of with every SET_LINE_CODING. */
  onRate(rate: number): void;
};

const CDC_REQUEST = { setLineCoding: 0x20, getLineCoding: 0x21, setControlLineState: 0x22, sendBreak: 0x23 } as const;
const TAKEN: ControlReply = { data: new Uint8Array(0) };

/** A host that holds DTR and does not read for this long counts as gone (device-usb.md 2.3). */
const UNREAD_MS = 2500;

function rateOf(lineCoding: Uint8Array): number {
  return new DataView(lineCoding.buffer, lineCoding.byteOffset, lineCoding.byteLength).getUint32(0, true);
}
