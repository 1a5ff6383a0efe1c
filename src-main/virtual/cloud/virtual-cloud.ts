import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientRecord } from './account-records.ts';
import { addUser, type UserInput } from './accounts.ts';
import { answerRequest } from './answer-request.ts';
import type { ChaosSettings } from './chaos.ts';
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
import { createPastRows } from './past-rows.ts';
import { createRateLimits, type RateLimitSettings, type RateLimits } from './rate-limits.ts';
import { registerUnit, type UnitInput } from './register-unit.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { openStateFile } from './state-file.ts';

/** What a cloud begins with, and what `reset` puts in place of everything there is. */
export type CloudContent = {
  readonly products?: readonly ProductInput[];
  readonly units?: readonly UnitInput[];
  readonly users?: readonly UserInput[];
  readonly clients?: readonly ClientRecord[];
  readonly tokens?: readonly Partial<TokenRecord>[];
};

export type VirtualCloudOptions = CloudContent & {
  /** The station's token; a random one when left out. */
  readonly token?: string;
  /** Cloud seconds per real second; default 1. */
  readonly clockSpeed?: number;
  readonly faults?: readonly CloudFault[];
  readonly chaos?: ChaosSettings;
  /** Other limits than the real cloud's. */
  readonly limits?: RateLimitSettings;
  /** A TCP port; any free one when left out. */
  readonly port?: number;
  /** The loopback address to listen on, `127.0.0.1` when left out, or `::1`. */
  readonly host?: '127.0.0.1' | '::1';
  /** Where the memory is kept over a restart. What is in it goes before the content given here. */
  readonly stateFile?: string;
};

/** A Particle cloud on loopback, good enough for a line (cloud-api.md 7). */
export type VirtualCloud = {
  /** `http://<host>:<port>`, the same over `goOffline` and `goOnline`. */
  readonly baseUrl: string;
  /** Of an API user with the operator's scopes. */
  readonly token: string;
  readonly faults: CloudFaults;
  readonly limits: RateLimits;
  /** The whole memory, to look at and to change. */
  readonly state: CloudState;
  readonly requests: RequestLog;
  addProduct(product: ProductInput): void;
  registerUnit(unit: UnitInput): void;
  addUser(user: UserInput): void;
  /** Uploads a version of a product's firmware. */
  addFirmware(firmware: Pick<FirmwareRecord, 'productId' | 'version' | 'bytes'> & Partial<FirmwareRecord>): void;
  /** Makes a token and returns it: an API user with the operator's scopes unless told otherwise. */
  addToken(token?: Partial<TokenRecord>): string;
  /** Forgets everything but the station's token, and begins anew with this. */
  reset(content?: CloudContent): void;
  /** Nobody listens any more: connections are refused. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  /** Goes offline and closes the state file. */
  close(): Promise<void>;
};

/**
 * Starts a virtual cloud. Rejects with Node's error when the port cannot be had, with StationError `request/invalid` for a state file that
 * is none.
 */
export async function createVirtualCloud(options: VirtualCloudOptions = {}): Promise<VirtualCloud> {
  const state = createCloudState(options.clockSpeed);
  const file = options.stateFile === undefined ? undefined : openStateFile(options.stateFile, state);
  const past = createPastRows(state);
  const faults = createCloudFaults(options.faults, state.clock);
  faults.setChaos(options.chaos);
  const keep = () => {
    const changes = state.book.take();
    if (changes.size === 0) return;
    file?.write(changes);
    if (faults.hidesEffects()) past.remember(changes);
  };
  // What changes without a request: by a test, by the shell, by a device that comes online.
  state.book.onChange = () => void setImmediate(keep);
  if (file?.wasThere !== true) fill(state, options);
  const token = options.token ?? [...state.tokens.values()].find(({ client }) => client === LINE)?.token;
  const lineToken: Partial<TokenRecord> = { client: LINE, ...(token === undefined ? {} : { token }) };
  const station = { ...lineToken, token: addToken(state, lineToken) };
  keep();
  const requests = createRequestLog();
  const limits = createRateLimits(state.clock, options.limits);
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void answerRequest({ state, faults, limits, requests, past, keep }, request, response);
  };
  const host = options.host ?? '127.0.0.1';
  let server: Server;
  try {
    server = await listen(createServer(listener), options.port ?? 0, host);
  } catch (thrown) {
    file?.close();
    throw thrown;
  }
  const { port } = server.address() as AddressInfo;
  const goOffline = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    state.events.close();
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    baseUrl: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    token: station.token,
    faults,
    limits,
    state,
    requests,
    addProduct: (product) => void addProduct(state, product),
    registerUnit: (unit) => registerUnit(state, unit),
    addUser: (user) => addUser(state, user),
    addFirmware: (firmware) => void addFirmware(state, firmware),
    addToken: (input) => addToken(state, input),
    reset(content = {}) {
      for (const part of Object.values(state)) if (part instanceof Map) part.clear();
      state.firmware.splice(0);
      fill(state, content);
      addToken(state, station);
      limits.clear();
    },
    goOffline,
    goOnline: async () => {
      if (!server.listening) server = await listen(createServer(listener), port, host);
    },
    close: async () => {
      await goOffline();
      state.book.onChange = () => undefined;
      keep();
      file?.close();
    },
  };
}

/** The client of the station's token, by which it is found again in a state file. */
const LINE = 'line';

function fill(state: CloudState, content: CloudContent): void {
  for (const product of content.products ?? []) addProduct(state, product);
  for (const unit of content.units ?? []) registerUnit(state, unit);
  for (const user of content.users ?? []) addUser(state, user);
  for (const client of content.clients ?? []) state.clients.set(client.clientId, client);
  for (const token of content.tokens ?? []) addToken(state, token);
}

async function listen(server: Server, port: number, host: string): Promise<Server> {
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
