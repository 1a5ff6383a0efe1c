import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenApp, startInHost } from './open-app.ts';
import { electronExecutable, startInElectron } from './open-electron.ts';

/** Where the built app is. */
export const APP_FOLDER = join(import.meta.dirname, '..', '..');

/** A virtual line that does not make a test wait. */
export const HURRIED = ['--virtual', 'boron', '--speed', '200', '--scale', '0.05'];

export type Host = {
  readonly host: string;
  /** What asks for the harness's evidence cannot be tested there. */
  readonly isReal: boolean;
  readonly start: (args: readonly string[]) => Promise<OpenApp>;
};

/** Everything the built app can be started in on this machine: the harness always, Electron where its runtime is installed. */
export function hosts(): readonly Host[] {
  const harness: Host = {
    host: 'the host harness',
    isReal: false,
    start: async (args) => startInHost(APP_FOLDER, args),
  };
  const executable = electronExecutable();
  if (executable === undefined) return [harness];
  const start = (args: readonly string[]): Promise<OpenApp> => startInElectron(executable, APP_FOLDER, args);
  return [harness, { host: 'Electron', isReal: true, start }];
}

/** Data folders of the tests of one file: each call gives a fresh one, `remove` takes all away. */
export function dataFolders(): { fresh(): string; remove(): void } {
  const folders: string[] = [];
  return {
    fresh: () => {
      const folder = mkdtempSync(join(tmpdir(), 'linewright-app-'));
      folders.push(folder);
      return folder;
    },
    remove: () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}
