import { EventEmitter } from 'node:events';
import { createWebContents, type WebContentsModel } from './web-contents.ts';
import { evidence, host, mustBe } from './host-state.ts';
import { modelled } from './modelled.ts';

type WindowOptions = {
  readonly show?: boolean;
  readonly webPreferences?: Readonly<Record<string, unknown>> & { readonly preload?: string };
};

/** Settings that would take away the page's walls; the app must never ask for them. */
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
  static getAllWindows(): BrowserWindow[] {
    return [...host.windows];
  }

  readonly webContents: WebContentsModel;
  #isVisible: boolean;
  #isDestroyed = false;

  constructor(options: WindowOptions = {}) {
    super();
    mustBe('ready', 'new BrowserWindow()');
    if (host.windows.length > 0) throw new Error('A second window is not modelled by the Electron host harness.');
    const preferences = options.webPreferences ?? {};
    for (const [name, value] of Object.entries(preferences)) {
      if (FORBIDDEN[name] === value) throw new Error(`webPreferences.${name} must not be ${value}.`);
    }
    if ('enableBlinkFeatures' in preferences) throw new Error('webPreferences.enableBlinkFeatures must not be used.');
    this.#isVisible = options.show !== false;
    this.webContents = createWebContents(preferences, () => this.emit('ready-to-show'));
    host.windows.push(this);
    // biome-ignore lint/correctness/noConstructorReturn: what the stand-in lacks must fail by name
    return modelled('BrowserWindow', this);
  }

  async loadURL(address: string): Promise<void> {
    await this.webContents.loadURL(address);
  }

  show(): void {
    if (!this.#isVisible) evidence.shownWindows += 1;
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

  /** As the window's own button: whoever listens may keep it open. */
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
  }
}
