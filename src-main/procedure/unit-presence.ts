import type { DeviceId } from '../domain/device-id.ts';
import { StationError } from '../domain/failure.ts';
import type { Platform } from '../domain/platform.ts';
import type { BusEvent, UsbBus, UsbUnit } from '../ports/usb-bus.ts';

/**
 * The unit of one run, followed on its port through every re-enumeration. The invariant it keeps: same slot, same device ID, same
 * platform, or the run stops.
 *
 *   absent --arrives--> present --leaves, restart allowed--> restarting --arrives--> present
 *                          |                                     |
 *                          | leaves, restart not allowed         | arrives with another device ID or platform
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
  /** From now on what arrives on this port must carry this device ID, or a serial that says nothing. */
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
  let platform: Platform | undefined;
  let mayRestart = false;
  let boundTo: DeviceId | undefined;

  const lose = (error: StationError): void => {
    if (!lost.signal.aborted) lost.abort(error);
  };

  /** Why an enumeration cannot be the unit of this run; undefined when it may be. */
  const strangeness = (arrived: UsbUnit): StationError | undefined => {
    const shown = shownDeviceId(arrived);
    if (boundTo !== undefined && shown !== undefined && shown !== boundTo) {
      return new StationError('unit/replaced', `The slot holds ${shown} now; the run is about ${boundTo}.`);
    }
    // An old bootloader shows no device ID (device-usb.md 2.1), but its product ID still tells the platform.
    if (platform !== undefined && arrived.platform.id !== platform.id) {
      const detail = `The slot holds a ${arrived.platform.displayName} now; the run is about a ${platform.displayName}.`;
      return new StationError('unit/replaced', detail);
    }
    // One port holds one unit: where a second enumeration shows up, the first has left, whatever became of its removal.
    const hasMoved = unit !== undefined && unit.address !== arrived.address;
    if (!hasMoved || mayRestart) return undefined;
    return new StationError('unit/unplugged', `The unit left port ${portPath} and something came back.`);
  };

  const onEvent = (event: BusEvent): void => {
    if (event.kind === 'arrived' && event.unit.portPath === portPath) {
      const error = strangeness(event.unit);
      if (error !== undefined) {
        lose(error);
        return;
      }
      unit = event.unit;
      platform ??= event.unit.platform;
      for (const check of [...waiting]) check();
    } else if (event.kind === 'removed' && event.portPath === portPath && unit?.address === event.address) {
      unit = undefined;
      if (!mayRestart) lose(new StationError('unit/unplugged', `The unit left port ${portPath}.`));
    } else if (event.kind === 'trouble' && event.portPath === portPath) {
      const { code, detail, evidence } = event.failure;
      lose(new StationError(code, detail, evidence === undefined ? {} : { evidence }));
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
      if (platform !== undefined && unit === undefined) {
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
