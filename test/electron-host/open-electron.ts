import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import type { OpenApp } from './open-app.ts';

const PACKAGE = join(import.meta.dirname, '..', '..', 'node_modules', 'electron');

/** The real runtime's executable, or undefined. Looked up without importing `electron`, which would start a download. */
export function electronExecutable(): string | undefined {
  const named = join(PACKAGE, 'path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : 'electron';
  const file = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(PACKAGE, 'dist'), name);
  return existsSync(file) ? file : undefined;
}

/** Starts the app of a folder, built, in real Electron. Needs a display. */
export async function startInElectron(
  executablePath: string,
  folder: string,
  args: readonly string[],
): Promise<OpenApp> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const electron = await _electron.launch({ executablePath, args: [...sandbox, folder, ...args] });
  const child = electron.process();
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  return {
    exited: new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal))),
    output: () => printed,
    evaluate: (run, argument) => electron.evaluate(run as never, argument as never),
    firstWindow: () => electron.firstWindow(),
    kill: (signal) => child.kill(signal),
    close: () => electron.close(),
  };
}
