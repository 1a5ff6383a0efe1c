import { failure, StationError } from '../../domain/failure.ts';
import { platformByUsb } from '../../domain/platform.ts';
import type { BusEvent, ControlPipe, UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import type { TransferAnswer } from '../unit/usb-function.ts';
import { REQUEST } from '../usbip/usb-descriptors.ts';
import type { HostEvent, HostedUnit, VirtualHost } from './virtual-host.ts';

/** The USB edge over the in-process line. Nothing above it can tell it from the real one. */
export function createVirtualUsbBus(host: VirtualHost): UsbBus {
  const unsubscribers = new Set<() => void>();
  let isClosed = false;

  return {
    async list() {
      return isClosed
        ? []
        : host
            .present()
            .map(usbUnitOf)
            .filter((unit) => unit !== undefined);
    },
    subscribe(listener) {
      if (isClosed) return () => {};
      const tell = inTurns(listener);
      const unsubscribe = host.subscribe((event) => tell(busEventOf(event)));
      for (const unit of host.present()) tell(busEventOf({ kind: 'arrived', unit }));
      const stop = (): void => {
        tell.stop();
        unsubscribe();
        unsubscribers.delete(stop);
      };
      unsubscribers.add(stop);
      return stop;
    },
    async openControl(unit) {
      const hosted = host.present().find((one) => one.portPath === unit.portPath && one.address === unit.address);
      if (isClosed || hosted === undefined)
        throw transferFailed('gone', `no unit at ${unit.portPath} any more`, unit.portPath);
      return openPipe(hosted);
    },
    async close() {
      isClosed = true;
      for (const stop of [...unsubscribers]) stop();
    },
  };
}

/** What the station calls this enumeration; undefined for a product ID it does not know. */
function usbUnitOf(hosted: HostedUnit): UsbUnit | undefined {
  const { vendorId, productId } = hosted.descriptors.device;
  const known = platformByUsb(vendorId, productId);
  if (known === undefined) return undefined;
  const { portPath, address, serial, product } = hosted;
  return { portPath, address, ...known, vendorId, productId, usbSerial: serial, product };
}

function busEventOf(event: HostEvent): BusEvent {
  switch (event.kind) {
    case 'trouble':
      return event;
    case 'removed':
      return { kind: 'removed', portPath: event.unit.portPath, address: event.unit.address };
    case 'arrived': {
      const unit = usbUnitOf(event.unit);
      if (unit !== undefined) return { kind: 'arrived', unit };
      const { portPath, descriptors } = event.unit;
      const id = `${hex(descriptors.device.vendorId)}:${hex(descriptors.device.productId)}`;
      const detail = `USB device ${id} on port ${portPath} is no unit the station knows`;
      return { kind: 'trouble', portPath, failure: failure('unit/unknown-platform', detail, { usb: id }) };
    }
  }
}

/** Events reach the listener one after the other and never inside the call that caused them, or inside `subscribe`. */
function inTurns(listener: (event: BusEvent) => void): ((event: BusEvent) => void) & { stop(): void } {
  let isStopped = false;
  const tell = (event: BusEvent): void =>
    queueMicrotask(() => {
      if (!isStopped) listener(event);
    });
  return Object.assign(tell, {
    stop() {
      isStopped = true;
    },
  });
}

function openPipe(hosted: HostedUnit): ControlPipe {
  const closing = new AbortController();
  const { usbFunction, portPath } = hosted;

  const run = async (
    start: (signal: AbortSignal) => Promise<TransferAnswer>,
    timeoutMs: number,
  ): Promise<Uint8Array> => {
    if (closing.signal.aborted) throw transferFailed('other', 'the control pipe is closed', portPath);
    const giveUp = new AbortController();
    const abort = (): void => giveUp.abort();
    const deadline = setTimeout(abort, timeoutMs);
    closing.signal.addEventListener('abort', abort, { once: true });
    try {
      const answer = await start(giveUp.signal);
      if (answer.kind === 'done') return answer.data;
      if (answer.kind !== 'cancelled') throw transferFailed(answer.kind, `control transfer: ${answer.kind}`, portPath);
      if (closing.signal.aborted) throw transferFailed('other', 'the control pipe was closed', portPath);
      throw transferFailed('timeout', `no answer to a control transfer in ${timeoutMs} ms`, portPath);
    } finally {
      clearTimeout(deadline);
      closing.signal.removeEventListener('abort', abort);
    }
  };

  return {
    async transferIn(setup, length, timeoutMs) {
      const nothing = new Uint8Array(0);
      const data = await run((signal) => usbFunction.control({ ...setup, length }, nothing, signal), timeoutMs);
      return data.slice(0, length);
    },
    async transferOut(setup, data, timeoutMs) {
      const copy = data.slice();
      await run((signal) => usbFunction.control({ ...setup, length: copy.length }, copy, signal), timeoutMs);
    },
    async claim(interfaceNumber, alternate) {
      const setup = {
        requestType: STANDARD_TO_INTERFACE,
        request: REQUEST.setInterface,
        value: alternate,
        index: interfaceNumber,
        length: 0,
      };
      await run((signal) => usbFunction.control(setup, new Uint8Array(0), signal), CLAIM_MS);
    },
    async close() {
      closing.abort();
    },
  };
}

const STANDARD_TO_INTERFACE = 0x01;
const CLAIM_MS = 5000;

function transferFailed(
  reason: 'stall' | 'timeout' | 'gone' | 'other',
  detail: string,
  portPath: string,
): StationError {
  return new StationError('usb/transfer-failed', detail, { evidence: { reason, portPath } });
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
