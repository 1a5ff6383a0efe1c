import type { DeviceId } from '../domain/device-id.ts';
import { StationError } from '../domain/failure.ts';
import type { BusEvent, UsbBus, UsbUnit } from '../ports/usb-bus.ts';

/**
 * The unit of one run, followed on its port through every re-enumeration. The invariant it keeps: same slot, same device ID, or
 * the run stops.
 *
 *   absent --arrives--> present --leaves, restart allowed--> restarting --arrives--> present
 *                          |                                     |
 *                          | leaves, restart not allowed         | arrives with another device ID
 *                          v                                     v
 *                        lost (unit/unplugged)                 lost (unit/replaced)
 */
export type UnitPresence = {
  /** The unit's present enumeration; undefined while it is away. */
  readonly current: () => UsbUnit | undefined;
  /** Resolves with the first enumeration, present or coming, that `accepts`; rejects with the signal's reason. */
  readonly waitFor: (accepts: (unit: UsbUnit) => boolean, signal: AbortSignal) => Promise<UsbUnit>;
  /** From now on the unit may leave and come back. */
  readonly allowRestart: () => void;
  /** From now on leaving means unplugged. */
  readonly forbidRestart: () => void;
  /** From now on whatever arrives on this port must carry this device ID. */
  readonly bind: (deviceId: DeviceId) => void;
  /** Aborts, with a StationError as its reason, when the unit is lost. */
  readonly lost: AbortSignal;
  readonly end: () => void;
};

/** Follows the port from now on. Nothing is opened; only arrivals and removals are watched. */
export function followUnit(bus: UsbBus, portPath: string): UnitPresence {
  const lost = new AbortController();
  const waiting = new Set<() => void>();
  let unit: UsbUnit | undefined;
  let hasBeenSeen = false;
  let mayRestart = false;
  let boundTo: DeviceId | undefined;

  const lose = (error: StationError): void => {
    if (!lost.signal.aborted) lost.abort(error);
  };

  const onEvent = (event: BusEvent): void => {
    if (event.kind === 'arrived' && event.unit.portPath === portPath) {
      if (boundTo !== undefined && shownDeviceId(event.unit) !== undefined && shownDeviceId(event.unit) !== boundTo) {
        lose(
          new StationError('unit/replaced', `The slot holds ${event.unit.usbSerial} now; the run is about ${boundTo}.`),
        );
        return;
      }
      unit = event.unit;
      hasBeenSeen = true;
      for (const check of [...waiting]) check();
    } else if (event.kind === 'removed' && event.portPath === portPath && unit?.address === event.address) {
      unit = undefined;
      if (hasBeenSeen && !mayRestart) lose(new StationError('unit/unplugged', `The unit left port ${portPath}.`));
    } else if (event.kind === 'trouble' && event.portPath === portPath) {
      lose(new StationError(event.failure.code, event.failure.detail));
    }
  };
  const unsubscribe = bus.subscribe(onEvent);

  return {
    current: () => unit,
    waitFor: (accepts, signal) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          waiting.delete(check);
          signal.removeEventListener('abort', onAbort);
        };
        const check = (): void => {
          if (unit === undefined || !accepts(unit)) return;
          settle();
          resolve(unit);
        };
        const onAbort = (): void => {
          settle();
          reject(signal.reason);
        };
        waiting.add(check);
        if (signal.aborted) onAbort();
        else signal.addEventListener('abort', onAbort);
        check();
      }),
    allowRestart: () => {
      mayRestart = true;
    },
    forbidRestart: () => {
      mayRestart = false;
      if (hasBeenSeen && unit === undefined) {
        lose(new StationError('unit/unplugged', `The unit is not on port ${portPath}.`));
      }
    },
    bind: (deviceId) => {
      boundTo = deviceId;
    },
    lost: lost.signal,
    end: unsubscribe,
  };
}

/**
 * The device ID a USB serial shows, lower case; undefined for the constant serials of pre-0.6 firmware, which say nothing
 * (device-usb.md 2.1).
 */
export function shownDeviceId(unit: UsbUnit): string | undefined {
  return /^[0-9a-f]{24}$/i.test(unit.usbSerial) ? unit.usbSerial.toLowerCase() : undefined;
}
