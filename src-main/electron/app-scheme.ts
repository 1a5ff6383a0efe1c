import { protocol } from 'electron/main';
import { SECURITY_HEADERS } from '../server/content-policy.ts';
import { readWebFile } from '../server/web-file.ts';

const SCHEME = 'app';
const HOST = 'linewright';

/** The page's address in the window. Only the built page lives there; nothing comes from the network or from file: addresses. */
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

/** Tells Chromium to treat our scheme as a secure web origin of its own. Before Electron is ready, and once. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built page, with the content policy of the loopback server. After Electron is ready. */
export function serveAppScheme(webRoot: string): void {
  protocol.handle(SCHEME, (request) => answerPageRequest(request, webRoot));
}

/** One file of the page, or 404 for anything that is not one, for another host and for anything but GET. */
export async function answerPageRequest(request: Request, webRoot: string): Promise<Response> {
  const url = new URL(request.url);
  const isAsked = request.method === 'GET' && isOwnPage(request.url);
  const file = isAsked ? await readWebFile(webRoot, url.pathname) : undefined;
  if (file === undefined) return new Response('404\n', { status: 404, headers: SECURITY_HEADERS });
  return new Response(new Uint8Array(file.bytes), {
    headers: { ...SECURITY_HEADERS, 'content-type': file.mediaType },
  });
}

/** Whether an address is our page. `URL.origin` is `'null'` for a scheme of one's own (workbench.md 3), so it is put together here. */
export function isOwnPage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && `${url.protocol}//${url.host}` === `${SCHEME}://${HOST}`;
}
