import type { BindingPortInterface, OpenOptions } from '@serialport/bindings-interface';
import { type AcmTty, type LineCoding, TtyGone } from './acm-tty.ts';

const PARITY: Readonly<Record<string, LineCoding['parity']>> = { none: 0, odd: 1, even: 2, mark: 3, space: 4 };

/**
 * Opens a tty as serialport's own Linux binding does: open (which raises DTR and RTS), then set the line. The returned port rejects
 * what waits with `canceled: true` after `close()`, and with `disconnected: true` when the unit leaves.
 */
export async function openSerialPort(
  tty: AcmTty,
  options: OpenOptions,
  onClosed: () => void,
): Promise<BindingPortInterface> {
  const openOptions: Required<OpenOptions> = {
    dataBits: 8,
    lock: true,
    stopBits: 1,
    parity: 'none',
    rtscts: false,
    xon: false,
    xoff: false,
    xany: false,
    hupcl: true,
    ...options,
  };
  const codingAt = (baudRate: number): LineCoding => ({
    baudRate,
    stopBits: openOptions.stopBits === 1 ? 0 : openOptions.stopBits === 1.5 ? 1 : 2,
    parity: PARITY[openOptions.parity] ?? 0,
    dataBits: openOptions.dataBits,
  });
  await tty.open();
  // A baud touch may take the unit away right here; the open still succeeds, as on Linux, and the first read tells.
  await tty.setLineCoding(codingAt(openOptions.baudRate));
  let isOpen = true;
  let lines = { dtr: true, rts: true };
  let isBreaking = false;

  const whileOpen = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (!isOpen) throw new Error('Port is not open');
    try {
      return await work();
    } catch (error) {
      throw bindingError(error);
    }
  };

  return {
    openOptions,
    get isOpen() {
      return isOpen;
    },
    read: (buffer, offset, length) =>
      whileOpen(async () => {
        checkRange(buffer, offset, length);
        const bytes = await tty.read(length);
        bytes.copy(buffer, offset);
        return { buffer, bytesRead: bytes.length };
      }),
    write: (buffer) => whileOpen(() => tty.write(buffer)),
    drain: () => whileOpen(() => tty.drain()),
    flush: () => whileOpen(async () => tty.discardReceived()),
    update: ({ baudRate }) =>
      whileOpen(async () => {
        if (!Number.isInteger(baudRate) || baudRate <= 0) throw new TypeError('"baudRate" is not valid');
        await tty.setLineCoding(codingAt(baudRate));
      }),
    set: ({ brk = false, dtr = lines.dtr, rts = lines.rts }) =>
      whileOpen(async () => {
        lines = { dtr, rts };
        await tty.setControlLines(lines);
        if (brk !== isBreaking) await tty.sendBreak(brk);
        isBreaking = brk;
      }),
    // The driver reports CTS always, and the others from SERIAL_STATE, which units never send.
    get: () => whileOpen(async () => ({ cts: true, dsr: false, dcd: false })),
    getBaudRate: () => whileOpen(async () => ({ baudRate: tty.lineCoding().baudRate })),
    close: () =>
      whileOpen(async () => {
        isOpen = false;
        try {
          await tty.close(openOptions.hupcl);
        } finally {
          onClosed();
        }
      }),
  };
}

function checkRange(buffer: Buffer, offset: number, length: number): void {
  if (!Buffer.isBuffer(buffer)) throw new TypeError('"buffer" is not a Buffer');
  if (!Number.isInteger(offset) || offset < 0) throw new TypeError('"offset" is not an integer');
  if (!Number.isInteger(length) || length < 1) throw new TypeError('"length" is not an integer');
  if (buffer.length < offset + length) throw new Error('buffer is too small');
}

/** The error as the stream expects it: a cancelled read is quiet, any other one is a disconnect (bindings-interface). */
function bindingError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'TtyClosed') return Object.assign(error, { canceled: true });
  return error instanceof TtyGone ? Object.assign(error, { disconnected: true }) : error;
}
