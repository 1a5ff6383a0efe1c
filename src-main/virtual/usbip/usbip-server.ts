import { createServer, type Server, type Socket } from 'node:net';
import type { UsbFunction } from '../unit/usb-function.ts';
import { type Connection, serveConnection } from './usbip-connection.ts';
import type { ExportedDevice } from './usbip-protocol.ts';

/** Where a server listens: TCP for a Linux kernel, a Unix-domain socket or Windows named pipe for the in-process line. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** One enumeration of a unit as the server offers it. `usbFunction` must queue its transfers (queued-function.ts). */
export type ServedUnit = { readonly device: ExportedDevice; readonly usbFunction: UsbFunction };

/** A running USB/IP server. */
export interface UsbIpServer {
  /** Where it listens; a port of 0 was replaced by the real one. */
  readonly address: ListenAddress;
  /** Offers this enumeration under its bus id until the unit leaves the bus or `withdraw`; replaces an earlier one. */
  offer(unit: ServedUnit): void;
  withdraw(busId: string): void;
  /** Unplugs every unit, closes every connection and stops listening. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 64;

/**
 * Starts a USB/IP 1.1.1 server (usb-lab.md 2 and 5). One unit is imported by one host at a time, as on a real server. What a
 * peer sends is bounded and checked; nonsense ends its connection and nothing else. Rejects with the error of `listen`.
 */
export async function createUsbIpServer(listen: ListenAddress): Promise<UsbIpServer> {
  const units = new Map<string, ServedUnit>();
  const connections = new Set<Connection>();
  const exports = {
    list: () => [...units.values()].map((unit) => unit.device),
    find: (busId: string) => units.get(busId),
    isImported: (unit: ServedUnit) => [...connections].some((connection) => connection.imported === unit),
  };

  const server = createServer({ noDelay: true }, (socket: Socket) => {
    const connection = serveConnection(socket, exports);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.maxConnections = MAX_CONNECTIONS;
  const address = await startListening(server, listen);

  const unplug = (unit: ServedUnit): void => {
    if (units.get(unit.device.busId) === unit) units.delete(unit.device.busId);
    for (const connection of connections) {
      if (connection.imported === unit) connection.unplug();
    }
  };

  return {
    address,
    offer(unit) {
      const earlier = units.get(unit.device.busId);
      if (earlier !== undefined) unplug(earlier);
      if (unit.usbFunction.gone.aborted) return;
      units.set(unit.device.busId, unit);
      unit.usbFunction.gone.addEventListener('abort', () => unplug(unit), { once: true });
    },
    withdraw(busId) {
      const unit = units.get(busId);
      if (unit !== undefined) unplug(unit);
    },
    async close() {
      for (const unit of [...units.values()]) unplug(unit);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.drop();
      await closed;
    },
  };
}

async function startListening(server: Server, listen: ListenAddress): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A failed accept (too many open files) must not end the station; the peer sees a refused connection.
  server.on('error', () => {});
  const bound = server.address();
  if (bound === null || typeof bound === 'string' || 'path' in listen) return listen;
  return { host: bound.address, port: bound.port };
}
