/** An 8-byte SETUP packet as it is on the wire. */
export type Setup = {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
};

/** How a transfer ended. `gone`: the unit left the bus before it completed. `cancelled`: the host gave up (CMD_UNLINK). */
export type TransferAnswer =
  | { readonly kind: 'done'; readonly data: Uint8Array }
  | { readonly kind: 'stall' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'cancelled' };

/**
 * One enumeration of a virtual unit: all that a host controller can do to it. The unit does not know who is at the other end:
 * a Linux kernel over USB/IP, or the in-process line. A promise stays pending as long as the real unit would NAK; it never
 * rejects. SET_ADDRESS never arrives here (host controllers answer it).
 */
export interface UsbFunction {
  readonly speed: 'full';
  /** A control transfer on EP0, `data` being the OUT data stage (empty for IN). IN data is at most `setup.length`. */
  control(setup: Setup, data: Uint8Array, signal?: AbortSignal): Promise<TransferAnswer>;
  /** A bulk or interrupt OUT transfer; `endpoint` without the direction bit. */
  transferOut(endpoint: number, data: Uint8Array, signal?: AbortSignal): Promise<TransferAnswer>;
  /** A bulk or interrupt IN transfer of at most `length` bytes; pending until there is data. */
  transferIn(endpoint: number, length: number, signal?: AbortSignal): Promise<TransferAnswer>;
  /** Aborts when this enumeration leaves the bus. */
  readonly gone: AbortSignal;
}

/** Where a unit is plugged in. The unit calls it on every enumeration. */
export interface UsbSocket {
  attached(usbFunction: UsbFunction): void;
  detached(): void;
  /** The wire this socket shares with its neighbours; absent where it has one of its own. */
  readonly wire?: UsbWire;
}

/** A full-speed wire that several units share: one transfer at a time, in the order they come. */
export interface UsbWire {
  /** Resolves once a transfer of this many milliseconds of the clock's time has passed over the wire; never rejects. */
  carry(milliseconds: number, clock: UnitClock, signal: AbortSignal): Promise<void>;
}

/** Time of a virtual unit: real time, or scaled so that tests need not wait for chips. */
export interface UnitClock {
  /** Milliseconds of the unit's own time. */
  now(): number;
  /** Resolves after that much unit time; resolves early (never rejects) when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
