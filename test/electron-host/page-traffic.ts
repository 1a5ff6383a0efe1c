import type { DevToolsSession } from './chromium.ts';

/** Handlers given to `protocol.handle`, by scheme. */
export type SchemeHandlers = ReadonlyMap<string, (request: Request) => Promise<Response> | Response>;

export type PageTrafficOptions = {
  readonly page: DevToolsSession;
  readonly mainFrameId: string;
  readonly handlers: SchemeHandlers;
  /** The main frame or a frame in it is about to load an address; returns false to keep it where it is. */
  readonly onNavigation: (address: string, isMainFrame: boolean) => boolean;
  /** Something was asked for that no handler serves. */
  readonly onRefused: (address: string) => void;
};

/**
 * Chromium knows no `app:` addresses here, so `app://bundle/x` is shown as `https://bundle.app.test/x`. No such host exists, and none is
 * looked up: every request is answered from the handlers, or fails.
 */
export function servedAddress(address: string): string {
  const found = /^([a-z]+):\/\/([^/]+)(.*)$/.exec(address);
  if (found === null || found[1] === 'https' || found[1] === 'http') return address;
  return `https://${found[2]}.${found[1]}.test${found[3]}`;
}

/** The address as the app knows it. */
export function appAddress(address: string): string {
  return address.replace(/^https:\/\/([^/]+)\.([a-z]+)\.test(?=\/|$)/, '$2://$1');
}

/** Answers everything the page asks for. */
export async function servePage(options: PageTrafficOptions): Promise<void> {
  options.page.on('Fetch.requestPaused', (paused) => {
    answer(options, paused as unknown as PausedRequest).catch(() => undefined); // the page is gone
  });
  await options.page.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
}

type PausedRequest = {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly request: { readonly url: string; readonly method: string; readonly headers: Record<string, string> };
};

async function answer(options: PageTrafficOptions, paused: PausedRequest): Promise<void> {
  const { page, handlers, mainFrameId } = options;
  const { requestId, request } = paused;
  const address = appAddress(request.url);
  const fail = (errorReason: string) => page.send('Fetch.failRequest', { requestId, errorReason });
  if (/^(blob|data|about):/.test(request.url)) {
    await page.send('Fetch.continueRequest', { requestId });
    return;
  }
  // A navigation that was prevented must be aborted: any other failure shows an error page (workbench.md B).
  if (paused.resourceType === 'Document' && !options.onNavigation(address, paused.frameId === mainFrameId)) {
    await fail('Aborted');
    return;
  }
  const handler = handlers.get(address.slice(0, address.indexOf(':')));
  if (handler === undefined) {
    options.onRefused(address);
    await fail('AddressUnreachable');
    return;
  }
  const { method, headers } = request;
  const response = await handler(new Request(address, { method, headers }));
  await page.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  });
}
