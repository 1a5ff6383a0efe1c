// `npm start`: the station in its window, or in the browser where there is no Electron runtime or no display.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { findElectron } from './electron-runtime.mjs';
import { ensureInstalled, root, runNode, runProgram, stop, toolScript } from './toolchain.mjs';

const args = process.argv.slice(2).filter((argument) => argument !== '--headless');
const headlessWanted = args.length !== process.argv.length - 2;

ensureInstalled();
if (newest(['src-main', 'src-renderer', 'vite.config.ts', 'package.json']) > oldestOutput()) {
  const status = await runNode([toolScript('vite'), 'build', '--app', '--logLevel', 'warn'], { cwd: root });
  if (status !== 0) stop('The screen could not be built; the lines above say where.', status);
}
const electron = headlessWanted ? { reason: '--headless was given' } : findElectron();
if (electron.executable) {
  // Chromium's sandbox refuses to run as root (development in a container); a packaged station never runs as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // An inherited ELECTRON_RUN_AS_NODE would turn the window into a bare Node.
  const env = { ELECTRON_RUN_AS_NODE: undefined };
  process.exitCode = await runProgram(electron.executable, [...sandbox, root, ...args], { env });
} else {
  if (!headlessWanted)
    process.stderr.write(`No window: ${electron.reason}. The station opens in the browser instead.\n`);
  process.exitCode = await runNode([path.join(root, 'src-main', 'headless.ts'), ...args]);
}

/** Modification time of the newest file under these places, in ms; 0 when there is none. */
function newest(places) {
  return Math.max(0, ...places.flatMap((place) => fileTimes(path.join(root, place))));
}

/** Modification time of the oldest of the three built parts, in ms; 0 when one is missing. */
function oldestOutput() {
  const parts = ['renderer/index.html', 'main/main.js', 'preload/preload.cjs'];
  return Math.min(...parts.map((part) => fileTimes(path.join(root, 'dist', part))[0] ?? 0));
}

function fileTimes(place) {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [stat.mtimeMs];
  return readdirSync(place).flatMap((name) => fileTimes(path.join(place, name)));
}
