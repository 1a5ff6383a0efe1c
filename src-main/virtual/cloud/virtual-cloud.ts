import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest } from './answer-request.ts';
import { type CloudFault, type CloudFaults, createCloudFaults } from './cloud-faults.ts';
import type { FirmwareRecord, TokenRecord } from './cloud-records.ts';
import {
  addFirmware,
  addProduct,
  addToken,
  type CloudState,
  createCloudState,
  type ProductInput,
} from './cloud-state.ts';
import { registerUnit, type UnitInput } from './register-unit.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';

export type VirtualCloudOptions = {
  readonly products?: readonly ProductInput[];
  readonly units?: readonly UnitInput[];
  /** The station's token; a random one when left out. */
  readonly token?: string;
  /** Cloud seconds per real second; default 1. */
  readonly clockSpeed?: number;
  readonly faults?: readonly CloudFault[];
  /** A TCP port on 127.0.0.1; any free one when left out. */
  readonly port?: number;
};

/** A Particle cloud on 127.0.0.1, good enough for a line (cloud-api.md 7). */
export type VirtualCloud = {
  /** `http://127.0.0.1:<port>`, the same over `goOffline` and `goOnline`. */
  readonly baseUrl: string;
  /** Of an API user with the operator's scopes. */
  readonly token: string;
  readonly faults: CloudFaults;
  /** The whole memory, to look at and to change. */
  readonly state: CloudState;
  readonly requests: RequestLog;
  addProduct(product: ProductInput): void;
  registerUnit(unit: UnitInput): void;
  /** Uploads a version of a product's firmware. */
  addFirmware(firmware: Pick<FirmwareRecord, 'productId' | 'version' | 'bytes'> & Partial<FirmwareRecord>): void;
  /** Makes a token and returns it: an API user with the operator's scopes unless told otherwise. */
  addToken(token?: Partial<TokenRecord>): string;
  /** Nobody listens any more: connections are refused. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  close(): Promise<void>;
};

/** Starts a virtual cloud. Rejects with Node's error when the port cannot be had. */
export async function createVirtualCloud(options: VirtualCloudOptions = {}): Promise<VirtualCloud> {
  const state = createCloudState(options.clockSpeed);
  for (const product of options.products ?? []) addProduct(state, product);
  for (const unit of options.units ?? []) registerUnit(state, unit);
  const token = addToken(state, options.token === undefined ? {} : { token: options.token });
  const faults = createCloudFaults(options.faults);
  const requests = createRequestLog();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void answerRequest({ state, faults, requests }, request, response);
  };
  let server = await listen(createServer(listener), options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const goOffline = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    token,
    faults,
    state,
    requests,
    addProduct: (product) => void addProduct(state, product),
    registerUnit: (unit) => registerUnit(state, unit),
    addFirmware: (firmware) => addFirmware(state, firmware),
    addToken: (input) => addToken(state, input),
    goOffline,
    goOnline: async () => {
      if (!server.listening) server = await listen(createServer(listener), port);
    },
    close: goOffline,
  };
}

async function listen(server: Server, port: number): Promise<Server> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
