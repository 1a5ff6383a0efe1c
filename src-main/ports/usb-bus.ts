import type { Failure } from '../domain/failure.ts';
import type { Platform } from '../domain/platform.ts';

/**
 * The physical USB position of a slot: bus number, dash, hub ports joined by dots, e.g. `1-1.3`. Equal to the sysfs
 * name, to libusb's bus and port numbers and to dfu-util's `-p` (device-usb.md 7.6). It stays the same when a unit
 * re-enumerates; the address does not.
 */
export type PortPath = string;

/** What the host sees of the unit: the console and control interface, or the DFU bootloader. Told apart by PID. */
export type UsbMode = 'normal' | 'dfu';

/** One enumeration of one unit on one port. Re-enumeration makes a new value with another address. */
export type UsbUnit = {
  readonly portPath: PortPath;
  readonly mode: UsbMode;
  readonly platform: Platform;
  readonly vendorId: number;
  readonly productId: number;
  /** iSerialNumber exactly as the unit sent it (dfu-util compares it byte for byte); may be a factory constant. */
  readonly usbSerial: string;
  /** iProduct, for the record only. */
  readonly product: string;
  /** Changes with every enumeration; tells two enumerations on one port apart. */
  readonly address: number;
};

export type BusEvent =
  | { readonly kind: 'arrived'; readonly unit: UsbUnit }
  | { readonly kind: 'removed'; readonly portPath: PortPath; readonly address: number }
  /** A device that could not be read (permission, unknown PID), named so that the operator can be told. */
  | { readonly kind: 'trouble'; readonly portPath: PortPath; readonly failure: Failure };

/** An 8-byte SETUP packet, fields as in USB 2.0 table 9-2. Recipient device or interface, type vendor or class. */
export type SetupPacket = {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
};

/**
 * EP0 of one enumeration of a unit. Every call has a deadline and ends at once on abort or unplug, rejecting with a
 * StationError: `usb/transfer-failed` (evidence.reason: 'stall' | 'timeout' | 'gone' | 'other'), `usb/no-permission`.
 */
export interface ControlPipe {
  /** Device-to-host transfer; resolves with the bytes the unit sent, at most `length`. */
  transferIn(setup: SetupPacket, length: number, timeoutMs: number): Promise<Uint8Array>;
  /** Host-to-device transfer. */
  transferOut(setup: SetupPacket, data: Uint8Array, timeoutMs: number): Promise<void>;
  /**
   * Claims an interface and selects one of its alternate settings, which transfers to an interface need: DFU mode's reads. Held
   * until `close`. Rejects as a transfer does, with reason 'other' while another program holds the interface.
   */
  claim(interfaceNumber: number, alternate: number): Promise<void>;
  /** Releases what was claimed, then the unit. */
  close(): Promise<void>;
}

/** Which units are plugged in, in which port, in which mode. */
export interface UsbBus {
  /** The units present now. Opens none of them. */
  list(): Promise<readonly UsbUnit[]>;
  /**
   * Tells of every arrival and removal from now on, in order, each once. First starts watching, then reports what is
   * present as arrivals, so nothing is missed between a list and a subscription. Returns the unsubscribe function.
   * Throws `usb/unavailable` where there is no USB bus at all.
   */
  subscribe(listener: (event: BusEvent) => void): () => void;
  /** Opens EP0 of this very enumeration; `usb/transfer-failed` if it is gone. Needs no interface claim. */
  openControl(unit: UsbUnit): Promise<ControlPipe>;
  /** Stops watching; nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}
