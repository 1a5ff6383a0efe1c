import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootLab, type Guest } from './lab/guest.ts';
import { prepareLab, titled } from './lab/prepared-lab.ts';

const { missing } = await prepareLab();

// The acceptance suites of the edges, the very files that run on the in-process line, on units that a real kernel sees.
describe.skipIf(missing)(titled('the acceptance suites on a real Linux kernel', missing), () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await bootLab();
  });
  afterAll(() => guest?.stop());

  it.each(['usb-bus', 'unit-control', 'unit-console', 'flasher'])('%s', async (edge) => {
    const report = `${edge}.json`;
    // Forks: serialport's native poller does not survive a worker thread.
    const vitest = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'unit',
      '--pool',
      'forks',
      '--no-file-parallelism',
    ];
    const patience = ['--testTimeout', '240000', '--hookTimeout', '240000'];
    const output = ['--reporter', 'json', '--outputFile', `/lab/results/${report}`];
    const command = [process.execPath, ...vitest, ...patience, ...output, `test/unit/edges/${edge}.test.ts`];
    const ended = await guest.run(command, { timeoutMs: 600_000, environment: { LINEWRIGHT_BENCH: 'usb' } });
    const told = `${ended.stdout}\n${ended.stderr}`;
    const results = JSON.parse(await readFile(path.join(guest.results, report), 'utf8').catch(() => 'null')) as {
      readonly numPassedTests: number;
      readonly numFailedTests: number;
      readonly testResults: readonly { readonly assertionResults: readonly { status: string; fullName: string }[] }[];
    } | null;
    expect(results, told).not.toBeNull();
    const all = results?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
    expect(
      all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
      told,
    ).toEqual([]);
    expect(results?.numPassedTests).toBeGreaterThan(5);
    console.log(`${edge}: ${results?.numPassedTests} on the real kernel in ${Math.round(ended.durationMs / 1000)} s`);
  });
});
