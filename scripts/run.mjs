// `node scripts/run.mjs TOOL ARGUMENTS`: a development tool or a TypeScript file of ours, on the pinned Node.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureInstalled, root, runNode, stop, toolScript } from './toolchain.mjs';

/** Tool → the package that brings it, where the two names differ. */
const packageOf = { tsc: 'typescript', biome: '@biomejs/biome' };

/** The projects that hold the one-way rule: each compiles with only the types its place may use. */
const typecheck = ['.', 'src-main/domain', 'src-renderer'];

const [what, ...args] = process.argv.slice(2);
if (!what) stop('Usage: node scripts/run.mjs typecheck | TOOL | FILE.ts [ARGUMENTS]', 2);
ensureInstalled();
if (what === 'typecheck') {
  for (const project of typecheck) {
    process.exitCode = await runNode([toolScript('typescript', 'tsc'), '-p', project, ...args], { cwd: root });
    if (process.exitCode !== 0) break;
  }
} else if (/\.m?[jt]s$/.test(what)) {
  const file = path.resolve(root, what);
  if (!existsSync(file)) stop(`There is no ${what} in this repository.`, 2);
  process.exitCode = await runNode([file, ...args]);
} else {
  process.exitCode = await runNode([toolScript(packageOf[what] ?? what, what), ...args], { cwd: root });
}
