import type { Chromium } from './chromium.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

/** What the stand-ins share: how far the host is, its windows and the handlers it was given. */
export const host = {
  phase: 'starting' as 'starting' | 'ready',
  chromium: undefined as Chromium | undefined,
  windows: [] as { close(): void; destroy(): void }[],
  schemes: new Set<string>(),
  schemeHandlers: new Map<string, (request: Request) => Promise<Response> | Response>(),
  invokeHandlers: new Map<string, Handler>(),
  permissions: {} as { request?: Handler; check?: Handler; device?: Handler },
  /** Told by `app` for its events. */
  onContents: (_contents: object): void => undefined,
  onSent: (_channel: string, _event: object, ..._args: unknown[]): void => undefined,
  onAllClosed: (): void => undefined,
};

/** What happened, for tests: real Electron has nothing of the kind, so only harness tests ask. */
export const evidence = {
  /** Errors on the page's console, its uncaught exceptions, a preload script that failed. */
  pageErrors: [] as string[],
  /** Addresses the page asked for and nobody serves. */
  refusedRequests: [] as string[],
  errorBoxes: [] as { title: string; content: string }[],
  isSandboxEnabled: false,
  windowsShown: 0,
  /** What the app answers to a command over IPC that comes with this event. Rejects as the page would see it. */
  invoke: async (channel: string, event: object, ...args: unknown[]): Promise<unknown> => {
    return host.invokeHandlers.get(channel)?.(event, ...args);
  },
  /** Asks the permission handlers as Chromium would; unset, Electron grants. */
  isPermitted: async (permission: string): Promise<{ request: boolean; check: boolean; device: boolean }> => {
    const { request, check, device } = host.permissions;
    const details = { deviceType: 'usb', origin: '', device: {} };
    return {
      request: await new Promise<boolean>((resolve) => {
        if (request === undefined) resolve(true);
        else request({}, permission, resolve, {});
      }),
      check: check === undefined || check({}, permission, '', {}) === true,
      device: device === undefined || device(details) === true,
    };
  },
};

/** Fails what Electron does not allow before, or after, it is ready. */
export function mustBe(phase: typeof host.phase, what: string): void {
  if (host.phase !== phase) throw new Error(`${what} is not allowed while Electron is ${host.phase}.`);
}
