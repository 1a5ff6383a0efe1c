// Prints `N passed, N failed, N skipped`, counted from what the last `npm test` left in test-results. A stage that
// failed outside any test case (types, lint, build, a test file that does not load) counts as one failed.
// usage: test-count.mjs STATUS, the exit status of npm test. Ends with 1 when anything failed.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root } from './toolchain.mjs';

const results = path.join(root, 'test-results');
const count = { passed: 0, failed: 0, skipped: 0 };
const kindOf = { passed: 'passed', failed: 'failed' };

const failedIn = {};
for (const file of names().filter((name) => name.endsWith('.json') && name !== 'stages.json')) {
  const before = count.failed;
  for (const { status, assertionResults } of read(file)?.testResults ?? []) {
    for (const test of assertionResults) count[kindOf[test.status] ?? 'skipped'] += 1;
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) count.failed += 1;
  }
  failedIn[path.basename(file, '.json')] = count.failed - before;
}
for (const { name, status } of read('stages.json') ?? []) {
  if (status !== 0 && !failedIn[name]) count.failed += 1;
}
if (count.failed === 0 && process.argv[2] !== '0') count.failed = 1;
process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
process.exitCode = count.failed === 0 ? 0 : 1;

function names() {
  try {
    return readdirSync(results);
  } catch {
    return [];
  }
}

function read(name) {
  try {
    return JSON.parse(readFileSync(path.join(results, name), 'utf8'));
  } catch {
    return undefined;
  }
}
