import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { evidence } from './host-state.ts';

/** What a function of a test gets beside the app: Electron's main modules as its types have them, and the harness's evidence. */
export type AppModules = typeof Electron.Main & { readonly evidence: typeof evidence };

/** The app, running. The same shape for the harness and for real Electron. */
export type OpenApp = {
  /** Runs a function beside the app, in its main process; nothing from outside the function is known there. */
  evaluate<Value, Argument = undefined>(
    run: (modules: AppModules, argument: Argument) => Value | Promise<Value>,
    argument?: Argument,
  ): Promise<Value>;
  firstWindow(): Promise<Page>;
  /** Resolves with the exit status, or with the signal's name. */
  readonly exited: Promise<number | string | null>;
  /** Everything it printed so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Ends it in whatever state it is. */
  close(): Promise<void>;
};

const HERE = import.meta.dirname;
const READY_LIMIT_MS = 30_000;

/** Starts the app of a folder, built, in the host harness. Rejects when it ends before it is ready, with what it printed. */
export function startInHost(folder: string, args: readonly string[]): OpenApp {
  const child = spawn(process.execPath, [join(HERE, 'start-host.ts'), folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: `--import=${pathToFileURL(join(HERE, 'register.ts')).href}` },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const exited = new Promise<number | string | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  const ask = askOf(child, exited);
  const endpoint = readyEndpoint(child, () => printed);
  endpoint.catch(() => undefined); // told to whoever asks for the window
  let browser: Browser | undefined;

  return {
    exited,
    output: () => printed,
    evaluate: (run, argument) => ask(run.toString(), argument) as never,
    async firstWindow() {
      browser ??= await chromium.connectOverCDP(await endpoint);
      const [page] = browser.contexts()[0]?.pages() ?? [];
      if (page === undefined) throw new Error('The window has no page.');
      await page.waitForURL((url) => url.protocol !== 'about:');
      return page;
    },
    kill: (signal) => child.kill(signal),
    async close() {
      await browser?.close().catch(() => undefined);
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function readyEndpoint(child: ChildProcess, printed: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The app is not ready: ${printed()}`)), READY_LIMIT_MS);
    child.on('message', (message: { kind: string; endpoint: string }) => {
      if (message.kind !== 'ready') return;
      clearTimeout(timer);
      resolve(message.endpoint);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The app ended with ${code}: ${printed()}`));
    });
  });
}

type Answer = { readonly kind: string; readonly id: number; readonly ok: boolean; value: unknown; error: string };

function askOf(child: ChildProcess, exited: Promise<unknown>): (source: string, argument: unknown) => Promise<unknown> {
  let last = 0;
  return (source, argument) => {
    last += 1;
    const id = last;
    return new Promise((resolve, reject) => {
      const onMessage = (message: Answer): void => {
        if (message.kind !== 'answer' || message.id !== id) return;
        child.off('message', onMessage);
        if (message.ok) resolve(message.value);
        else reject(new Error(message.error));
      };
      child.on('message', onMessage);
      exited.then(() => reject(new Error('The app has ended.')));
      child.send({ id, source, argument });
    });
  };
}
