import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers every request with what it was told, wherever an answer has room for it, and remembers the paths. */
export async function startEchoingCloud(): Promise<
  AsyncDisposable & { readonly baseUrl: string; readonly urls: string[] }
> {
  const urls: string[] = [];
  let turn = 0;
  const server = createServer((request, response) => {
    urls.push(request.url ?? '');
    const told = request.headers.authorization ?? '';
    turn += 1;
    const [status, type, body] = [
      [400, 'application/json', JSON.stringify({ error: told, error_description: `no such ${told}`, info: told })],
      [200, 'text/html', `<html><head><title>${told}</title></head><body>${told}</body></html>`],
      [404, 'text/plain', told],
      [200, 'application/json', JSON.stringify({ ok: false, errors: [[told, 404]] })],
      [302, 'text/html', told],
      [200, 'application/json', `{"product":{"id":1,"name":"${told}","platform_id":13}`],
    ][turn % 6] as [number, string, string];
    response.writeHead(status, { 'content-type': type, 'x-request-id': told, location: `http://127.0.0.1/?${told}` });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    urls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
