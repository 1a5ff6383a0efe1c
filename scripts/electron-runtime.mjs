// Finds the Electron runtime without importing `electron`: importing it starts a download (workbench.md 3).
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root } from './toolchain.mjs';

const defaultNames = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** The runtime's executable, or a reason for a person why a window cannot be opened here. */
export function findElectron() {
  const folder = path.join(root, 'node_modules', 'electron');
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(folder, 'dist');
  const executable = path.join(dist, executableName(folder));
  if (!existsSync(executable)) return { reason: 'the Electron runtime is not on this computer' };
  const screenNeedsNaming = process.platform !== 'darwin' && process.platform !== 'win32';
  if (screenNeedsNaming && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { reason: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
  }
  return { executable };
}

function executableName(folder) {
  try {
    return readFileSync(path.join(folder, 'path.txt'), 'utf8').trim();
  } catch {
    return defaultNames[process.platform] ?? 'electron';
  }
}
