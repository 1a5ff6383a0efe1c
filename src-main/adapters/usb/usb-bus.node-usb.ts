import { existsSync } from 'node:fs';
import { failureOf, StationError } from '../../domain/failure.ts';
import { PARTICLE_VENDOR_ID } from '../../domain/platform.ts';
import type { BusEvent, UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import { formatUsbId } from '../../protocol/usb-ids.ts';
import { createNodeUsbPipe } from './control-pipe.node-usb.ts';
import { type DevicePlace, describeUnit, type NodeUsbDevice, placeOf } from './node-usb-device.ts';
import { usbError, usbErrorKind } from './usb-errors.ts';
import { troubleOf } from './usb-trouble.ts';

/** The part of the `usb` package's root object that the station uses. */
export type NodeUsb = {
  getDevices(): Promise<readonly NodeUsbDevice[]>;
  addEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
};

export type NodeUsbBusOptions = {
  /** The library; by default the `usb` package, loaded on first use. */
  readonly load?: () => Promise<NodeUsb>;
  /** `/sys/bus/usb/devices`, or undefined where there is no sysfs. */
  readonly sysfs?: string | undefined;
  /** `/dev/bus/usb`, or undefined where there are no device nodes. */
  readonly nodes?: string | undefined;
  /** False when nobody sends hot-plug events: the bus is then listed every second instead. */
  readonly hasHotplug?: boolean;
};

/**
 * The real USB bus, by the `usb` package 3.1 (nusb). Its events only say "look again": what is reported comes from comparing
 * listings, so that a doubled, missed or early event cannot report anything twice or not at all.
 *
 * An arrival is taken from a listing made at a connect event, which udev sends after it has set the rights; a listing made at
 * a disconnect event could already show the next enumeration, with rights not yet set.
 */
export function createNodeUsbBus(options: NodeUsbBusOptions = {}): UsbBus {
  const isLinux = process.platform === 'linux';
  const sysfs = 'sysfs' in options ? options.sysfs : isLinux ? '/sys/bus/usb/devices' : undefined;
  const nodes = 'nodes' in options ? options.nodes : isLinux ? '/dev/bus/usb' : undefined;
  // Without udevd the kernel's events reach nobody (workbench.md D).
  const hasHotplug = options.hasHotplug ?? (!isLinux || existsSync('/run/udev/control'));
  const load = options.load ?? loadNodeUsb;

  const listeners = new Set<(event: BusEvent) => void>();
  const present = new Map<string, Known>();
  const openPipes = new Map<string, Set<AbortController>>();
  let library: NodeUsb | undefined;
  let watching: Promise<void> | undefined;
  let turn: Promise<void> = Promise.resolve();
  let relisting: NodeJS.Timeout | undefined;
  let closed = false;

  const usb = async (): Promise<NodeUsb> => {
    requireBus(sysfs);
    library ??= await load();
    return library;
  };

  const emit = (event: BusEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };

  const scan = async (): Promise<Map<string, { place: DevicePlace; device: NodeUsbDevice }>> => {
    const found = new Map<string, { place: DevicePlace; device: NodeUsbDevice }>();
    for (const device of await (await usb()).getDevices()) {
      if (device.vendorId !== PARTICLE_VENDOR_ID) continue;
      const place = placeOf(device);
      found.set(keyOf(place), { place, device });
    }
    return found;
  };

  const relist = async (reportArrivals: boolean): Promise<void> => {
    const found = await scan();
    if (closed) return;
    for (const [key, known] of [...present]) {
      if (found.has(key)) continue;
      present.delete(key);
      for (const pipe of openPipes.get(key) ?? []) pipe.abort();
      if (known.unit !== undefined) {
        emit({ kind: 'removed', portPath: known.place.portPath, address: known.place.address });
      }
    }
    if (!reportArrivals) return;
    for (const [key, { place, device }] of found) {
      if (present.has(key)) continue;
      const unit = await describeUnit(device, place, sysfs);
      const trouble = await troubleOf(place, unit, nodes);
      if (closed) return;
      present.set(key, { place, unit, trouble });
      for (const event of arrivalOf({ place, unit, trouble })) emit(event);
    }
  };

  const queue = (reportArrivals: boolean): void => {
    turn = turn
      .then(() => (closed ? undefined : relist(reportArrivals)))
      .catch((thrown: unknown) => emit({ kind: 'trouble', portPath: '', failure: failureOf(asUnavailable(thrown)) }));
  };

  // The late look catches a unit whose connect event never came.
  const relistSoon = (): void => {
    clearTimeout(relisting);
    relisting = setTimeout(() => queue(true), LISTING_MS);
    relisting.unref();
  };
  const onConnect = (): void => queue(true);
  const onDisconnect = (): void => {
    queue(false);
    relistSoon();
  };

  const watch = (): Promise<void> => {
    watching ??= (async () => {
      const found = await usb();
      if (hasHotplug) {
        found.addEventListener('connect', onConnect);
        found.addEventListener('disconnect', onDisconnect);
      } else {
        relisting = setInterval(() => queue(true), LISTING_MS);
      }
      await relist(true);
    })();
    return watching;
  };

  return {
    async list() {
      try {
        const units: UsbUnit[] = [];
        for (const { place, device } of (await scan()).values()) {
          const unit = await describeUnit(device, place, sysfs);
          if (unit !== undefined) units.push(unit);
        }
        return units;
      } catch (thrown) {
        throw asUnavailable(thrown);
      }
    },
    subscribe(listener) {
      requireBus(sysfs);
      let wanted = true;
      // A late listener hears of what is there in the same turn in which it starts to hear of changes.
      turn = turn.then(watch).then(
        async () => {
          // What has left meanwhile is not there, though its event has not come yet.
          await relist(false);
          if (!wanted || closed) return;
          listeners.add(listener);
          for (const known of present.values()) for (const event of arrivalOf(known)) listener(event);
        },
        (thrown: unknown) => listener({ kind: 'trouble', portPath: '', failure: failureOf(asUnavailable(thrown)) }),
      );
      return () => {
        wanted = false;
        listeners.delete(listener);
      };
    },
    async openControl(unit) {
      const key = keyOf(unit);
      const what = `opening ${formatUsbId(unit.vendorId, unit.productId)} on ${unit.portPath}`;
      const device = (await scan()).get(key)?.device;
      if (device === undefined) throw usbError('gone', what);
      try {
        await device.open();
      } catch (thrown) {
        throw usbError(usbErrorKind(thrown), what, thrown);
      }
      const gone = new AbortController();
      const pipes = openPipes.get(key) ?? new Set();
      openPipes.set(key, pipes.add(gone));
      return createNodeUsbPipe(device, {
        portPath: unit.portPath,
        gone: gone.signal,
        isPresent: async () => (await scan()).has(key),
        onClose: () => {
          pipes.delete(gone);
          if (pipes.size === 0) openPipes.delete(key);
        },
      });
    },
    async close() {
      closed = true;
      clearTimeout(relisting);
      clearInterval(relisting);
      if (watching !== undefined && hasHotplug) {
        library?.removeEventListener('connect', onConnect);
        library?.removeEventListener('disconnect', onDisconnect);
      }
      listeners.clear();
      for (const pipes of openPipes.values()) for (const pipe of pipes) pipe.abort();
      await turn;
    },
  };
}

const LISTING_MS = 1000;

type Known = {
  readonly place: DevicePlace;
  readonly unit: UsbUnit | undefined;
  readonly trouble: BusEvent | undefined;
};

async function loadNodeUsb(): Promise<NodeUsb> {
  const { usb } = await import('usb');
  return usb as unknown as NodeUsb;
}

/** Without this directory the package throws an uncaught exception out of its listener (workbench.md D). */
function requireBus(sysfs: string | undefined): void {
  if (sysfs !== undefined && !existsSync(sysfs)) {
    throw new StationError('usb/unavailable', `There is no USB bus on this computer (${sysfs} does not exist).`);
  }
}

function asUnavailable(thrown: unknown): StationError {
  if (thrown instanceof StationError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new StationError('usb/unavailable', `USB devices cannot be listed: ${text}`, { cause: thrown });
}

function keyOf(place: { readonly portPath: string; readonly address: number }): string {
  return `${place.portPath}@${place.address}`;
}

function arrivalOf(known: Known): readonly BusEvent[] {
  const events: BusEvent[] = [];
  if (known.unit !== undefined) events.push({ kind: 'arrived', unit: known.unit });
  if (known.trouble !== undefined) events.push(known.trouble);
  return events;
}
