// `npm test`: packages, types, lint, build, then every test; `npm test quick` (test:quick): types, lint, unit tests.
// Every stage runs even when one before it failed, so that one run tells everything. Exit status 0 only if all passed.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureInstalled, npm, root, runNode, toolScript } from './toolchain.mjs';

/** Where the outcome of each stage and vitest's own reports are left: .ci/run counts them. */
const results = path.join(root, 'test-results');
const stages = [];
const recordStages = () => writeFileSync(path.join(results, 'stages.json'), `${JSON.stringify(stages)}\n`);

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
ensureInstalled();

// What is compiled on this computer need not be compiled again by the emulated one, which reads the same folder and is some 18
// times slower (test/vm/lab/guest-start.sh).
process.env.NODE_COMPILE_CACHE ??= path.join(root, '.cache', 'vm', 'guest-cache');
const tool = (packageName, command, ...args) => runNode([toolScript(packageName, command), ...args], { cwd: root });
const stage = async (name, run) => {
  const started = Date.now();
  const status = await run();
  stages.push({ name, status, seconds: (Date.now() - started) / 1000 });
  recordStages();
  if (status !== 0) process.exitCode = 1;
};
const vitest = (name, ...projects) =>
  stage(name, () =>
    tool(
      'vitest',
      'vitest',
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${path.join(results, `${name}.json`)}`,
    ),
  );

const isQuick = process.argv[2] === 'quick';
if (!isQuick) ensureDebianPackages();
// Mostly waiting for the registry and the disk: meanwhile the rest is checked.
const refereeIsReady = isQuick ? undefined : runNode([path.join(root, 'scripts', 'prepare-referee.ts')], { cwd: root });
await stage('types', () => runNode([path.join(root, 'scripts', 'run.mjs'), 'typecheck']));
await stage('lint', () => tool('@biomejs/biome', 'biome', 'ci', '--error-on-warnings', '.'));
if (isQuick) {
  await vitest('unit', 'unit');
} else {
  // A lockfile that `npm install` wrote may be one that `npm ci` refuses (workbench.md 2). Without the registry this
  // cannot be known, and is no fault of the code.
  const dryRun = npm(['ci', '--dry-run', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const unreachable = /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|network/i.test(dryRun.stderr ?? '');
  if (unreachable)
    process.stderr.write('The registry does not answer: whether npm ci takes the lockfile is not checked.\n');
  else if (dryRun.status !== 0) process.stderr.write(dryRun.stderr ?? '');
  await stage('lockfile', () => (unreachable ? 0 : (dryRun.status ?? 1)));
  await stage('build', () => tool('vite', 'vite', 'build', '--app', '--logLevel', 'warn'));
  await stage('packaging', () => runNode([path.join(root, 'scripts', 'check-packaging.ts')], { cwd: root }));
  await refereeIsReady;
  await vitest('unit-e2e', 'unit', 'e2e');
  // Alone, after the others: the virtual machine wants every processor there is.
  await vitest('vm', 'vm');
}
process.stderr.write(
  `${stages.map(({ name, status, seconds }) => `${name} ${status === 0 ? 'ok' : 'FAILED'} ${seconds.toFixed(1)} s`).join(' · ')}\n`,
);
