import type { TransferAnswer, UsbFunction } from '../unit/usb-function.ts';
import { REQUEST } from '../usbip/usb-descriptors.ts';
import type { CdcInterface } from './cdc-interface.ts';

/** The seven bytes of SET_LINE_CODING as values; stop bits 0 = 1, 1 = 1.5, 2 = 2; parity 0 none, 1 odd, 2 even. */
export type LineCoding = {
  readonly baudRate: number;
  readonly stopBits: 0 | 1 | 2;
  readonly parity: 0 | 1 | 2 | 3 | 4;
  readonly dataBits: number;
};

/** One enumeration's tty, as Linux's cdc_acm driver keeps it. Bytes come and go only while it is open. */
export interface AcmTty {
  /** Raises DTR and RTS and begins to read. */
  open(): Promise<void>;
  /** Sends the coding only when it differs from the last one sent, over closes and opens (device-usb.md 2.3). */
  setLineCoding(coding: LineCoding): Promise<void>;
  lineCoding(): LineCoding;
  /** Sends the control lines only when they change. */
  setControlLines(lines: { readonly dtr: boolean; readonly rts: boolean }): Promise<void>;
  sendBreak(isOn: boolean): Promise<void>;
  /** Up to `length` received bytes; resolves with at least one. Rejects by `TtyClosed` or `TtyGone`. */
  read(length: number): Promise<Buffer>;
  /** Resolves when all bytes are in the driver's buffers. Rejects by `TtyClosed` or `TtyGone`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the unit has taken everything. */
  drain(): Promise<void>;
  discardReceived(): void;
  /** Lowers DTR (unless told not to) and stops reading; unread bytes are lost. */
  close(lowerLines: boolean): Promise<void>;
}

/** The tty was closed while a read or write waited. */
export class TtyClosed extends Error {
  override readonly name = 'TtyClosed';
}

/** The unit left the bus. */
export class TtyGone extends Error {
  override readonly name = 'TtyGone';
}

const CDC = { setLineCoding: 0x20, setControlLineState: 0x22, sendBreak: 0x23 } as const;
const ENDPOINT_HALT = 0;
/** Timeout of the driver's control messages. */
const CONTROL_TIMEOUT_MS = 5000;
/** The driver reads two packets at a time, writes twenty, and holds sixteen writes (device-usb.md 2.3). */
const READ_PACKETS = 2;
const WRITE_PACKETS = 20;
const WRITES_HELD = 16;
/** The tty layer's buffer: beyond it the driver stops reading and the unit is held back. */
const RECEIVE_BUFFER_BYTES = 64 * 1024;
/** Linux waits 30 s for unsent bytes at close; a station that closes a dead port does not want to. */
const CLOSE_DRAIN_MS = 300;

/** Probes the console: sends 9600 8N1 like the driver, and keeps the tty's state until the unit leaves. */
export function createAcmTty(usbFunction: UsbFunction, cdc: CdcInterface): AcmTty {
  let coding: LineCoding = { baudRate: 9600, stopBits: 0, parity: 0, dataBits: 8 };
  let lines = { dtr: false, rts: false };
  let session: Session | undefined;
  const { gone } = usbFunction;

  // Failed class requests are ignored, as in the driver: a unit without them still has a console.
  const request = async (code: number, value: number, data: Uint8Array): Promise<void> => {
    const setup = { requestType: 0x21, request: code, value, index: cdc.interfaceNumber, length: data.length };
    await usbFunction.control(setup, data, AbortSignal.timeout(CONTROL_TIMEOUT_MS));
  };
  const sendLines = (wanted: { readonly dtr: boolean; readonly rts: boolean }): Promise<void> => {
    lines = { dtr: wanted.dtr, rts: wanted.rts };
    return request(CDC.setControlLineState, (lines.dtr ? 1 : 0) | (lines.rts ? 2 : 0), new Uint8Array(0));
  };
  const current = (): Session => {
    if (session === undefined) throw new TtyClosed('the port is closed');
    return session;
  };
  void request(CDC.setLineCoding, 0, encodeLineCoding(coding));

  return {
    async open() {
      if (gone.aborted) throw new TtyGone('the unit left the bus');
      session = startSession(usbFunction, cdc);
      await sendLines({ dtr: true, rts: true });
    },
    async setLineCoding(wanted) {
      if (gone.aborted) throw new TtyGone('the unit left the bus');
      const bytes = encodeLineCoding(wanted);
      if (bytes.equals(encodeLineCoding(coding))) return;
      coding = wanted;
      await request(CDC.setLineCoding, 0, bytes);
    },
    lineCoding: () => coding,
    async setControlLines(wanted) {
      if (gone.aborted) throw new TtyGone('the unit left the bus');
      if (wanted.dtr !== lines.dtr || wanted.rts !== lines.rts) await sendLines(wanted);
    },
    sendBreak: (isOn) => request(CDC.sendBreak, isOn ? 0xffff : 0, new Uint8Array(0)),
    read: (length) => current().read(length),
    write: (bytes) => current().write(bytes),
    drain: () => current().drain(),
    discardReceived: () => current().discardReceived(),
    async close(lowerLines) {
      const ending = session;
      if (ending === undefined) return;
      ending.stopReading();
      if (!gone.aborted) await Promise.race([ending.drain().catch(() => {}), delay(CLOSE_DRAIN_MS)]);
      ending.end();
      session = undefined;
      if (lowerLines && !gone.aborted) await sendLines({ dtr: false, rts: false });
    },
  };
}

/** From open to close. */
type Session = {
  read(length: number): Promise<Buffer>;
  write(bytes: Uint8Array): Promise<void>;
  drain(): Promise<void>;
  discardReceived(): void;
  /** Makes a waiting read fail as closed. */
  stopReading(): void;
  end(): void;
};

function startSession(usbFunction: UsbFunction, cdc: CdcInterface): Session {
  const ending = new AbortController();
  const { gone } = usbFunction;
  let received: Buffer = Buffer.alloc(0);
  let isReadable = true;
  let changed = Promise.withResolvers<void>();
  const writes = new Set<Promise<TransferAnswer>>();

  const wake = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const check = (isOpen: boolean): void => {
    if (!isOpen || ending.signal.aborted) throw new TtyClosed('the port was closed');
    if (gone.aborted) throw new TtyGone('the unit left the bus');
  };
  gone.addEventListener('abort', wake, { once: true });

  const keepReading = async (): Promise<void> => {
    while (!ending.signal.aborted && !gone.aborted) {
      if (received.length >= RECEIVE_BUFFER_BYTES) {
        await changed.promise;
        continue;
      }
      const answer = await usbFunction.transferIn(cdc.bulkIn, READ_PACKETS * cdc.packetBytes, ending.signal);
      if (answer.kind === 'stall') await clearHalt(usbFunction, cdc.bulkIn | 0x80);
      if (answer.kind !== 'done' || answer.data.length === 0) {
        // Lets the event loop turn even when a unit answers nothing, endlessly.
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      received = Buffer.concat([received, answer.data]);
      wake();
    }
  };
  void keepReading();
  // The driver listens for SERIAL_STATE while open. Units never send it (device-usb.md 2.3), so one request is enough.
  void usbFunction.transferIn(cdc.interruptIn, cdc.interruptBytes, ending.signal);

  return {
    async read(length) {
      while (received.length === 0) {
        check(isReadable);
        await changed.promise;
      }
      check(isReadable);
      const taken = received.subarray(0, length);
      received = received.subarray(taken.length);
      wake();
      return taken;
    },
    async write(bytes) {
      const chunkBytes = WRITE_PACKETS * cdc.packetBytes;
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        while (writes.size >= WRITES_HELD && !gone.aborted && !ending.signal.aborted) await Promise.race(writes);
        check(true);
        const write = usbFunction.transferOut(cdc.bulkOut, bytes.slice(at, at + chunkBytes), ending.signal);
        writes.add(write);
        void write.then(() => writes.delete(write));
      }
      check(true);
    },
    async drain() {
      while (writes.size > 0) await Promise.all(writes);
      check(true);
    },
    discardReceived() {
      received = Buffer.alloc(0);
      wake();
    },
    stopReading() {
      isReadable = false;
      received = Buffer.alloc(0);
      wake();
    },
    end() {
      ending.abort();
      wake();
    },
  };
}

async function clearHalt(usbFunction: UsbFunction, endpoint: number): Promise<void> {
  const setup = { requestType: 0x02, request: REQUEST.clearFeature, value: ENDPOINT_HALT, index: endpoint, length: 0 };
  await usbFunction.control(setup, new Uint8Array(0), AbortSignal.timeout(CONTROL_TIMEOUT_MS));
}

function encodeLineCoding(coding: LineCoding): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeUInt32LE(coding.baudRate, 0);
  bytes[4] = coding.stopBits;
  bytes[5] = coding.parity;
  bytes[6] = coding.dataBits;
  return bytes;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
