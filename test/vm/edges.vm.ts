import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootLab, type Guest } from './lab/guest.ts';
import { prepareLab, titled } from './lab/prepared-lab.ts';

const { missing } = await prepareLab();

type FileReport = {
  readonly name: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
};

// The acceptance suites of the edges, the very files that run on the in-process line, on units that a real kernel sees.
describe.skipIf(missing)(titled('the acceptance suites on a real Linux kernel', missing), () => {
  let guest: Guest;
  let told: string;
  let files: readonly FileReport[] | null;
  const EDGES = ['usb-bus', 'unit-control', 'unit-console', 'flasher'] as const;

  beforeAll(async () => {
    guest = await bootLab();
    // One process for all of them: starting Node and vitest takes longer there than most suites. A fork, because serialport's native
    // poller does not survive a worker thread.
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--pool', 'forks'];
    const alone = ['--no-file-parallelism', '--no-isolate', '--testTimeout', '240000', '--hookTimeout', '240000'];
    const output = ['--reporter', 'json', '--outputFile', '/lab/results/edges.json'];
    const suites = EDGES.map((edge) => `test/unit/edges/${edge}.test.ts`);
    const ended = await guest.run([process.execPath, ...vitest, ...alone, ...output, ...suites], {
      timeoutMs: 800_000,
      environment: { LINEWRIGHT_BENCH: 'usb' },
    });
    told = `${ended.stdout}\n${ended.stderr}`;
    const report = await readFile(path.join(guest.results, 'edges.json'), 'utf8').catch(() => 'null');
    files = (JSON.parse(report) as { readonly testResults: readonly FileReport[] } | null)?.testResults ?? null;
    console.log(`the suites ran on the real kernel in ${Math.round(ended.durationMs / 1000)} s`);
  });
  afterAll(() => guest?.stop());

  it.each(EDGES)('%s', (edge) => {
    expect(files, told).not.toBeNull();
    const all = files?.find(({ name }) => name.endsWith(`/${edge}.test.ts`))?.assertionResults ?? [];
    const named = (wanted: string) => all.filter(({ status }) => status === wanted).map(({ fullName }) => fullName);
    expect(named('failed'), told).toEqual([]);
    expect(named('passed').length, told).toBeGreaterThan(5);
  });
});
