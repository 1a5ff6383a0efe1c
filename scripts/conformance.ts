// `npm run conformance`: runs the conformance tests of the virtual cloud and prints the checklist of cloud-api.md section 7, one line per
// item: passed, FAILED or not covered, by plain requests and by particle-api-js. Exit status 0 only if every item passed both ways.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { execa } from 'execa';

const root = path.join(import.meta.dirname, '..');
const ITEMS = 63;
const DRIVERS = ['plain', 'sdk'] as const;

type Driver = (typeof DRIVERS)[number];
type Verdict = { passed: number; failed: number };
type Item = { says: string } & Record<Driver, Verdict>;
/** The part of vitest's JSON report that is read here. */
type Report = {
  readonly testResults: readonly {
    readonly message: string;
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
};

const report = await runTests();
const items = gather(report);
for (const [index, { says, plain, sdk }] of items.entries()) {
  console.log(`${String(index + 1).padStart(2)}  plain ${word(plain)}  sdk ${word(sdk)}  ${says}`);
}
const isGood = (item: Item) => DRIVERS.every((driver) => item[driver].passed > 0 && item[driver].failed === 0);
const good = items.filter(isGood).length;
// A file that does not even load has no tests to count.
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status !== 'passed' && assertionResults.length === 0,
);
for (const { name, message } of broken) console.log(`${path.relative(root, name)} did not run: ${message}`);
console.log(`${good} of ${ITEMS} items pass by plain requests and by particle-api-js.`);
process.exitCode = good === ITEMS && broken.length === 0 ? 0 : 1;

async function runTests(): Promise<Report> {
  const folder = mkdtempSync(path.join(tmpdir(), 'conformance-'));
  try {
    const file = path.join(folder, 'report.json');
    const which = ['--project', 'unit', 'test/unit/cloud/conformance-'];
    const how = ['--reporter=json', `--outputFile.json=${file}`];
    const args = [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...which, ...how];
    await execa(process.execPath, args, { cwd: root, reject: false, stdout: 'ignore', stderr: 'inherit' });
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A title begins with `[12 plain]`: the item and who drives. An item may have several tests; one that failed is what counts. */
function gather({ testResults }: Report): Item[] {
  const items = Array.from({ length: ITEMS }, (): Item => {
    return { says: '', plain: { passed: 0, failed: 0 }, sdk: { passed: 0, failed: 0 } };
  });
  for (const { title, status } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const [, number, driver, says = ''] = /^\[(\d+) (plain|sdk)\] (.*)$/.exec(title) ?? [];
    const item = items[Number(number) - 1];
    if (item === undefined || (driver !== 'plain' && driver !== 'sdk')) continue;
    item[driver][status === 'passed' ? 'passed' : 'failed'] += 1;
    if (item.says === '') item.says = says;
  }
  return items;
}

function word({ passed, failed }: Verdict): string {
  const verdict = failed > 0 ? 'FAILED' : passed > 0 ? 'pass' : 'not covered';
  return verdict.padEnd(11);
}
