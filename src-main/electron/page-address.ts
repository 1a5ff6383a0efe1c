import { SECURITY_HEADERS } from '../server/content-policy.ts';
import { readWebFile } from '../server/web-file.ts';

/** The window's own scheme; only the built page lives there. */
export const SCHEME = 'app';
const HOST = 'linewright';

/** The page's address in the window. */
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

/** Whether an address is our page. `URL.origin` is `'null'` for a scheme of one's own (workbench.md 3), so it is put together here. */
export function isOwnPage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && `${url.protocol}//${url.host}` === `${SCHEME}://${HOST}`;
}

/** One file of the page, or 404 for what is not one, for another host and for anything but GET. Same policy as over loopback. */
export async function answerPageRequest(request: Pick<Request, 'url' | 'method'>, webRoot: string): Promise<Response> {
  const isAsked = request.method === 'GET' && isOwnPage(request.url);
  const file = isAsked ? await readWebFile(webRoot, new URL(request.url).pathname) : undefined;
  if (file === undefined) return new Response('404\n', { status: 404, headers: SECURITY_HEADERS });
  const headers = { ...SECURITY_HEADERS, 'content-type': file.mediaType };
  return new Response(new Uint8Array(file.bytes), { headers });
}
