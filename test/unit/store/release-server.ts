import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { PLANT_NAME } from './self-signed.ts';

/** A file as a release server has it, and how often and where it breaks off before it sends the whole. */
export type ServedFile = {
  readonly bytes: Buffer | string;
  readonly etag?: string;
  /** After so many bytes of each of the first answers the connection is cut. */
  readonly breaksAfter?: readonly number[];
  /** Ranges are ignored, as some mirrors do. */
  readonly ignoresRanges?: boolean;
  readonly redirectTo?: string;
  readonly status?: number;
};

/** A web server on loopback, over TLS with a key and a certificate, that serves files by path and remembers what it was asked. */
export async function serveReleases(
  files: Map<string, ServedFile>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<{ readonly base: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const answers = new Map<string, number>();
  const answer: RequestListener = (request, response) => {
    asked.push(request);
    const path = request.url ?? '';
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end('no such file');
    if (file.redirectTo !== undefined) return void response.writeHead(302, { location: file.redirectTo }).end();
    if (file.status !== undefined) return void response.writeHead(file.status).end();
    const whole = Buffer.from(file.bytes);
    const count = answers.get(path) ?? 0;
    answers.set(path, count + 1);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    const isSame = file.etag !== undefined && request.headers['if-range'] === file.etag;
    const isRange = !Number.isNaN(from) && isSame && file.ignoresRanges !== true;
    if (isRange && from >= whole.length) return void response.writeHead(416).end();
    const content = isRange ? whole.subarray(from) : whole;
    response.writeHead(isRange ? 206 : 200, {
      'content-length': content.length,
      ...(file.etag === undefined ? {} : { etag: file.etag }),
      ...(isRange ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
    });
    const breaksAfter = file.breaksAfter?.[count];
    if (breaksAfter === undefined) return void response.end(content);
    response.write(content.subarray(0, breaksAfter), () => response.socket?.destroySoon());
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  return { base: `http${tls === undefined ? '' : 's'}://127.0.0.1:${await listening(server)}`, asked };
}

/**
 * A proxy on loopback that knows CONNECT and whole addresses, knows PLANT_NAME as 127.0.0.1, and remembers where it was sent. With a
 * `refusal` it lets nobody through but those with these credentials.
 */
export async function serveProxy(refusal?: {
  readonly status: number;
  readonly credentials?: string;
}): Promise<{ readonly address: string; readonly sentTo: string[] }> {
  const sentTo: string[] = [];
  const server = createServer((request, response) => {
    sentTo.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  server.on('connect', (request, client, head) => {
    sentTo.push(`CONNECT ${request.url}`);
    const given = request.headers['proxy-authorization'];
    const wanted = `Basic ${Buffer.from(refusal?.credentials ?? '').toString('base64')}`;
    if (refusal !== undefined && given !== wanted) {
      client.end(`HTTP/1.1 ${refusal.status} No\r\nX-Given: ${given}\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const target = connect(Number(port), host === PLANT_NAME ? '127.0.0.1' : host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
  });
  return { address: `http://127.0.0.1:${await listening(server)}`, sentTo };
}

/** Takes connections on loopback, says the words given, if any, and then nothing. */
export async function serveSilence(words?: string): Promise<string> {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => words !== undefined && socket.write(words));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}
