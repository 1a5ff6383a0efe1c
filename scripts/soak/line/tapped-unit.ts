import type { PluggableUnit } from '../../../src-main/virtual/line/virtual-line.ts';
import type { TransferAnswer, UnitClock, UsbFunction, UsbSocket } from '../../../src-main/virtual/unit/usb-function.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

/** When the plug is pulled: at a byte of all traffic of the unit, or at a transfer, counted from the first one of its life. */
export type Cut = {
  readonly at: { readonly byte: number } | { readonly transfer: number };
  /** Before the unit sees the transfer, while it works on it, or so many ms of unit time after it (in the middle of an erase, say). */
  readonly when: 'before' | 'during' | { readonly laterMs: number };
};

/** A virtual unit on a line whose traffic is counted, and whose plug can be pulled at any point of it. */
export type TappedUnit = PluggableUnit & {
  readonly unit: VirtualUnit;
  readonly traffic: { readonly bytes: number; readonly transfers: number };
  /** True once the plug has been pulled by a cut. */
  readonly wasCut: boolean;
  /** Pulls the plug when the traffic gets there; `pull` is the hand that takes the unit out of its slot. */
  cutAt(cut: Cut, pull: () => void): void;
};

/** Puts a tap between a unit and its socket. `clock` is the unit's own. */
export function tapUnit(unit: VirtualUnit, clock: UnitClock): TappedUnit {
  let bytes = 0;
  let transfers = 0;
  let wasCut = false;
  let pending: { readonly cut: Cut; readonly pull: () => void } | undefined;

  const pullNow = (pull: () => void): void => {
    wasCut = true;
    pull();
  };
  const pass = async (size: number, run: () => Promise<TransferAnswer>): Promise<TransferAnswer> => {
    bytes += size;
    transfers += 1;
    if (pending === undefined || !isReached(pending.cut, bytes, transfers)) return run();
    const { cut, pull } = pending;
    pending = undefined;
    if (cut.when === 'before') {
      pullNow(pull);
      return { kind: 'gone' };
    }
    if (cut.when === 'during') setImmediate(() => pullNow(pull));
    else void clock.sleep(cut.when.laterMs).then(() => pullNow(pull));
    return run();
  };
  const tap = (usb: UsbFunction): UsbFunction => ({
    speed: usb.speed,
    gone: usb.gone,
    control: (setup, data, signal) => pass(SETUP_BYTES + setup.length, () => usb.control(setup, data, signal)),
    transferOut: (endpoint, data, signal) => pass(data.length, () => usb.transferOut(endpoint, data, signal)),
    transferIn: (endpoint, length, signal) => usb.transferIn(endpoint, length, signal),
  });

  return {
    unit,
    get traffic() {
      return { bytes, transfers };
    },
    get wasCut() {
      return wasCut;
    },
    cutAt: (cut, pull) => {
      pending = { cut, pull };
    },
    plugInto: (socket: UsbSocket) =>
      unit.plugInto({ ...socket, attached: (usb) => socket.attached(tap(usb)), detached: () => socket.detached() }),
    unplug: () => unit.unplug(),
  };
}

const SETUP_BYTES = 8;

function isReached({ at }: Cut, bytes: number, transfers: number): boolean {
  return 'byte' in at ? bytes >= at.byte : transfers >= at.transfer;
}
