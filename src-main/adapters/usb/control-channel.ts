import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../domain/failure.ts';
import { needsDummyByte } from '../../ports/unit-control.ts';
import type { ControlPipe, SetupPacket, UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import {
  CHUNK_BYTES,
  MAX_PAYLOAD_BYTES,
  SERVICE,
  SERVICE_REPLY_LENGTH,
  SERVICE_STATUS,
  VENDOR_IN,
  VENDOR_OUT,
} from '../../protocol/control-requests.ts';
import { decodeServiceReply, type ServiceReply } from '../../protocol/service-reply.ts';

/** One unit's control-request channel (device-usb.md 5.2), on any bus. */
export type ControlChannel = {
  /**
   * Runs one request to its end and returns its result code and reply. Rejects with `usb/transfer-failed` (reason 'stall',
   * 'timeout' or 'other'), `unit/unplugged`, `unit/garbled-answer` or `run/aborted`; the unit has then been told to drop it.
   */
  request(type: number, payload: Uint8Array, options: RequestOptions): Promise<{ result: number; reply: Uint8Array }>;
  /** A plain transfer on the same pipe, rejecting likewise. */
  transferIn(setup: SetupPacket, length: number, timeoutMs: number): Promise<Uint8Array>;
  /** Drops every request in the unit, whoever made it. */
  cancelAll(): Promise<void>;
  close(): Promise<void>;
};

export type RequestOptions = {
  readonly timeoutMs: number;
  /** Waits between questions, in milliseconds, the last one repeating; by default short at first and then longer. */
  readonly pollsMs?: readonly number[];
};

/** Opens EP0 of this unit. Everything on it ends with `run/aborted` when `signal` aborts. */
export async function openControlChannel(bus: UsbBus, unit: UsbUnit, signal: AbortSignal): Promise<ControlChannel> {
  const pipe = await bus.openControl(unit).catch((thrown: unknown) => {
    throw explain(thrown, unit, signal);
  });
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    return pipe.close();
  };
  // Closing the pipe is what ends a transfer that is under way.
  const onAbort = (): void => void close();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) await close();

  const wire = createWire(pipe, unit, signal);
  return {
    request: (type, payload, { timeoutMs, pollsMs = POLLS_MS }) =>
      runRequest(wire, type, payload, { deadline: Date.now() + timeoutMs, pollsMs }),
    transferIn: wire.transferIn,
    async cancelAll() {
      await wire.service(SERVICE.reset, 0, 0, TRANSFER_MS);
    },
    close,
  };
}

/** True for a transport fault of this kind. */
export function failedBy(thrown: unknown, reason: 'stall' | 'timeout' | 'gone' | 'other'): boolean {
  return thrown instanceof StationError && thrown.evidence?.reason === reason;
}

/** One transfer may take this long; the unit holds EP0 no longer than a flash write does (device-usb.md 5.2). */
const TRANSFER_MS = 5_000;
/** Waits between questions, in milliseconds: short at first, because most requests are answered at once. */
const POLLS_MS: readonly number[] = [2, 5, 10, 20, 50, 100, 200, 250];
const CLEAN_UP_MS = 500;

type Wire = {
  transferIn(setup: SetupPacket, length: number, timeoutMs: number): Promise<Uint8Array>;
  service(request: number, value: number, index: number, timeoutMs: number): Promise<ServiceReply>;
  send(id: number, chunk: Uint8Array, timeoutMs: number): Promise<void>;
  receive(id: number, length: number, timeoutMs: number): Promise<Uint8Array>;
  pause(milliseconds: number): Promise<void>;
};

function createWire(pipe: ControlPipe, unit: UsbUnit, signal: AbortSignal): Wire {
  const guarded = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      if (signal.aborted) throw aborted(unit);
      return await work();
    } catch (thrown) {
      throw explain(thrown, unit, signal);
    }
  };
  const wire: Wire = {
    transferIn: (setup, length, timeoutMs) => guarded(() => pipe.transferIn(setup, length, timeoutMs)),
    async service(request, value, index, timeoutMs) {
      const setup = { requestType: VENDOR_IN, request, value, index };
      return decodeServiceReply(await wire.transferIn(setup, SERVICE_REPLY_LENGTH, timeoutMs));
    },
    send(id, chunk, timeoutMs) {
      const setup = { requestType: VENDOR_OUT, request: SERVICE.send, value: 0, index: id };
      const data = chunk.length === 0 && needsDummyByte(unit.platform) ? Uint8Array.of(0) : chunk;
      return guarded(() => pipe.transferOut(setup, data, timeoutMs));
    },
    receive(id, length, timeoutMs) {
      return wire.transferIn(
        { requestType: VENDOR_IN, request: SERVICE.receive, value: 0, index: id },
        length,
        timeoutMs,
      );
    },
    pause: (milliseconds) => guarded(() => sleep(milliseconds, undefined, { signal })),
  };
  return wire;
}

type Pace = { readonly deadline: number; readonly pollsMs: readonly number[] };

async function runRequest(
  wire: Wire,
  type: number,
  payload: Uint8Array,
  { deadline, pollsMs }: Pace,
): Promise<{ result: number; reply: Uint8Array }> {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new StationError('run/bug', `A request of ${payload.length} bytes does not fit the control channel.`);
  }
  const left = (): number => {
    const milliseconds = deadline - Date.now();
    if (milliseconds <= 0) throw faulty('timeout', `control request ${type} got no answer in time`);
    return Math.min(milliseconds, TRANSFER_MS);
  };
  const started = await begin(wire, type, payload.length, left);
  try {
    if (started.status === SERVICE_STATUS.pending) {
      await checkUntilDone(wire, type, started.id, left, pollsMs);
    }
    for (let at = 0; at < payload.length; at += CHUNK_BYTES) {
      await wire.send(started.id, payload.subarray(at, at + CHUNK_BYTES), left());
    }
    const ended = await checkUntilDone(wire, type, started.id, left, pollsMs);
    const reply = await receiveReply(wire, type, started.id, ended.size ?? 0, left);
    return { result: ended.result ?? 0, reply };
  } catch (thrown) {
    // Four forgotten requests would make the unit answer BUSY for ever. What went wrong matters more than whether this works.
    await wire.service(SERVICE.reset, 0, started.id, CLEAN_UP_MS).catch(() => undefined);
    throw thrown;
  }
}

async function begin(
  wire: Wire,
  type: number,
  size: number,
  left: () => number,
): Promise<{ readonly status: ServiceReply['status']; readonly id: number }> {
  for (let attempt = 0; ; attempt += 1) {
    const { status, id } = await wire.service(SERVICE.init, size, type, left());
    if (status === SERVICE_STATUS.ok || status === SERVICE_STATUS.pending) {
      if (id === undefined) throw faulty('other', `control request ${type} was accepted without an id`);
      return { status, id };
    }
    if (status !== SERVICE_STATUS.busy && status !== SERVICE_STATUS.noMemory) {
      throw faulty('other', `control request ${type} was not accepted (status ${status})`);
    }
    await wire.pause(Math.min(pollAt(attempt + 3, POLLS_MS), left()));
  }
}

async function checkUntilDone(
  wire: Wire,
  type: number,
  id: number,
  left: () => number,
  pollsMs: readonly number[],
): Promise<ServiceReply> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await wire.service(SERVICE.check, 0, id, left());
    if (reply.status === SERVICE_STATUS.ok) return reply;
    if (reply.status !== SERVICE_STATUS.pending) {
      throw faulty('other', `control request ${type} was dropped by the unit (status ${reply.status})`);
    }
    await wire.pause(Math.min(pollAt(attempt, pollsMs), left()));
  }
}

async function receiveReply(
  wire: Wire,
  type: number,
  id: number,
  size: number,
  left: () => number,
): Promise<Uint8Array> {
  if (size > MAX_PAYLOAD_BYTES) {
    throw new StationError('unit/garbled-answer', `The reply to control request ${type} claims ${size} bytes.`);
  }
  const reply = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const chunk = await wire.receive(id, Math.min(CHUNK_BYTES, size - at), left());
    if (chunk.length === 0) throw faulty('other', `the reply to control request ${type} ended early`);
    reply.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
  }
  return reply;
}

function pollAt(attempt: number, pollsMs: readonly number[]): number {
  return pollsMs[Math.min(attempt, pollsMs.length - 1)] ?? 250;
}

function faulty(reason: 'timeout' | 'other', what: string): StationError {
  return new StationError('usb/transfer-failed', `The ${what}.`, { evidence: { reason } });
}

function aborted(unit: UsbUnit): StationError {
  return new StationError('run/aborted', `Talking to the unit on ${unit.portPath} was aborted.`);
}

/** An abort ends transfers by closing the pipe under them, so it is asked first. */
function explain(thrown: unknown, unit: UsbUnit, signal: AbortSignal): unknown {
  if (signal.aborted) return aborted(unit);
  if (failedBy(thrown, 'gone')) {
    return new StationError('unit/unplugged', `The unit left ${unit.portPath} while it was asked.`, { cause: thrown });
  }
  return thrown;
}
