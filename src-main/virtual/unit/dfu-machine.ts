import { DFU_TRANSFER_BYTES, DFUSE_FIRST_DATA_BLOCK } from '../../protocol/dfu.ts';
import type { StartWish } from './boot.ts';
import type { ControlReply } from './enumeration.ts';
import type { Setup, UnitClock } from './usb-function.ts';

/** The DFU state machine of a bootloader: it answers the class requests of interface 0. */
export type DfuMachine = {
  request(setup: Setup, data: Uint8Array): Promise<ControlReply>;
};

/** What a machine needs of the unit around it. */
export type DfuSurroundings = {
  readonly clock: UnitClock;
  readonly power: AbortSignal;
  /** String index of the text behind errVENDOR. */
  readonly vendorErrorString: number;
  isProtected(): boolean;
  restart(wish: StartWish): void;
};

/** Address of a data block: the pointer plus whole blocks from number 2 on (device-usb.md 6.1). */
export function blockAddress(pointer: number, block: number): number {
  return pointer + (block - DFUSE_FIRST_DATA_BLOCK) * DFU_TRANSFER_BYTES;
}

/** A DfuSe command with an address: one byte, then u32; undefined for any other length. */
export function commandAddress(command: Uint8Array): number | undefined {
  if (command.length !== 5) return undefined;
  return new DataView(command.buffer, command.byteOffset, command.byteLength).getUint32(1, true);
}

/**
 * Time from the leave request to the reset (device-usb.md 3.3). RTL872x counts as many passes of its main loop, whose length is in no
 * sheet: UNVERIFIED there.
 */
export const LEAVE_MS = 500;

/** An OUT request taken. */
export const TAKEN: ControlReply = { data: new Uint8Array(0) };
