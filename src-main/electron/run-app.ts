import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu } from 'electron/main';
import type { BuiltStation } from '../build-station.ts';
import type { LineOptions } from '../cli/open-line.ts';
import { type Failure, failureOf, type Result, sentences } from '../domain/failure.ts';
import { readAppOptions } from './app-options.ts';
import { registerAppScheme, serveAppScheme } from './app-scheme.ts';
import { watchBusySlots } from './busy-slots.ts';
import { confinePages, denyPermissions } from './confine-page.ts';
import { guardQuitting } from './guard-quitting.ts';
import { createWindow, showPage } from './open-window.ts';
import { virtualDfuUtilCommand } from './own-arguments.ts';
import { serveWindow } from './serve-window.ts';

/** Where the build left what the window shows. */
export type AppPlaces = { readonly webRoot: string; readonly preload: string };

/**
 * Runs the station in one window until the last run is on record and the window is closed. Everything Electron wants before it is
 * ready is done before this returns; the rest follows.
 */
export function runApp(given: readonly string[], places: AppPlaces): void {
  const options = readAppOptions(given);
  if (options.ok) {
    const profile = join(options.value.data, 'window');
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    // Chromium's files are kept apart from the record, and one data folder has one window.
    app.setPath('userData', profile);
    if (!app.requestSingleInstanceLock()) {
      process.stderr.write('Linewright is already open; its window comes to the front.\n');
      app.exit(0);
      return;
    }
  }
  app.enableSandbox();
  registerAppScheme();
  confinePages();
  const start = options.ok ? startStation(options.value, places) : refuseToStart(options.failure);
  start.catch((thrown: unknown) => refuseToStart(failureOf(thrown)));
}

async function startStation(options: LineOptions, places: AppPlaces): Promise<void> {
  const opening = openStation(options).catch((thrown: unknown): Result<BuiltStation> => {
    return { ok: false, failure: failureOf(thrown) };
  });
  let window: BrowserWindow | undefined;
  let busySlots = (): readonly string[] => [];
  const guard = guardQuitting({
    window: () => window,
    busySlots: () => busySlots(),
    close: async () => {
      const built = await opening;
      if (built.ok) await built.value.close();
    },
  });
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });

  await app.whenReady();
  denyPermissions();
  serveAppScheme(places.webRoot);
  // Without a menu there are no accelerators: a scanner's Ctrl+R or Ctrl+W types nothing, reloads nothing, closes nothing.
  Menu.setApplicationMenu(process.platform === 'darwin' ? Menu.buildFromTemplate(MAC_MENU) : null);
  const built = await opening;
  if (!built.ok) return refuseToStart(built.failure);
  if (guard.isLeaving()) return;
  busySlots = watchBusySlots(built.value.station);
  window = createWindow(places.preload);
  guard.watchWindow(window);
  serveWindow(built.value.station, window.webContents);
  await showPage(window);
}

/** Builds the line the options name. Loaded late: native modules cost the flash tool, which shares this entry, its quick start. */
async function openStation(options: LineOptions): Promise<Result<BuiltStation>> {
  const { openLine } = await import('../cli/open-line.ts');
  const dfuUtil = virtualDfuUtilCommand(process, app.isPackaged ? undefined : app.getAppPath());
  const failures: Failure[] = [];
  const line = await openLine(
    { ...options, dfuUtil },
    { json: false, result: () => undefined, failed: (failed) => failures.push(failed) },
  );
  if ('built' in line) return { ok: true, value: line.built };
  return { ok: false, failure: failures[0] ?? failureOf(new Error('The line could not be opened.')) };
}

/** Says on the screen and on stderr why there is no station, and ends with the exit code of the command line. */
async function refuseToStart(failure: Failure): Promise<void> {
  const { operator, next } = sentences(failure.code);
  const text = `${operator} ${next}\n\n${failure.detail} [${failure.code}]`;
  process.stderr.write(`${text}\n`);
  await app.whenReady();
  dialog.showErrorBox('Linewright cannot start', text);
  app.exit(failure.code === 'request/invalid' ? 2 : 1);
}

/** macOS has no working copy and paste, and no Quit, without a menu. */
const MAC_MENU: Electron.MenuItemConstructorOptions[] = [{ role: 'appMenu' }, { role: 'editMenu' }];
