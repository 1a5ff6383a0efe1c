// What every command of this folder stands on: the packages are installed, and a Node that runs TypeScript is found.
// Plain ESM that the system's Node 20 runs with nothing installed, on any OS npm runs on.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Node runs our .ts files as they are, and better-sqlite3 wants Node-API 10 (workbench.md C). */
const wantedMajor = 24;

/** npm's own patience with a registry that does not answer is over a minute. */
const fewRetries = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];

/**
 * Runs `npm ci` unless node_modules already is what package-lock.json asks for. Says one line on stderr when it does
 * so; nothing ever goes to stdout. Ends the process with a sentence and a way on when the packages cannot be had.
 */
export function ensureInstalled() {
  const lock = readText('package-lock.json');
  const marker = path.join(root, 'node_modules', '.lock-installed');
  if (lock === readText(marker)) return;
  if (!installedMatches(lock)) {
    process.stderr.write('Installing the packages of package-lock.json (once, about half a minute) ...\n');
    const result = npm(['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...fewRetries]);
    if (result.status !== 0) stop(couldNotInstall(result));
  }
  try {
    writeFileSync(marker, lock);
  } catch {
    // A read-only checkout is installed all the same; the comparison simply runs again next time.
  }
}

/** The path of a Node of at least version 24; ends the process with a sentence when there is none. */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= wantedMajor) return process.execPath;
  const node = pinnedNodes().find((file) => existsSync(file));
  if (node) return node;
  return stop(
    `Linewright needs Node ${wantedMajor}; this is ${process.versions.node} and npm has no pinned copy for ` +
      `${process.platform}-${process.arch} here. Install Node ${wantedMajor} from https://nodejs.org/en/download ` +
      '(or: nvm install 24), then run the same command again.',
  );
}

/**
 * Runs the pinned Node with `args`, passes signals on and resolves with its exit status (128 + signal number when a
 * signal ended it, as a shell says it).
 */
export function runNode(args, { env = {}, stdio = 'inherit', cwd = process.cwd() } = {}) {
  const node = findNode();
  return runProgram(node, args, { env: { PATH: withFirst(path.dirname(node)), ...env }, stdio, cwd });
}

/** As `runNode`, for any program. A variable given as undefined is taken out of the environment. */
export function runProgram(program, args, { env = {}, stdio = 'inherit', cwd = process.cwd() } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio, env: { ...process.env, ...env } });
    // Ctrl-C reaches the whole foreground group by itself: passing it on as well would look like a second one.
    const passOn = (signal) => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, passOn);
    const done = (status) => {
      for (const signal of signals) process.off(signal, passOn);
      resolve(status);
    };
    child.on('error', (error) => {
      process.stderr.write(`${program} does not start: ${error.message}\n`);
      done(127);
    });
    child.on('exit', (code, signal) => done(code ?? 128 + (signal ? (os.constants.signals[signal] ?? 0) : 0)));
  });
}

/** The script behind a tool's command, from its package.json, so that no shell and no .cmd file stand in between. */
export function toolScript(packageName, command = packageName) {
  const folder = path.join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readText(path.join(folder, 'package.json')) || '{}');
  const script = typeof bin === 'string' ? bin : bin?.[command];
  if (!script) return stop(`${packageName} is not installed: run npm ci, then the same command again.`);
  return path.join(folder, script);
}

/** Runs npm to its end. Its output goes to stderr: the commands of this folder keep stdout for themselves. */
export function npm(args, { stdio = ['ignore', 2, 2] } = {}) {
  // On Windows npm is a .cmd file, which only a shell starts. The arguments are ours and hold nothing to quote.
  const windows = process.platform === 'win32';
  return spawnSync(windows ? 'npm.cmd' : 'npm', args, { cwd: root, shell: windows, stdio, encoding: 'utf8' });
}

/** Ends the process with a sentence. */
export function stop(sentence, status = 1) {
  process.stderr.write(`${sentence}\n`);
  process.exit(status);
}

function pinnedNodes() {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`].map((name) =>
    path.join(root, 'node_modules', name, 'bin', executable),
  );
}

/** True when npm's own record of what it installed holds every package of the lock, in the same version. */
function installedMatches(lock) {
  const record = readText(path.join('node_modules', '.package-lock.json'));
  if (!lock || !record) return false;
  try {
    const installed = JSON.parse(record).packages;
    return Object.entries(JSON.parse(lock).packages).every(
      ([place, wanted]) =>
        place === '' || (installed[place]?.version ?? (wanted.optional && wanted.version)) === wanted.version,
    );
  } catch {
    return false;
  }
}

function couldNotInstall({ error, status }) {
  const why = error ? `npm does not start (${error.message})` : `npm ci ended with status ${status}, see above`;
  return (
    `The packages could not be installed: ${why}. ` +
    'Without the registry there are two ways on: point npm at a mirror (npm config set registry URL), or copy ' +
    'node_modules from a computer of the same kind where npm ci worked for this package-lock.json. Then run the same command again.'
  );
}

function readText(file) {
  try {
    return readFileSync(path.resolve(root, file), 'utf8');
  } catch {
    return '';
  }
}

function withFirst(folder) {
  return [folder, process.env.PATH ?? process.env.Path ?? ''].join(path.delimiter);
}
