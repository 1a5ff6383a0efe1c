import type { StationCommands } from '../contract/contract.ts';
import { writeRunFile } from './run-file.ts';
import { serveLoopback } from './serve-loopback.ts';

/** A station someone built, and how to end it (runs going on are closed in the record). */
export type BuiltStation = { readonly station: StationCommands; close(): Promise<void> | void };

export type HeadlessOptions = {
  readonly webRoot: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
  /** Where to leave pid and URL for other programs of this user; nowhere when absent. */
  readonly runFile?: string;
  /** Prints the one line with the address. */
  readonly print: (line: string) => void;
  /** Ends the station: Ctrl-C, or a test. */
  readonly signal: AbortSignal;
};

/**
 * Serves a station to a browser until the signal, then closes server, station and run file in that order. Resolves when all
 * is closed. Throws StationError `station/port-in-use`; the station is closed then too.
 */
export async function runHeadless(built: BuiltStation, options: HeadlessOptions): Promise<void> {
  try {
    const { port } = options;
    const server = await serveLoopback(built.station, {
      webRoot: options.webRoot,
      ...(port === undefined ? {} : { port }),
    });
    let removeRunFile: (() => void) | undefined;
    try {
      if (options.runFile !== undefined) {
        removeRunFile = writeRunFile(options.runFile, { pid: process.pid, url: server.url });
      }
      options.print(`Linewright is ready: ${server.url}`);
      await aborted(options.signal);
    } finally {
      removeRunFile?.();
      await server.close();
    }
  } finally {
    await built.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A signal that aborts on the first Ctrl-C, SIGTERM or hang-up of this process. A second Ctrl-C ends it the hard way. */
export function abortOnExitSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}
