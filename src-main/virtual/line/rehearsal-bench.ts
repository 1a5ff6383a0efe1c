import { setTimeout as sleep } from 'node:timers/promises';
import { type Failure, failureOf, StationError } from '../../domain/failure.ts';
import type { PortPath } from '../../ports/usb-bus.ts';
import type { UsbFunction, UsbSocket } from '../unit/usb-function.ts';
import { queueTransfers } from '../usbip/queued-function.ts';
import { DescriptorError, readDescriptors } from '../usbip/usb-descriptors.ts';
import { createUsbIpServer, type UsbIpServer } from '../usbip/usbip-server.ts';
import { attachToKernel } from '../usbip/vhci-attach.ts';
import { readVhciPorts, type VhciPort } from '../usbip/vhci-ports.ts';
import type { PluggableUnit } from './virtual-line.ts';

/** Virtual units attached to the real Linux kernel: there they are USB devices, for the real serial port and the real dfu-util. */
export interface RehearsalBench {
  /** Where the units appear, in the order of the units: sysfs name, libusb path and dfu-util's `-p`. */
  readonly portPaths: readonly PortPath[];
  /** The socket of a port, for a unit that is plugged in later or again. Throws StationError `slot/unknown`. */
  socket(portPath: PortPath): UsbSocket;
  /** Pulls every unit out and gives the kernel's ports back. */
  close(): Promise<void>;
}

export type RehearsalBenchOptions = {
  /** Plugged in at once, one port each. */
  readonly units: readonly PluggableUnit[];
  /** How many ports to take, if more than there are units. */
  readonly ports?: number;
  /** Hears what goes wrong later, when a unit enumerates again. */
  readonly onTrouble?: (portPath: PortPath, failure: Failure) => void;
  /** The sysfs to work in; `/sys` but in tests. */
  readonly sysRoot?: string;
};

const RELEASE_TIMEOUT_MS = 5000;
const RELEASE_POLL_MS = 10;

/**
 * Serves units over USB/IP on a loopback port and attaches each to vhci-hcd, again at every enumeration and always on the same
 * port. Needs Linux, root and the module vhci-hcd: otherwise rejects with StationError `usb/unavailable`, which says what is missing.
 *
 * Keep it in a process of its own: whoever waits for the kernel synchronously in the same process (a `readFileSync` in sysfs, a getter
 * of the `usb` package that opens a device) waits for ever, because the kernel waits for the unit, which lives here.
 */
export async function createRehearsalBench(options: RehearsalBenchOptions): Promise<RehearsalBench> {
  const { units, sysRoot = '/sys', onTrouble = () => {} } = options;
  const ports = takePorts(sysRoot, Math.max(units.length, options.ports ?? 0));
  const server = await createUsbIpServer({ host: '127.0.0.1', port: 0 });
  const closing = new AbortController();
  const sockets = new Map<PortPath, UsbSocket>();
  for (const port of ports)
    sockets.set(port.portPath, createKernelSocket({ port, server, sysRoot, closing: closing.signal, onTrouble }));
  for (const [index, unit] of units.entries()) {
    const socket = sockets.get(ports[index]?.portPath ?? '');
    if (socket !== undefined) unit.plugInto(socket);
  }
  return {
    portPaths: ports.map((port) => port.portPath),
    socket(portPath) {
      const socket = sockets.get(portPath);
      if (socket === undefined) throw new StationError('slot/unknown', `the rehearsal bench has no port ${portPath}`);
      return socket;
    },
    async close() {
      closing.abort();
      for (const unit of units) unit.unplug();
      await server.close();
      await waitForRelease(sysRoot, ports);
    },
  };
}

function takePorts(sysRoot: string, count: number): readonly VhciPort[] {
  const free = readVhciPorts(sysRoot).filter((port) => port.isFree);
  if (free.length < count) {
    throw new StationError('usb/unavailable', `vhci-hcd has ${free.length} free ports, and ${count} are needed`);
  }
  return free.slice(0, count);
}

type KernelSocketOptions = {
  readonly port: VhciPort;
  readonly server: UsbIpServer;
  readonly sysRoot: string;
  readonly closing: AbortSignal;
  readonly onTrouble: (portPath: PortPath, failure: Failure) => void;
};

/** Each enumeration is offered under the port path as bus id, and attached as soon as its descriptors are known. */
function createKernelSocket(options: KernelSocketOptions): UsbSocket {
  const { port, server, sysRoot, closing, onTrouble } = options;
  const busNumber = Number.parseInt(port.portPath, 10);
  let deviceNumber = 0;
  const attach = async (plain: UsbFunction): Promise<void> => {
    const usbFunction = queueTransfers(plain);
    const { device, configurationValue, interfaces } = await readDescriptors(usbFunction);
    if (usbFunction.gone.aborted || closing.aborted || !('port' in server.address)) return;
    deviceNumber += 1;
    const busId = port.portPath;
    server.offer({
      usbFunction,
      device: { ...device, busId, busNumber, deviceNumber, configurationValue, interfaces },
    });
    const signal = AbortSignal.any([usbFunction.gone, closing]);
    await attachToKernel({ sysRoot, server: server.address, busId, port: port.port, signal });
  };
  return {
    attached(usbFunction) {
      attach(usbFunction).catch((error: unknown) => {
        // A unit that leaves in the middle of this is no trouble: it comes back, or was pulled out.
        if (usbFunction.gone.aborted || closing.aborted) return;
        const isSilent = error instanceof DescriptorError;
        const thrown = isSilent ? new StationError('usb/transfer-failed', error.message, { cause: error }) : error;
        onTrouble(port.portPath, failureOf(thrown));
      });
    },
    detached: () => server.withdraw(port.portPath),
  };
}

async function waitForRelease(sysRoot: string, ports: readonly VhciPort[]): Promise<void> {
  const giveUpAt = Date.now() + RELEASE_TIMEOUT_MS;
  const own = new Set(ports.map((port) => port.port));
  while (Date.now() < giveUpAt) {
    if (readVhciPorts(sysRoot).every((port) => port.isFree || !own.has(port.port))) return;
    await sleep(RELEASE_POLL_MS);
  }
}
