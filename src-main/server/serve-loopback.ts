import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { StationCommands } from '../contract/contract.ts';
import { StationError } from '../domain/failure.ts';
import { createAccessToken } from './access-token.ts';
import { SECURITY_HEADERS } from './content-policy.ts';
import { serveSocket } from './socket-session.ts';
import { readWebFile } from './web-file.ts';

export type LoopbackOptions = {
  /** The folder of the built page (dist/renderer). */
  readonly webRoot: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
  /** The secret to ask for; a fresh one when absent. Only the development server keeps one over restarts. */
  readonly token?: string;
  /** How long a socket may stay without its token; 3000 ms when absent. */
  readonly tokenWaitMs?: number;
  /** Answers page requests in the place of `webRoot`: the development server's middleware. Host and method are checked before. */
  readonly servePage?: (request: IncomingMessage, response: ServerResponse) => void;
};

export type LoopbackServer = {
  /** Where to point a browser on this machine, the token in the fragment (which no server and no log ever sees). */
  readonly url: string;
  /** Closes every socket and the port. */
  close(): Promise<void>;
};

const ADDRESS = '127.0.0.1';
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_CLIENTS = 32;

/**
 * Serves the page and the contract to browsers of this machine only (rules and reasons: workbench.md E). Throws StationError
 * `station/port-in-use` when the port cannot be had.
 */
export async function serveLoopback(station: StationCommands, options: LoopbackOptions): Promise<LoopbackServer> {
  const token = options.token ?? createAccessToken();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  sockets.on('connection', (socket) => serveSocket(socket, station, token, options.tokenWaitMs ?? 3000));

  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    if (!hasOwnHost(request)) refuse(response, 421);
    else if (request.method !== 'GET') refuse(response, 405, { allow: 'GET' });
    else if (options.servePage !== undefined) options.servePage(request, response);
    else void servePage(options.webRoot, request, response);
  });
  server.on('upgrade', (request, stream, head) => {
    const refusal = upgradeRefusal(request, sockets.clients.size);
    if (refusal !== undefined) refuseUpgrade(stream, refusal);
    else sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request));
  });

  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://${ADDRESS}:${port}/#token=${token}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** A rebound page sends its own name here, so this one comparison defeats DNS rebinding. */
function hasOwnHost(request: IncomingMessage): boolean {
  return request.headers.host === ownHost(request);
}

function ownHost(request: IncomingMessage): string {
  return `${ADDRESS}:${request.socket.localPort}`;
}

async function servePage(webRoot: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const file = await readWebFile(webRoot, path);
  if (file === undefined) {
    refuse(response, 404);
    return;
  }
  response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': file.mediaType, 'content-length': file.bytes.length });
  response.end(file.bytes);
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${status}\n`);
}

/** The status with which an upgrade is refused, or undefined. A page of another origin always names itself; a program may lie, and then lacks the token. */
function upgradeRefusal(request: IncomingMessage, clients: number): number | undefined {
  if (!hasOwnHost(request)) return 421;
  if (request.method !== 'GET' || request.url !== '/ws') return 404;
  if (request.headers.origin !== `http://${ownHost(request)}`) return 403;
  return clients >= MAX_CLIENTS ? 503 : undefined;
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(port, error)));
    server.listen({ host: ADDRESS, port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}

function portError(port: number, cause: NodeJS.ErrnoException): StationError {
  const why = cause.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be opened (${cause.code})`;
  const detail = `Port ${port} of ${ADDRESS} ${why}. Close the other program, or choose another port with --port.`;
  return new StationError('station/port-in-use', detail, { cause });
}
