import type { ControlPipe, SetupPacket } from '../../ports/usb-bus.ts';
import type { NodeUsbDevice, NodeUsbSetup } from './node-usb-device.ts';
import { type UsbErrorKind, usbError, usbErrorKind } from './usb-errors.ts';

/**
 * EP0 of an open device of the `usb` package. `gone` aborts when this enumeration leaves the bus; `isPresent` looks whether it
 * is still there, because a transfer cut by an unplug first fails as a bus fault and only then as a removal.
 */
export function createNodeUsbPipe(
  device: NodeUsbDevice,
  options: {
    readonly portPath: string;
    readonly gone: AbortSignal;
    readonly isPresent: () => Promise<boolean>;
    readonly onClose: () => void;
  },
): ControlPipe {
  const closed = new AbortController();
  const over = AbortSignal.any([options.gone, closed.signal]);
  const underWay = new Set<Promise<unknown>>();
  const claimed = new Set<number>();
  let isClosing = false;

  const guarded = async <Value>(what: string, timeoutMs: number, work: () => Promise<Value>): Promise<Value> => {
    if (over.aborted) throw usbError('gone', what);
    const leave = Promise.withResolvers<never>();
    const onOver = (): void => leave.reject(usbError('gone', what));
    over.addEventListener('abort', onOver, { once: true });
    // The package ends a transfer at its own deadline; this one only catches a package that does not.
    const lapse = setTimeout(() => leave.reject(usbError('timeout', what)), timeoutMs + LAPSE_MS);
    const transfer = work();
    underWay.add(transfer);
    transfer.catch(() => undefined).finally(() => underWay.delete(transfer));
    try {
      return await Promise.race([transfer, leave.promise]);
    } catch (thrown) {
      throw await explain(what, thrown, options.isPresent);
    } finally {
      clearTimeout(lapse);
      over.removeEventListener('abort', onOver);
    }
  };

  return {
    transferIn(setup, length, timeoutMs) {
      const what = describe('IN', setup, options.portPath);
      return guarded(what, timeoutMs, async () => {
        const { data, status } = await device.controlTransferIn(toNodeUsb(setup), length, timeoutMs);
        if (data === undefined) throw usbError(status === 'stall' ? 'stall' : 'other', what);
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(0, length);
      });
    },
    transferOut(setup, data, timeoutMs) {
      const what = describe('OUT', setup, options.portPath);
      return guarded(what, timeoutMs, async () => {
        // Always with an array: the package throws a TypeError without one, even for an empty data stage (workbench.md D).
        const { status } = await device.controlTransferOut(toNodeUsb(setup), Uint8Array.from(data), timeoutMs);
        if (status === 'stall') throw usbError('stall', what);
      });
    },
    claim(interfaceNumber, alternate) {
      const what = `claiming interface ${interfaceNumber}, alternate setting ${alternate}, on ${options.portPath}`;
      return guarded(what, CLAIM_MS, async () => {
        if (!claimed.has(interfaceNumber)) await device.claimInterface(interfaceNumber);
        claimed.add(interfaceNumber);
        await device.selectAlternateInterface(interfaceNumber, alternate);
      });
    },
    async close() {
      if (isClosing) return;
      isClosing = true;
      closed.abort();
      options.onClose();
      const release = async (): Promise<void> => {
        // The package cannot cancel a transfer, and throws when a device is closed under one; it ends at its own deadline.
        await Promise.allSettled(underWay);
        for (const interfaceNumber of claimed) await device.releaseInterface(interfaceNumber).catch(() => undefined);
        await device.close();
      };
      const released = release().catch(() => undefined);
      if (underWay.size === 0) await released;
    },
  };
}

const LAPSE_MS = 1000;
const CLAIM_MS = 5000;
const REMOVAL_LAG_MS = 250;

const TYPES = ['standard', 'class', 'vendor'] as const;
const RECIPIENTS = ['device', 'interface', 'endpoint', 'other'] as const;

function toNodeUsb(setup: SetupPacket): NodeUsbSetup {
  return {
    requestType: TYPES[(setup.requestType >> 5) & 3] ?? 'vendor',
    recipient: RECIPIENTS[setup.requestType & 0x1f] ?? 'other',
    request: setup.request,
    value: setup.value,
    index: setup.index,
  };
}

async function explain(what: string, thrown: unknown, isPresent: () => Promise<boolean>): Promise<Error> {
  if (thrown instanceof Error && thrown.name === 'StationError') return thrown;
  let kind: UsbErrorKind = usbErrorKind(thrown);
  if (kind === 'other') {
    await new Promise((resolve) => setTimeout(resolve, REMOVAL_LAG_MS));
    if (!(await isPresent().catch(() => false))) kind = 'gone';
  }
  return usbError(kind, what, thrown);
}

function describe(direction: string, setup: SetupPacket, portPath: string): string {
  const byte = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;
  return `control ${direction} ${byte(setup.requestType)} ${byte(setup.request)} value ${setup.value} index ${setup.index} on ${portPath}`;
}
