import {
  POOLED_PAYLOAD_BYTES,
  SERVICE,
  SERVICE_REPLY_LENGTH,
  SERVICE_STATUS,
} from '../../protocol/control-requests.ts';
import { encodeServiceReply, type ServiceReply } from '../../protocol/service-reply.ts';
import type { ControlReply } from './enumeration.ts';
import type { FaultSet } from './faults.ts';
import type { Setup, UnitClock } from './usb-function.ts';

/** How the firmware answers a whole request. */
export type RequestResult = {
  readonly result: number;
  /** Reply data; a request without any is over with its CHECK. */
  readonly data?: Uint8Array;
  /** Done once the host has fetched the answer. */
  readonly afterwards?: () => void;
};

/** The firmware behind the channel: one request at a time, in order. */
export type RequestHandler = (type: number, payload: Uint8Array) => Promise<RequestResult>;

/**
 * The vendor control-request channel over EP0 (device-usb.md 5.1, 5.2): INIT, CHECK, SEND, RECV, RESET, four requests at most.
 */
export class ControlChannel {
  readonly #handle: RequestHandler;
  readonly #clock: UnitClock;
  readonly #faults: FaultSet;
  readonly #requests = new Map<number, ActiveRequest>();
  #lastId = 0;
  #handling: Promise<void> = Promise.resolve();

  constructor(handle: RequestHandler, surroundings: { readonly clock: UnitClock; readonly faults: FaultSet }) {
    this.#handle = handle;
    this.#clock = surroundings.clock;
    this.#faults = surroundings.faults;
  }

  /** Answers a service request with recipient device. */
  service(setup: Setup, data: Uint8Array): ControlReply {
    const isIn = setup.requestType === 0xc0;
    switch (setup.request) {
      case SERVICE.init:
        return isIn && setup.length >= SERVICE_REPLY_LENGTH ? this.#init(setup) : 'stall';
      case SERVICE.check:
        return isIn && setup.length >= SERVICE_REPLY_LENGTH ? this.#check(setup.index) : 'stall';
      case SERVICE.send:
        return isIn ? 'stall' : this.#send(setup.index, data);
      case SERVICE.receive:
        return isIn ? this.#receive(setup) : 'stall';
      case SERVICE.reset:
        return isIn && setup.length >= SERVICE_REPLY_LENGTH ? this.#reset(setup.index) : 'stall';
      default:
        return 'stall';
    }
  }

  #init(setup: Setup): ControlReply {
    if (this.#requests.size >= MAX_ACTIVE || this.#isBusyByFault()) return reply({ status: SERVICE_STATUS.busy });
    this.#lastId = (this.#lastId % 0xffff) + 1;
    const id = this.#lastId;
    const request: ActiveRequest = {
      type: setup.index,
      payload: new Uint8Array(setup.value),
      received: 0,
      stage: 'receiving',
      outcome: undefined,
      fetched: 0,
    };
    this.#requests.set(id, request);
    if (setup.value === 0) this.#queue(id, request);
    if (setup.value <= POOLED_PAYLOAD_BYTES) return reply({ status: SERVICE_STATUS.ok, id });
    request.stage = 'allocating';
    void this.#clock.sleep(ALLOCATION_MS).then(() => {
      if (request.stage === 'allocating') request.stage = 'receiving';
    });
    return reply({ status: SERVICE_STATUS.pending, id });
  }

  #check(id: number): ControlReply {
    const request = this.#requests.get(id);
    if (request === undefined) return reply({ status: SERVICE_STATUS.notFound });
    if (request.stage === 'receiving') return reply({ status: SERVICE_STATUS.ok });
    if (request.outcome === undefined) return reply({ status: SERVICE_STATUS.pending });
    const { result, data, afterwards } = request.outcome;
    if (data !== undefined && data.length > 0) {
      return reply({ status: SERVICE_STATUS.ok, size: data.length, result });
    }
    this.#requests.delete(id);
    const answer = reply({ status: SERVICE_STATUS.ok, result });
    return { ...answer, after: async () => afterwards?.() };
  }

  #send(id: number, data: Uint8Array): ControlReply {
    const request = this.#requests.get(id);
    if (request === undefined || request.stage !== 'receiving') return 'stall';
    if (request.received + data.length > request.payload.length) return 'stall';
    request.payload.set(data, request.received);
    request.received += data.length;
    if (request.received === request.payload.length) this.#queue(id, request);
    return { data: NO_BYTES };
  }

  #receive(setup: Setup): ControlReply {
    const request = this.#requests.get(setup.index);
    const data = request?.outcome?.data;
    if (request === undefined || data === undefined || request.fetched + setup.length > data.length) return 'stall';
    const chunk = data.subarray(request.fetched, request.fetched + setup.length);
    request.fetched += chunk.length;
    if (request.fetched < data.length) return { data: chunk };
    this.#requests.delete(setup.index);
    const afterwards = request.outcome?.afterwards;
    return { data: chunk, after: async () => afterwards?.() };
  }

  #reset(id: number): ControlReply {
    if (id === 0) this.#requests.clear();
    else if (!this.#requests.delete(id)) return reply({ status: SERVICE_STATUS.notFound });
    return reply({ status: SERVICE_STATUS.ok });
  }

  #queue(id: number, request: ActiveRequest): void {
    request.stage = 'handling';
    this.#handling = this.#handling.then(async () => {
      await this.#clock.sleep(HANDLER_MS);
      if (this.#requests.get(id) !== request) return;
      request.outcome = await this.#handle(request.type, request.payload);
    });
  }

  #isBusyByFault(): boolean {
    const left = this.#faults.number('busy-channel');
    if (left === undefined) return false;
    if (left <= 1) this.#faults.clear('busy-channel');
    else this.#faults.set({ name: 'busy-channel', number: left - 1 });
    return true;
  }
}

type ActiveRequest = {
  readonly type: number;
  readonly payload: Uint8Array;
  received: number;
  stage: 'allocating' | 'receiving' | 'handling';
  outcome: RequestResult | undefined;
  fetched: number;
};

const MAX_ACTIVE = 4;

/** A larger payload's buffer is allocated by the system thread, a moment later. */
const ALLOCATION_MS = 5;

/** A request waits for the system thread's next turn; a modelled figure (usb-lab.md 5). */
const HANDLER_MS = 10;

const NO_BYTES = new Uint8Array(0);

function reply(fields: ServiceReply): { data: Uint8Array } {
  return { data: encodeServiceReply(fields) };
}
