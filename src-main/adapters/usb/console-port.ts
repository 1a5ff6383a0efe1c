import { setTimeout as sleep } from 'node:timers/promises';
import { SerialPortStream } from '@serialport/stream';
import { StationError } from '../../domain/failure.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { SerialBinding } from '../../protocol/serial-binding.ts';

/** Where a unit's serial port is. Rejects with `usb/no-console` or `unit/unplugged`; waits no longer than `timeoutMs`. */
export type ConsolePath = (
  unit: UsbUnit,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<string>;

/** An open serial port of a unit. `left` aborts when the port closes under us, which is what an unplug looks like. */
export type ConsolePort = {
  readonly stream: SerialPortStream;
  readonly left: AbortSignal;
  close(): Promise<void>;
};

/** The idle rate: opening at it sends no line coding, so nothing happens to the unit (device-usb.md 2.3). */
export const IDLE_BAUD = 9600;

/**
 * Opens the port of this unit at the idle rate; the operating system raises DTR. A port that is busy, not yet there or not yet
 * permitted is tried again until `deadline` (epoch milliseconds): udev sets the rights a moment after the node appears, and a
 * ModemManager without the ignore rule holds a new port for seconds (device-usb.md 8). Rejects with `usb/no-console`,
 * `usb/no-permission`, `unit/unplugged` or `run/aborted`.
 */
export async function openConsolePort(
  unit: UsbUnit,
  options: {
    readonly binding: SerialBinding;
    readonly consolePath: ConsolePath;
    readonly deadline: number;
    readonly signal: AbortSignal;
  },
): Promise<ConsolePort> {
  const { signal, deadline } = options;
  for (;;) {
    if (signal.aborted) throw consoleAborted(unit);
    const path = await options.consolePath(unit, { timeoutMs: Math.max(1, deadline - Date.now()), signal });
    try {
      return await openOnce(path, options.binding);
    } catch (thrown) {
      if (!isPassing(thrown) || Date.now() + RETRY_MS >= deadline) throw notOpened(unit, path, thrown);
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The error of a wait on the console that the operator ended. */
export function consoleAborted(unit: UsbUnit): StationError {
  return new StationError('run/aborted', `Waiting for the console on ${unit.portPath} was aborted.`);
}

/** True for an error that says the unit went away under the call: normal when a baud touch resets it. */
export function isVanished(thrown: unknown): boolean {
  if (thrown instanceof Error && 'disconnected' in thrown && thrown.disconnected === true) return true;
  return /EIO\b|ENODEV|ENXIO|EBADF|input\/output error|no such device|bad file descriptor|disconnected/i.test(
    messageOf(thrown),
  );
}

const RETRY_MS = 100;
const CLOSE_MS = 2_000;

function openOnce(path: string, binding: SerialBinding): Promise<ConsolePort> {
  const { promise, resolve, reject } = Promise.withResolvers<ConsolePort>();
  const left = new AbortController();
  const stream = new SerialPortStream({ binding, path, baudRate: IDLE_BAUD, autoOpen: false });
  // A write or a read may fail as an event of its own, and an event nobody listens to ends the process.
  stream.on('error', () => undefined);
  stream.once('close', () => left.abort());
  stream.open((error) => {
    if (error) return reject(error);
    // Always reading, though nobody may listen yet: it is how an unplug is noticed, and old output does not pile up.
    stream.resume();
    resolve({ stream, left: left.signal, close: () => closePort(stream) });
  });
  return promise;
}

/** Never rejects: the port may be gone already, and closing is all that is wanted. */
function closePort(stream: SerialPortStream): Promise<void> {
  if (!stream.isOpen) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const lapse = setTimeout(resolve, CLOSE_MS);
  // Flushed first: closing a Linux tty waits up to 30 s for bytes that the unit does not take.
  stream.flush(() => {
    if (stream.isOpen) stream.close(() => resolve());
    else resolve();
  });
  return promise.finally(() => clearTimeout(lapse));
}

function isPassing(thrown: unknown): boolean {
  return (
    isVanished(thrown) ||
    /EBUSY|EACCES|EAGAIN|ENOENT|busy|denied|cannot lock|temporarily unavailable|no such file/i.test(messageOf(thrown))
  );
}

function notOpened(unit: UsbUnit, path: string, thrown: unknown): StationError {
  const text = messageOf(thrown);
  const code = /EACCES|EPERM|permission denied|access denied/i.test(text) ? 'usb/no-permission' : 'usb/no-console';
  return new StationError(code, `The serial port ${path} of the unit on ${unit.portPath} did not open: ${text}`, {
    cause: thrown,
    evidence: { path },
  });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
