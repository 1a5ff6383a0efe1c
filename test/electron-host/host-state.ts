import type { Chromium } from './chromium.ts';
import type { BrowserWindow } from './browser-window.ts';

/** What the stand-ins share: how far the host is, its windows and handlers, and what a test may ask about it afterwards. */
export const host = {
  phase: 'starting' as 'starting' | 'ready',
  chromium: undefined as Chromium | undefined,
  windows: [] as BrowserWindow[],
  schemes: new Map<string, object>(),
  schemeHandlers: new Map<string, (request: Request) => Promise<Response> | Response>(),
  invokeHandlers: new Map<string, (event: object, ...args: unknown[]) => unknown>(),
  permissions: {} as { request?: unknown; check?: unknown; device?: unknown },
};

/** What happened, for tests: real Electron has nothing of the kind, so only harness tests ask. */
export const evidence = {
  /** Errors on the page's console, its uncaught exceptions, a preload script that failed. */
  pageErrors: [] as string[],
  /** Addresses the page asked for and nobody serves. */
  refusedRequests: [] as string[],
  errorBoxes: [] as { title: string; content: string }[],
  sandboxEnabled: false,
  shownWindows: 0,
  /** Asks the permission handlers as Chromium would; unset, Electron grants. */
  isPermitted: async (permission: string): Promise<{ request: boolean; check: boolean; device: boolean }> => {
    const { request, check, device } = host.permissions;
    const asked = (handler: unknown, ...args: unknown[]): unknown =>
      typeof handler === 'function' ? handler(...args) : true;
    return {
      request: await new Promise<boolean>((resolve) => {
        if (typeof request === 'function') request({}, permission, resolve, {});
        else resolve(true);
      }),
      check: asked(check, null, permission, '', {}) === true,
      device: asked(device, { deviceType: 'usb', origin: '', device: {} }) === true,
    };
  },
};

/** Fails what Electron does not allow before, or after, it is ready. */
export function mustBe(phase: typeof host.phase, what: string): void {
  if (host.phase !== phase) throw new Error(`${what} is not allowed while Electron is ${host.phase}.`);
}
