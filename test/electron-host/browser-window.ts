import { EventEmitter } from 'node:events';
import { evidence, host, mustBe } from './host-state.ts';
import { modelled } from './modelled.ts';
import { WebContents, type WebPreferences } from './web-contents.ts';

type WindowOptions = { readonly show?: boolean; readonly webPreferences?: WebPreferences };

/** Settings that would take the page's walls away; the app must never ask for them. */
const FORBIDDEN: Readonly<Record<string, unknown>> = {
  nodeIntegration: true,
  nodeIntegrationInWorker: true,
  nodeIntegrationInSubFrames: true,
  contextIsolation: false,
  sandbox: false,
  webSecurity: false,
  allowRunningInsecureContent: true,
  experimentalFeatures: true,
  webviewTag: true,
};

/** Electron's window over a page of headless Chromium. One at a time. */
export class BrowserWindow extends EventEmitter {
  static getAllWindows(): object[] {
    return [...host.windows];
  }

  readonly webContents: WebContents;
  #isVisible: boolean;
  #isDestroyed = false;

  constructor({ show = true, webPreferences = {} }: WindowOptions = {}) {
    super();
    mustBe('ready', 'new BrowserWindow()');
    if (host.windows.length > 0) throw new Error('A second window is not modelled by the Electron host harness.');
    for (const [name, value] of Object.entries(webPreferences)) {
      if (name in FORBIDDEN && FORBIDDEN[name] === value)
        throw new Error(`webPreferences.${name} must not be ${value}.`);
    }
    if ('enableBlinkFeatures' in webPreferences)
      throw new Error('webPreferences.enableBlinkFeatures must not be used.');
    this.#isVisible = show;
    this.webContents = new WebContents(webPreferences);
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    const self = modelled('BrowserWindow', this);
    host.windows.push(self);
    host.onContents(this.webContents);
    // biome-ignore lint/correctness/noConstructorReturn: what the stand-in lacks must fail by name
    return self;
  }

  async loadURL(address: string): Promise<void> {
    await this.webContents.loadURL(address);
  }

  show(): void {
    if (!this.#isVisible) evidence.windowsShown += 1;
    this.#isVisible = true;
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  focus(): void {
    this.emit('focus');
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {
    this.show();
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** As the window's own button does: whoever listens may keep it open. */
  close(): void {
    let isKept = false;
    this.emit('close', { preventDefault: () => (isKept = true) });
    if (!isKept) this.destroy();
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    host.windows.splice(0);
    this.webContents.destroy();
    this.emit('closed');
    host.onAllClosed();
  }
}
