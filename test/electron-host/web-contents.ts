import { EventEmitter } from 'node:events';
import type { DevToolsSession } from './chromium.ts';
import { evidence, host } from './host-state.ts';
import { modelled } from './modelled.ts';
import { appAddress, servedAddress, servePage } from './page-traffic.ts';
import { injectPreload, type PageMessage, type PreloadWorld } from './preload-injection.ts';

export type WebPreferences = Readonly<Record<string, unknown>> & { readonly preload?: string };

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };
type Attached = { readonly page: DevToolsSession; readonly world: PreloadWorld | undefined };

/** Electron's web contents over a page of headless Chromium: its main frame only. */
export class WebContents extends EventEmitter {
  readonly #preferences: WebPreferences;
  readonly #attached: Promise<Attached>;
  readonly #mainFrame = { url: '', parent: null };
  #world: PreloadWorld | undefined;
  #openHandler: OpenHandler | undefined;
  #isLoadedByHost = false;
  #isDestroyed = false;
  /** What the app holds: identity matters where it compares senders. */
  readonly #self: this;

  constructor(preferences: WebPreferences) {
    super();
    this.#preferences = preferences;
    this.#attached = this.#attach();
    this.#self = modelled('webContents', this);
    // biome-ignore lint/correctness/noConstructorReturn: what the stand-in lacks must fail by name
    return this.#self;
  }

  get mainFrame(): object {
    return this.#mainFrame;
  }

  async loadURL(address: string): Promise<void> {
    const { page } = await this.#attached;
    const loaded = new Promise((resolve) => this.once('did-finish-load', () => resolve(undefined)));
    this.#isLoadedByHost = true;
    const { errorText } = await page.send('Page.navigate', { url: servedAddress(address) });
    if (errorText !== undefined) throw new Error(`${errorText} loading '${address}'`);
    await loaded;
  }

  reload(): void {
    this.#isLoadedByHost = true;
    void this.#attached.then(({ page }) => page.send('Page.reload'));
  }

  getURL(): string {
    return this.#mainFrame.url;
  }

  getLastWebPreferences(): WebPreferences {
    return this.#preferences;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** Throws, as Electron does, when a value cannot be cloned. */
  send(channel: string, ...args: unknown[]): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
    this.#world?.say({ kind: 'sent', channel, args: structuredClone(args) });
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.emit('destroyed');
  }

  async #attach(): Promise<Attached> {
    const { chromium } = host;
    if (chromium === undefined) throw new Error('Chromium is not running.');
    const { targetInfos } = await chromium.browser.send('Target.getTargets');
    const target = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
    if (target === undefined) throw new Error('Chromium has no page.');
    const { targetId } = target;
    const { sessionId } = await chromium.browser.send('Target.attachToTarget', { targetId, flatten: true });
    const page = chromium.session(String(sessionId));
    this.#watch(page);
    for (const domain of ['Page', 'Runtime', 'Log', 'Inspector']) await page.send(`${domain}.enable`);
    await servePage({
      page,
      mainFrameId: targetId, // a page's target and its main frame have the same id
      handlers: host.schemeHandlers,
      onNavigation: (address, isMainFrame) => this.#mayNavigate(address, isMainFrame),
      onRefused: (address) => evidence.refusedRequests.push(address),
    });
    const { preload } = this.#preferences;
    if (preload !== undefined) {
      this.#world = await injectPreload(page, preload, (message) => void this.#onMessage(message));
    }
    this.#closePopups(chromium.browser, targetId);
    return { page, world: this.#world };
  }

  #watch(page: DevToolsSession): void {
    page.on('Page.frameNavigated', ({ frame }) => {
      const { parentId, url } = frame as { parentId?: string; url: string };
      if (parentId === undefined) this.#mainFrame.url = appAddress(url);
    });
    page.on('Page.loadEventFired', () => this.emit('did-finish-load'));
    page.on('Inspector.targetCrashed', () => {
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
    });
    page.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      const { text, exception } = exceptionDetails as { text: string; exception?: { description?: string } };
      evidence.pageErrors.push(exception?.description ?? text);
    });
    page.on('Log.entryAdded', ({ entry }) => {
      const { level, text } = entry as { level: string; text: string };
      if (level === 'error') evidence.pageErrors.push(text);
    });
    page.on('Runtime.consoleAPICalled', ({ type, args }) => {
      const said = (args as { value?: unknown; description?: string }[]).map(
        ({ value, description }) => value ?? description,
      );
      if (type === 'error') evidence.pageErrors.push(said.join(' '));
    });
  }

  #mayNavigate(address: string, isMainFrame: boolean): boolean {
    const isAsked = !(isMainFrame && this.#isLoadedByHost);
    if (isMainFrame) this.#isLoadedByHost = false;
    let isPrevented = false;
    const frame = this.#mainFrame;
    const details = { url: address, isMainFrame, isSameDocument: false, frame };
    const event = { ...details, preventDefault: () => (isPrevented = true) };
    if (isAsked) this.emit('will-frame-navigate', event);
    if (isAsked && isMainFrame) this.emit('will-navigate', event, address);
    if (!isPrevented) this.emit('did-start-navigation', details);
    return !isPrevented;
  }

  async #onMessage(message: PageMessage): Promise<void> {
    if (message.kind === 'fault') evidence.pageErrors.push(message.text);
    if (message.kind === 'open') this.#askToOpen(message.url);
    const event = modelled('event', { sender: this.#self, senderFrame: this.#mainFrame });
    if (message.kind === 'send') host.onSent(message.channel, event, ...message.args);
    if (message.kind === 'invoke') {
      const { id, channel, args } = message;
      try {
        const handler = host.invokeHandlers.get(channel);
        if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
        this.#world?.say({ kind: 'reply', id, ok: true, value: structuredClone(await handler(event, ...args)) });
      } catch (thrown) {
        this.#world?.say({
          kind: 'reply',
          id,
          ok: false,
          error: `Error invoking remote method '${channel}': ${thrown}`,
        });
      }
    }
  }

  #askToOpen(address: string): void {
    const answer = this.#openHandler?.({ url: appAddress(address) }) ?? { action: 'allow' };
    if (answer.action !== 'deny') evidence.pageErrors.push(`A second window was allowed for ${address}.`);
  }

  /** A link with a target opens a page without asking script: closed at once, after the handler was asked. */
  #closePopups(browser: DevToolsSession, ownTargetId: string): void {
    browser.on('Target.targetCreated', ({ targetInfo }) => {
      const { targetId, openerId, url } = targetInfo as { targetId: string; openerId?: string; url: string };
      if (openerId !== ownTargetId) return;
      this.#askToOpen(url);
      void browser.send('Target.closeTarget', { targetId });
    });
    void browser.send('Target.setDiscoverTargets', { discover: true });
  }
}
