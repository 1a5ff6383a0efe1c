import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A message Chromium sends by itself. */
type Listener = (params: Record<string, unknown>) => void;

/** One DevTools session: commands with their answers, and events by name. */
export type DevToolsSession = {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  on(event: string, listener: Listener): void;
};

export type Chromium = {
  /** For the test, which drives the same page with Playwright. */
  readonly endpoint: string;
  readonly browser: DevToolsSession;
  session(sessionId: string): DevToolsSession;
  /** Kills it at once, with all it left on disk. */
  kill(): void;
};

const START_LIMIT_MS = 20_000;

/** Starts a Chromium without a window and speaks DevTools with it. It has no network: whatever it asks for, the harness answers. */
export async function startChromium(executable: string): Promise<Chromium> {
  const profile = mkdtempSync(join(tmpdir(), 'linewright-host-'));
  const child = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // the whole group can be killed with it
  });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it is gone already
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  };
  process.once('exit', kill);
  const endpoint = await announcedEndpoint(child);
  const socket = new WebSocket(endpoint);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('Chromium refuses the DevTools connection.'));
  });
  const session = speakDevTools(socket);
  return { endpoint, browser: session(undefined), session, kill };
}

/** workbench.md F, plus a free DevTools port and the size of the operator's screen. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--hide-scrollbars',
  '--window-size=1280,800',
  '--remote-debugging-port=0',
];

function announcedEndpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`Chromium does not start: ${said}`)), START_LIMIT_MS);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${said}`)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
      const endpoint = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (endpoint === undefined) return;
      clearTimeout(timer);
      resolve(endpoint);
    });
  });
}

/** Commands are numbered over the whole connection; answers and events find their session by its id. */
function speakDevTools(socket: WebSocket): (sessionId: string | undefined) => DevToolsSession {
  let last = 0;
  const waiting = new Map<number, { resolve(result: Record<string, unknown>): void; reject(error: Error): void }>();
  const listeners = new Map<string, Listener[]>();
  const place = (sessionId: string | undefined, event: string): string => `${sessionId ?? ''} ${event}`;

  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data));
    if (message.id === undefined) {
      for (const listener of listeners.get(place(message.sessionId, message.method)) ?? []) listener(message.params);
      return;
    }
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) asked?.resolve(message.result);
    else asked?.reject(new Error(`DevTools: ${message.error.message}`));
  };
  return (sessionId) => ({
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        socket.send(JSON.stringify({ id: last, method, params, sessionId }));
      }),
    on: (event, listener) => {
      const key = place(sessionId, event);
      listeners.set(key, [...(listeners.get(key) ?? []), listener]);
    },
  });
}
