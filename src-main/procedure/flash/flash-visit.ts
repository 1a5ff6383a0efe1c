import { StationError } from '../../domain/failure.ts';
import type { FlashJob, FlashOptions, FlashReader, FlashReport } from '../../ports/flasher.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { StepContext } from '../procedure.ts';

/** One visit to DFU mode: reads and writes of one unit, one after the other, on the one enumeration it began with. */
export type FlashVisit = {
  /** The reader of an alternate setting; kept open until something else is asked. */
  reader(alt: number): Promise<FlashReader>;
  write(job: Omit<FlashJob, 'unit' | 'leave'>, onProgress: FlashOptions['onProgress']): Promise<FlashReport>;
  /** Sends the unit out of DFU mode. */
  leave(): Promise<void>;
  /** Gives the unit free; never rejects. */
  close(): Promise<void>;
};

/**
 * Gives up on a write that made no progress for this long. The longest single operation of a chip is about 2 s (device-usb.md 6.7), and
 * dfu-util itself gives a transfer 5 s.
 */
export const STALL_MS = 10_000;

/** How long a unit may stay busy before it can be read: with what an earlier write began, and no more. */
export const BUSY_MS = 6_000;

/**
 * Begins a visit. What shows up in the place of the unit in the middle of it may be another unit, which an old bootloader's serial does
 * not tell, so every call rejects with `flash/unit-not-found` once the enumeration is another.
 */
export function beginVisit(
  unit: UsbUnit,
  { ports, presence, signal, budget }: Pick<StepContext, 'ports' | 'presence' | 'signal' | 'budget'>,
): FlashVisit {
  let open: { readonly alt: number; readonly reader: FlashReader } | undefined;

  const same = (): UsbUnit => {
    const present = presence.current();
    if (present?.address === unit.address) return present;
    const detail = `The unit left DFU mode on port ${unit.portPath}, and not because it was told to.`;
    throw new StationError('flash/unit-not-found', detail);
  };
  const close = async (): Promise<void> => {
    const closing = open;
    open = undefined;
    await closing?.reader.close();
  };
  const reader = async (alt: number): Promise<FlashReader> => {
    const present = same();
    if (open?.alt === alt) return open.reader;
    await close();
    open = { alt, reader: await ports.flasher.openReader(present, alt, { signal, stallMs: budget(BUSY_MS) }) };
    return open.reader;
  };

  return {
    reader,
    async write(job, onProgress) {
      const present = same();
      await close();
      return ports.flasher.write(
        { ...job, unit: present, leave: false },
        { signal, stallMs: budget(STALL_MS), ...(onProgress === undefined ? {} : { onProgress }) },
      );
    },
    async leave() {
      await (await reader(open?.alt ?? 0)).leave();
      await close();
    },
    close,
  };
}
