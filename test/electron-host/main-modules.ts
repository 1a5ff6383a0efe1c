import { EventEmitter } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BrowserWindow } from './browser-window.ts';
import { startChromium } from './chromium.ts';
import { evidence, host, mustBe } from './host-state.ts';
import { modelled } from './modelled.ts';

/*
 * What `electron/main` is in the host harness: the part of Electron that Linewright uses, over headless Chromium. Anything else fails
 * by name, and so does what Electron forbids in the phase it is in.
 */

class App extends EventEmitter {
  readonly #paths = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  #lock: string | undefined;

  readonly isPackaged = false;

  getAppPath(): string {
    return resolve(process.argv[1] ?? '.');
  }

  getLocale(): string {
    mustBe('ready', 'app.getLocale()');
    return 'en-US';
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`The path ${name} was not set; the harness has no default.`);
    return path;
  }

  enableSandbox(): void {
    mustBe('starting', 'app.enableSandbox()');
    evidence.isSandboxEnabled = true;
  }

  /** One process per profile, as in Electron; the lock of a process that is gone does not count. */
  requestSingleInstanceLock(): boolean {
    const lock = join(this.getPath('userData'), 'host-lock');
    try {
      process.kill(Number(readFileSync(lock, 'utf8')), 0);
      return false;
    } catch {
      writeFileSync(lock, String(process.pid));
      this.#lock = lock;
      return true;
    }
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  quit(): void {
    let isKept = false;
    this.emit('before-quit', { preventDefault: () => (isKept = true) });
    if (isKept) return;
    for (const window of [...host.windows]) window.close();
    if (host.windows.length === 0) this.exit(0);
  }

  /** Ends the process at once; no window is asked. */
  exit(exitCode = 0): void {
    if (this.#lock !== undefined) rmSync(this.#lock, { force: true });
    process.exit(exitCode);
  }

  /** For the host alone: the main module has run to its end. */
  becomeReady(): void {
    host.phase = 'ready';
    this.#ready.resolve();
    this.emit('ready');
  }
}

const appModel = new App();
const ipcModel = new EventEmitter();
host.onContents = (contents) => appModel.emit('web-contents-created', {}, contents);
host.onSent = (channel, event, ...args) => ipcModel.emit(channel, event, ...args);
host.onAllClosed = () => {
  if (!appModel.emit('window-all-closed')) appModel.quit();
};

/** Starts Chromium and lets the app go on; called once the main module has run to its end, as Electron does. */
export async function makeReady(chromiumExecutable: string): Promise<string> {
  host.chromium = await startChromium(chromiumExecutable);
  appModel.becomeReady();
  return host.chromium.endpoint;
}

export { BrowserWindow };

export const app = modelled('app', appModel);

export const ipcMain = modelled(
  'ipcMain',
  Object.assign(ipcModel, {
    handle(channel: string, handler: (event: object, ...args: unknown[]) => unknown): void {
      if (host.invokeHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
      host.invokeHandlers.set(channel, handler);
    },
    removeHandler: (channel: string) => host.invokeHandlers.delete(channel),
  }),
);

export const protocol = modelled('protocol', {
  registerSchemesAsPrivileged(schemes: readonly { scheme: string; privileges?: Record<string, boolean> }[]): void {
    mustBe('starting', 'protocol.registerSchemesAsPrivileged()');
    if (host.schemes.size > 0) throw new Error('Schemes are registered once.');
    for (const { scheme, privileges = {} } of schemes) {
      if (privileges.bypassCSP) throw new Error(`The scheme ${scheme} must not bypass the content policy.`);
      if (privileges.standard && privileges.secure) host.schemes.add(scheme);
    }
  },
  handle(scheme: string, handler: (request: Request) => Promise<Response> | Response): void {
    mustBe('ready', 'protocol.handle()');
    if (!host.schemes.has(scheme)) throw new Error(`${scheme} was not registered as a standard, secure scheme.`);
    host.schemeHandlers.set(scheme, handler);
  },
});

const defaultSession = modelled('session', {
  setPermissionRequestHandler: (handler: never) => Object.assign(host.permissions, { request: handler }),
  setPermissionCheckHandler: (handler: never) => Object.assign(host.permissions, { check: handler }),
  setDevicePermissionHandler: (handler: never) => Object.assign(host.permissions, { device: handler }),
});

export const session = modelled('session', {
  get defaultSession() {
    mustBe('ready', 'session.defaultSession');
    return defaultSession;
  },
});

export const dialog = modelled('dialog', {
  showErrorBox: (title: string, content: string) => evidence.errorBoxes.push({ title, content }),
  showMessageBox: async (): Promise<{ response: number; checkboxChecked: boolean }> => {
    throw new Error('A dialog was shown that no test answers.');
  },
});

export const Menu = modelled('Menu', {
  setApplicationMenu: () => mustBe('ready', 'Menu.setApplicationMenu()'),
});

export const powerMonitor = modelled('powerMonitor', new EventEmitter());
