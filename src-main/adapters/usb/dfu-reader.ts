import { StationError } from '../../domain/failure.ts';
import type { FlashReader } from '../../ports/flasher.ts';
import type { ControlPipe, UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import { DFU_TRANSFER_BYTES, DFUSE_FIRST_DATA_BLOCK } from '../../protocol/dfu.ts';
import { createDfuRequests, DFU_INTERFACE, type DfuRequests } from './dfu-requests.ts';
import { reachIdle, requireOk, setPointer, unlessStalled } from './dfu-states.ts';
import { isStall, usbFailureReason } from './usb-errors.ts';

/**
 * Opens one alternate setting of a unit in DFU mode for reading, without a program: EP0 requests over the bus, because starting
 * dfu-util costs more than looking (device-usb.md 6). Only the enumeration that is meant is opened: same port, same address, same
 * serial. Rejects with `flash/unit-not-found`, `flash/stalled`, `flash/tool-failed` (another program has it), `usb/no-permission`.
 * On Windows and macOS UNVERIFIED; the requests are the same there.
 */
export async function openDfuReader(
  bus: UsbBus,
  unit: UsbUnit,
  alt: number,
  options: { readonly signal: AbortSignal; readonly stallMs: number },
): Promise<FlashReader> {
  const { signal } = options;
  const explained = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      if (signal.aborted) throw signal.reason;
      return await work();
    } catch (thrown) {
      throw explain(thrown, unit, signal);
    }
  };
  const pipe = await explained(() => openPipe(bus, unit));
  // Closing the pipe is what ends a transfer that is under way.
  const onAbort = (): void => void pipe.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const release = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    await pipe.close();
  };
  const memory = createMemory(createDfuRequests(pipe, Math.min(TRANSFER_MS, options.stallMs)), options);
  try {
    await explained(async () => {
      await pipe.claim(DFU_INTERFACE, alt).catch((thrown: unknown) => {
        throw usbFailureReason(thrown) === 'other' ? heldElsewhere(unit, thrown) : thrown;
      });
      await memory.calm();
    });
  } catch (thrown) {
    await release();
    throw thrown;
  }
  return {
    read: (address, sizeBytes, onProgress) => explained(() => memory.read(address, sizeBytes, onProgress)),
    leave: () => explained(() => memory.leave()),
    async close() {
      if (!signal.aborted) await memory.rest().catch(() => undefined);
      await release().catch(() => undefined);
    },
  };
}

/** The longest single operation of a chip, a sector of 128 KB, takes 2 s (device-usb.md 6.7); the reference tools wait 5 s. */
const TRANSFER_MS = 5_000;
/** Block numbers have 16 bits. */
const LAST_BLOCK = 0xffff;

async function openPipe(bus: UsbBus, unit: UsbUnit): Promise<ControlPipe> {
  const present = (await bus.list()).find((one) => one.portPath === unit.portPath && one.address === unit.address);
  const isMeant = present?.usbSerial === unit.usbSerial && present.productId === unit.productId;
  if (present?.mode !== 'dfu' || !isMeant) {
    const detail = `The unit in DFU mode that is meant is not on ${unit.portPath} any more.`;
    throw new StationError('flash/unit-not-found', detail);
  }
  return bus.openControl(unit);
}

/** The memory behind the alternate setting: pointer and block numbers, and in which state the last request left the unit. */
function createMemory(dfu: DfuRequests, { signal, stallMs }: { signal: AbortSignal; stallMs: number }) {
  let pointer: number | undefined;
  let isUploading = false;
  let hasLeft = false;

  const abortUpload = async (): Promise<void> => {
    if (isUploading) await dfu.abort();
    isUploading = false;
  };
  const blockAt = (address: number): number | undefined => {
    if (pointer === undefined || address < pointer || (address - pointer) % DFU_TRANSFER_BYTES !== 0) return undefined;
    const block = (address - pointer) / DFU_TRANSFER_BYTES + DFUSE_FIRST_DATA_BLOCK;
    return block <= LAST_BLOCK ? block : undefined;
  };
  const point = async (address: number): Promise<number> => {
    const block = blockAt(address);
    if (block !== undefined) return block;
    await abortUpload();
    pointer = undefined;
    await setPointer(dfu, address, stallMs, signal);
    pointer = address;
    return DFUSE_FIRST_DATA_BLOCK;
  };
  const calm = async (): Promise<void> => {
    pointer = undefined;
    isUploading = false;
    await reachIdle(dfu, stallMs, signal);
  };
  const readBlock = async (address: number, length: number): Promise<Uint8Array> => {
    const block = await point(address);
    isUploading = true;
    const bytes = await dfu.upload(block, length);
    if (bytes.length === length) return bytes;
    const what = `reading ${length} bytes at 0x${address.toString(16)}`;
    requireOk(await dfu.getStatus(), what);
    throw new StationError('usb/transfer-failed', `The unit gave ${bytes.length} bytes on ${what}.`, {
      evidence: { reason: 'other' },
    });
  };

  return {
    calm,
    async read(address: number, sizeBytes: number, onProgress?: (doneBytes: number) => void): Promise<Uint8Array> {
      if (hasLeft) throw new StationError('run/bug', 'A unit that was sent out of DFU mode cannot be read.');
      const all = new Uint8Array(sizeBytes);
      for (let at = 0; at < sizeBytes; at += DFU_TRANSFER_BYTES) {
        const length = Math.min(DFU_TRANSFER_BYTES, sizeBytes - at);
        const bytes = await readBlock(address + at, length).catch(async (thrown: unknown) => {
          if (!isStall(thrown)) throw thrown;
          // Once more from a clean state; a unit that really will not be read says so again.
          await calm();
          return await readBlock(address + at, length);
        });
        all.set(bytes, at);
        onProgress?.(at + length);
      }
      return all;
    },
    /** An empty block and exactly one GETSTATUS: one more would cancel the restart on Gen 3 (device-usb.md 3.3). */
    async leave(): Promise<void> {
      await abortUpload();
      hasLeft = true;
      await dfu.download(DFUSE_FIRST_DATA_BLOCK, new Uint8Array(0));
      try {
        await dfu.getStatus();
      } catch (thrown) {
        // Bootloaders before 0.4.5 restart inside this very request (device-usb.md 3.3); a stall is a refusal.
        if (isStall(thrown)) throw thrown;
      }
    },
    async rest(): Promise<void> {
      if (!hasLeft && isUploading) await unlessStalled(abortUpload());
    },
  };
}

function heldElsewhere(unit: UsbUnit, cause: unknown): StationError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const detail = `The DFU interface of the unit on ${unit.portPath} cannot be had: ${why}`;
  return new StationError('flash/tool-failed', detail, { cause });
}

/** An abort ends transfers by closing the pipe under them, so it is asked first. */
function explain(thrown: unknown, unit: UsbUnit, signal: AbortSignal): unknown {
  if (signal.aborted) return new StationError('run/aborted', `Reading the unit on ${unit.portPath} was aborted.`);
  switch (usbFailureReason(thrown)) {
    case 'gone':
      return new StationError('flash/unit-not-found', `The unit left ${unit.portPath} while it was read.`, {
        cause: thrown,
      });
    case 'timeout':
      return new StationError('flash/stalled', `The unit on ${unit.portPath} does not answer in DFU mode.`, {
        cause: thrown,
      });
    default:
      return thrown;
  }
}
