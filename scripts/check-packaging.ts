/**
 * Packs the built app as `npm run pack` does, on a stand-in for the Electron runtime (which cannot be downloaded everywhere), and looks at
 * what came out: what is in the archive and what beside it, the licences, the fuses, whether the packed app finds everything it imports, and
 * whether it opens its window without the repository. Needs dist/ (npm run build). Exit status 0 only if all of it holds.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractAll } from '@electron/asar';
import { execa } from 'execa';
import { checkFiles } from './packaging/check-files.ts';
import { checkFuses } from './packaging/check-fuses.ts';
import { checkImports } from './packaging/check-imports.ts';
import { checkWindow } from './packaging/check-window.ts';
import { writeStandInRuntime } from './packaging/stand-in-runtime.ts';

const ROOT = join(import.meta.dirname, '..');

if (process.platform !== 'linux') {
  console.log('packaging: looked at on Linux only; the harness that opens the packed window wants its Chromium');
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), 'linewright-packaging-'));
try {
  const packed = await pack(folder);
  const archive = join(packed, 'resources', 'app.asar');
  const app = join(folder, 'app');
  extractAll(archive, app);
  const problems = [
    ...checkFiles(archive, ROOT),
    ...(await checkFuses(join(packed, 'linewright'))),
    ...(await checkImports(app)),
    ...(await checkWindow(app)),
  ];
  for (const problem of problems) console.error(`packaging: ${problem}`);
  if (problems.length === 0) console.log('packaging: the packed app is whole, and nothing else is in it');
  else process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Packs into the folder and returns where the unpacked app is. Throws with what electron-builder said. */
async function pack(output: string): Promise<string> {
  for (const part of ['main/main.js', 'preload/preload.cjs', 'renderer/index.html']) {
    if (!existsSync(join(ROOT, 'dist', part))) throw new Error(`dist/${part} is not built: npm run build.`);
  }
  const runtime = join(output, 'runtime');
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  writeStandInRuntime(runtime, devDependencies.electron);
  const cli = join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
  const places = [`-c.electronDist=${runtime}`, `-c.directories.output=${join(output, 'out')}`];
  const args = ['--linux', 'dir', '--publish=never', ...places];
  const { exitCode, all } = await execa(process.execPath, [cli, ...args], { cwd: ROOT, all: true, reject: false });
  if (exitCode !== 0) throw new Error(`electron-builder ended with ${exitCode}:\n${all}`);
  return join(output, 'out', 'linux-unpacked');
}
