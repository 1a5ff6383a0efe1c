import type { Failure } from '../../domain/failure.ts';
import { failure } from '../../domain/failure.ts';
import { hubOf } from '../../domain/port-path.ts';
import type { PortPath } from '../../ports/usb-bus.ts';
import type { UsbFunction, UsbSocket, UsbWire } from '../unit/usb-function.ts';
import { queueTransfers } from '../usbip/queued-function.ts';
import { type DescriptorSet, REQUEST, readDescriptors, readText } from '../usbip/usb-descriptors.ts';
import { createHubWire } from './hub-wire.ts';

/** One enumeration of a unit on the in-process line: what an operating system knows after it configured a USB device. */
export type HostedUnit = {
  readonly portPath: PortPath;
  /** As Linux's devnum: 1 to 127, another one at each enumeration. */
  readonly address: number;
  /** Queues its transfers, so several users may share it. */
  readonly usbFunction: UsbFunction;
  readonly descriptors: DescriptorSet;
  readonly manufacturer: string;
  readonly product: string;
  readonly serial: string;
};

export type HostEvent =
  | { readonly kind: 'arrived'; readonly unit: HostedUnit }
  | { readonly kind: 'removed'; readonly unit: HostedUnit }
  | { readonly kind: 'trouble'; readonly portPath: PortPath; readonly failure: Failure };

/** Whether the ports of a hub share one full-speed wire, or a dearer hub gives each its own (device-usb.md 8, single-TT and multi-TT). */
export type HubTranslators = 'one' | 'per-port';

/** The host side of the in-process line: ports that enumerate what is plugged into them. */
export interface VirtualHost {
  readonly portPaths: readonly PortPath[];
  /** The socket of a port, to be given to a unit. Throws RangeError for a path that the host does not have. */
  socket(portPath: PortPath): UsbSocket;
  /** The configured units, in the order of their ports. */
  present(): readonly HostedUnit[];
  /** Tells every change from now on, at once and in order. Returns the unsubscribe function. */
  subscribe(listener: (event: HostEvent) => void): () => void;
  /** Cuts these ports off the bus: their units are removed, and what is plugged in meanwhile is not enumerated. */
  sever(isCut: (portPath: PortPath) => boolean): void;
  /** Ends that: what is in these ports is enumerated anew. */
  rejoin(isBack: (portPath: PortPath) => boolean): void;
  /** Takes every unit off the bus and enumerates no more. */
  close(): void;
}

/** Linux tries a unit that does not answer several times before it gives up the port. */
const ENUMERATION_ATTEMPTS = 3;
const LAST_ADDRESS = 127;

/**
 * Makes a host with these ports, e.g. `['1-1', '1-2.1', '1-2.2']`. A path with a dot is behind a hub; with one translator the
 * ports of a hub share its wire, the host's own ports have one each.
 */
export function createVirtualHost(portPaths: readonly PortPath[], hubTranslators: HubTranslators = 'one'): VirtualHost {
  const listeners = new Set<(event: HostEvent) => void>();
  const inSocket = new Map<PortPath, UsbFunction>();
  const links = new Map<PortPath, AbortController>();
  const severed = new Set<PortPath>();
  const configured = new Map<PortPath, HostedUnit>();
  const wires = hubTranslators === 'one' ? wiresOf(portPaths) : new Map<PortPath, UsbWire>();
  let lastAddress = 0;
  let isClosed = false;

  const emit = (event: HostEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const nextAddress = (): number => {
    const used = new Set([...configured.values()].map((unit) => unit.address));
    do {
      lastAddress = (lastAddress % LAST_ADDRESS) + 1;
    } while (used.has(lastAddress));
    return lastAddress;
  };
  /** Ends the enumeration of a port, if there is one; transfers under way end as `gone` before anybody hears of it. */
  const unlink = (portPath: PortPath): void => {
    links.get(portPath)?.abort();
    links.delete(portPath);
    const unit = configured.get(portPath);
    configured.delete(portPath);
    if (unit !== undefined) emit({ kind: 'removed', unit });
  };
  const remove = (portPath: PortPath): void => {
    inSocket.delete(portPath);
    unlink(portPath);
  };
  const link = async (portPath: PortPath, usbFunction: UsbFunction): Promise<void> => {
    const cut = new AbortController();
    links.set(portPath, cut);
    const isCurrent = (): boolean => links.get(portPath) === cut;
    const address = nextAddress();
    const result = await enumerate(portPath, address, overLink(usbFunction, cut.signal), isCurrent);
    if (!isCurrent() || result === undefined) return;
    if ('failure' in result) {
      emit({ kind: 'trouble', portPath, failure: result.failure });
      return;
    }
    configured.set(portPath, result);
    emit({ kind: 'arrived', unit: result });
  };
  const attach = (portPath: PortPath, usbFunction: UsbFunction): void => {
    remove(portPath);
    if (isClosed || usbFunction.gone.aborted) return;
    inSocket.set(portPath, usbFunction);
    const leave = (): void => {
      if (inSocket.get(portPath) === usbFunction) remove(portPath);
    };
    usbFunction.gone.addEventListener('abort', leave, { once: true });
    if (!severed.has(portPath)) void link(portPath, usbFunction);
  };

  return {
    portPaths,
    socket(portPath) {
      if (!portPaths.includes(portPath)) throw new RangeError(`the virtual line has no port ${portPath}`);
      const wire = wires.get(portPath);
      return {
        attached: (usbFunction) => attach(portPath, usbFunction),
        detached: () => remove(portPath),
        ...(wire === undefined ? {} : { wire }),
      };
    },
    present: () => portPaths.map((path) => configured.get(path)).filter((unit) => unit !== undefined),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sever(isCut) {
      for (const portPath of portPaths.filter(isCut)) {
        severed.add(portPath);
        unlink(portPath);
      }
    },
    rejoin(isBack) {
      for (const portPath of portPaths.filter(isBack)) {
        const usbFunction = inSocket.get(portPath);
        if (severed.delete(portPath) && usbFunction !== undefined) void link(portPath, usbFunction);
      }
    },
    close() {
      isClosed = true;
      for (const portPath of portPaths) remove(portPath);
      listeners.clear();
    },
  };
}

/** The end of its hub's wire for each port that is behind one. */
function wiresOf(portPaths: readonly PortPath[]): ReadonlyMap<PortPath, UsbWire> {
  const behindHubs = portPaths.filter((path) => path.includes('.'));
  const hubs = new Map(behindHubs.map((path) => [hubOf(path), createHubWire()]));
  return new Map(
    behindHubs.flatMap((path) => {
      const wire = hubs.get(hubOf(path))?.();
      return wire === undefined ? [] : [[path, wire]];
    }),
  );
}

/** The same function over a way that can be cut while the unit itself stays: it is then gone for whoever uses it, and only for them. */
function overLink(usbFunction: UsbFunction, cut: AbortSignal): UsbFunction {
  return {
    speed: usbFunction.speed,
    gone: AbortSignal.any([usbFunction.gone, cut]),
    control: (setup, data, signal) => usbFunction.control(setup, data, signal),
    transferOut: (endpoint, data, signal) => usbFunction.transferOut(endpoint, data, signal),
    // A read waits until there is something to read: left waiting in the unit, it would take what the next reader is to get.
    transferIn: (endpoint, length, signal) =>
      usbFunction.transferIn(endpoint, length, signal === undefined ? cut : AbortSignal.any([signal, cut])),
  };
}

async function enumerate(
  portPath: PortPath,
  address: number,
  usbFunction: UsbFunction,
  isCurrent: () => boolean,
): Promise<HostedUnit | { readonly failure: Failure } | undefined> {
  const queued = queueTransfers(usbFunction);
  let lastTrouble = '';
  for (let attempt = 1; attempt <= ENUMERATION_ATTEMPTS; attempt += 1) {
    if (!isCurrent()) return undefined;
    try {
      return await configure(portPath, address, queued);
    } catch (error) {
      lastTrouble = error instanceof Error ? error.message : String(error);
    }
  }
  const detail = `the unit on port ${portPath} does not enumerate: ${lastTrouble}`;
  return { failure: failure('usb/transfer-failed', detail, { portPath, attempts: ENUMERATION_ATTEMPTS }) };
}

async function configure(portPath: PortPath, address: number, usbFunction: UsbFunction): Promise<HostedUnit> {
  const descriptors = await readDescriptors(usbFunction);
  const { device, configurationValue } = descriptors;
  const product = await readText(usbFunction, device.productIndex);
  const manufacturer = await readText(usbFunction, device.manufacturerIndex);
  const serial = await readText(usbFunction, device.serialIndex);
  const setup = { requestType: 0, request: REQUEST.setConfiguration, value: configurationValue, index: 0, length: 0 };
  const answer = await usbFunction.control(setup, new Uint8Array(0), AbortSignal.timeout(5000));
  if (answer.kind !== 'done') throw new Error(`SET_CONFIGURATION: ${answer.kind}`);
  return { portPath, address, usbFunction, descriptors, manufacturer, product, serial };
}
