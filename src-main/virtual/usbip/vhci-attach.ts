import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../domain/failure.ts';
import { decodeImportReply, encodeImportRequest, IMPORT_REPLY_BYTES } from './usbip-operations.ts';
import { type ExportedDevice, SPEED_FULL } from './usbip-protocol.ts';
import { vhciAttachFile } from './vhci-ports.ts';

export type AttachOptions = {
  readonly sysRoot: string;
  /** The server; the kernel wants TCP. */
  readonly server: { readonly host: string; readonly port: number };
  readonly busId: string;
  /** Number of the vhci port: the same for a unit at every enumeration, so that its sysfs path stays. */
  readonly port: number;
  /** Aborts when the unit leaves the bus or the bench ends. */
  readonly signal: AbortSignal;
};

const IMPORT_TIMEOUT_MS = 5000;
/** The kernel lets go of a port some milliseconds after the last unit left it (usb-lab.md 2). */
const RETRY_MS = 10;
const PORT_TIMEOUT_MS = 15_000;

/**
 * Imports a unit over TCP and hands the connection to the kernel, as `usbip attach` does, but in milliseconds and always on the port
 * that is asked for. Resolves when the kernel has it (it enumerates the unit on its own then) and also when `signal` aborts first.
 * Rejects with StationError `usb/unavailable`.
 *
 * How the connection changes hands: the kernel takes a socket by its file descriptor and a reference of its own to it. From that
 * moment Node must not read from it. So the socket is opened with `onread` into a buffer that holds exactly the import reply, and the
 * callback returns false at its last byte, which stops the read at once (`pause()` would read ahead into the stream's buffer). The
 * server says nothing after the reply until the kernel asks. The descriptor is `_handle.fd`: not documented, but there since Node
 * 0.x on POSIX, and checked here. Destroying the socket afterwards closes Node's descriptor only: libuv calls close(), never
 * shutdown(), and the kernel's reference keeps the connection.
 */
export async function attachToKernel(options: AttachOptions): Promise<void> {
  const { signal } = options;
  if (signal.aborted) return;
  const { socket, device } = await importForKernel(options);
  try {
    const descriptor = (socket as unknown as { _handle?: { fd?: unknown } })._handle?.fd;
    if (typeof descriptor !== 'number' || descriptor < 0)
      throw unavailable('this Node does not tell the descriptor of a socket');
    await writeAttach(options, descriptor, device);
  } finally {
    socket.destroy();
  }
}

function importForKernel(options: AttachOptions): Promise<{ socket: Socket; device: ExportedDevice }> {
  return new Promise((resolve, reject) => {
    const { host, port } = options.server;
    const reply = Buffer.alloc(IMPORT_REPLY_BYTES);
    let filled = 0;
    const fail = (why: string): false => {
      clearTimeout(deadline);
      socket.destroy();
      reject(unavailable(`unit ${options.busId} cannot be imported: ${why}`));
      return false;
    };
    const onBytes = (count: number, chunk: Uint8Array): boolean => {
      reply.set(chunk.subarray(0, count), filled);
      filled += count;
      const device = decodeImportReply(reply.subarray(0, filled));
      if (device === undefined) return true;
      if (typeof device === 'string') return fail(device);
      clearTimeout(deadline);
      resolve({ socket, device });
      return false;
    };
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        // Never more than what is missing of the reply, so that not one byte of the kernel's is taken.
        buffer: () => Buffer.alloc(IMPORT_REPLY_BYTES - filled),
        callback: (count, chunk) => {
          try {
            return onBytes(count, chunk);
          } catch (error) {
            return fail(error instanceof Error ? error.message : String(error));
          }
        },
      },
    });
    const deadline = setTimeout(() => fail(`no answer in ${IMPORT_TIMEOUT_MS} ms`), IMPORT_TIMEOUT_MS);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection closed'));
    socket.write(encodeImportRequest(options.busId));
  });
}

async function writeAttach(options: AttachOptions, descriptor: number, device: ExportedDevice): Promise<void> {
  const { port, signal, sysRoot } = options;
  const deviceId = ((device.busNumber << 16) | device.deviceNumber) >>> 0;
  const line = `${port} ${descriptor} ${deviceId} ${SPEED_FULL}`;
  const giveUpAt = Date.now() + PORT_TIMEOUT_MS;
  while (!signal.aborted) {
    try {
      writeFileSync(vhciAttachFile(sysRoot), line);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EBUSY') throw unavailable(`the kernel refuses a unit on vhci port ${port}: ${code}`, error);
      if (Date.now() > giveUpAt) throw unavailable(`vhci port ${port} stays busy`, error);
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

function unavailable(detail: string, cause?: unknown): StationError {
  return new StationError('usb/unavailable', detail, { cause });
}
