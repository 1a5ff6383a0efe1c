import type { Flasher } from '../../src-main/ports/flasher.ts';
import type { UnitConsole } from '../../src-main/ports/unit-console.ts';
import type { UnitControl } from '../../src-main/ports/unit-control.ts';
import type { BusEvent, UsbBus, UsbMode, UsbUnit } from '../../src-main/ports/usb-bus.ts';

// The acceptance suites of the four edges are written once and run on every bench: the in-process virtual line in `npm test`,
// and the same virtual units as USB devices of a real kernel in the virtual machine.

/** The edges under test, and hands to plug units in. */
export type Bench = {
  readonly bus: UsbBus;
  readonly control: UnitControl;
  readonly console: UnitConsole;
  readonly flasher: Flasher;
  /** The longest a unit may take for anything it does, in real milliseconds. */
  readonly patienceMs: number;
  /**
   * A new unit as it leaves the factory, in a free port and with power. Does not wait for it to come onto the bus. The bench
   * has two ports; units of earlier tests have been pulled out.
   */
  plugIn(platform: BenchPlatform, faults?: readonly string[]): Promise<BenchUnit>;
  /** Pulls every unit out and waits until the bus is empty. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export type BenchPlatform = 'electron' | 'boron' | 'b5som' | 'p2' | 'msom';

/** The truth about a unit, known from the other side of the wire. */
export type BenchUnit = {
  readonly platform: BenchPlatform;
  readonly portPath: string;
  readonly deviceId: string;
  readonly serialNumber: string;
  /** Undefined on platforms without one; must never be seen. */
  readonly mobileSecret: string | undefined;
  readonly imei: string;
  readonly iccid: string;
  readonly deviceOs: string;
  unplug(): Promise<void>;
  readFlash(address: number, sizeBytes: number): Promise<Uint8Array>;
};

export type OpenBench = () => Promise<Bench>;

/** Where a product binary goes, by platform (device-usb.md 6.6). */
export const USER_PART: Readonly<Record<BenchPlatform, number>> = {
  electron: 0x0808_0000,
  boron: 0x000b_4000,
  b5som: 0x000b_4000,
  // Ends at 0x08600000 and begins where its size says; the lowest address it may begin at.
  p2: 0x0848_0000,
  msom: 0x0848_0000,
};

/** Listens to a bus and lets a test wait for what it has heard. */
export function watchBus(bench: Bench): {
  readonly events: readonly BusEvent[];
  /** Waits for an arrival on this port in this mode; `after` excludes the enumeration with that address and earlier ones. */
  arrival(portPath: string, mode: UsbMode, after?: UsbUnit): Promise<UsbUnit>;
  removal(unit: UsbUnit): Promise<void>;
  until(what: string, isSo: (events: readonly BusEvent[]) => boolean): Promise<void>;
  stop(): void;
} {
  const events: BusEvent[] = [];
  let changed = Promise.withResolvers<void>();
  const stop = bench.bus.subscribe((event) => {
    events.push(event);
    changed.resolve();
    changed = Promise.withResolvers<void>();
  });
  const until = async (what: string, isSo: (events: readonly BusEvent[]) => boolean): Promise<void> => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`waited in vain for ${what}`)), bench.patienceMs);
    try {
      while (!isSo(events)) await Promise.race([changed.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  const find = (portPath: string, mode: UsbMode, after: UsbUnit | undefined): UsbUnit | undefined => {
    const seen = after === undefined ? -1 : events.findIndex((one) => isArrivalOf(one, after));
    const event = events
      .slice(seen + 1)
      .find((one) => one.kind === 'arrived' && one.unit.portPath === portPath && one.unit.mode === mode);
    return event?.kind === 'arrived' ? event.unit : undefined;
  };
  return {
    events,
    until,
    stop,
    async arrival(portPath, mode, after) {
      await until(`${mode} on ${portPath}`, () => find(portPath, mode, after) !== undefined);
      const unit = find(portPath, mode, after);
      if (unit === undefined) throw new Error('it was there a moment ago');
      return unit;
    },
    removal: (unit) =>
      until(`the removal of ${unit.portPath}`, () =>
        events.some((one) => one.kind === 'removed' && one.portPath === unit.portPath && one.address === unit.address),
      ),
  };
}

/** Plugs a unit in and waits until the bus has it. */
export async function plugInAndWait(
  bench: Bench,
  platform: BenchPlatform,
  faults: readonly string[] = [],
): Promise<{ readonly truth: BenchUnit; readonly unit: UsbUnit }> {
  const watch = watchBus(bench);
  try {
    const truth = await bench.plugIn(platform, faults);
    return { truth, unit: await watch.arrival(truth.portPath, 'normal') };
  } finally {
    watch.stop();
  }
}

/** Sends a unit into DFU mode by the baud touch, which every Device OS knows, and waits until it is there. */
export async function intoDfu(bench: Bench, unit: UsbUnit): Promise<UsbUnit> {
  const watch = watchBus(bench);
  try {
    await bench.console.touch(unit, 14400, untimed(bench));
    return await watch.arrival(unit.portPath, 'dfu');
  } finally {
    watch.stop();
  }
}

/** Options of a wait that is not expected to end by itself. */
export function untimed(bench: Bench): { readonly timeoutMs: number; readonly signal: AbortSignal } {
  return { timeoutMs: bench.patienceMs, signal: new AbortController().signal };
}

/** Bytes that are never all ones or all zeros, the same for the same seed. */
export function someBytes(size: number, seed: number): Uint8Array {
  let state = seed * 2654435761 + 1;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

function isArrivalOf(event: BusEvent, unit: UsbUnit): boolean {
  return event.kind === 'arrived' && event.unit.portPath === unit.portPath && event.unit.address === unit.address;
}
