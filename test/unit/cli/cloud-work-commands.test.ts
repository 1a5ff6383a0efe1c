import { Command, CommanderError } from 'commander';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { addCloudWorkCommands } from '../../../src-main/cli/cloud-work-commands.ts';
import { EXIT, type Output } from '../../../src-main/cli/output.ts';
import type { JsonObject } from '../../../src-main/domain/json.ts';
import {
  BATCH,
  deviceId,
  type OutboxBench,
  openOutboxBench,
  PRODUCT,
  writeStationFile,
} from '../outbox/outbox-bench.ts';

/** One command line through the real parser and the real commands, in this process. */
async function cloud(...args: readonly string[]) {
  let exit: number = EXIT.misuse;
  const lines: JsonObject[] = [];
  const said: string[] = [];
  const output: Output = {
    json: true,
    result: (value, text) => {
      lines.push(value);
      said.push(text);
    },
    failed: ({ code, detail }) => {
      lines.push({ ok: false, failure: { code, detail } });
      return EXIT.bad;
    },
  };
  const program = new Command('cloud').exitOverride().configureOutput({ writeErr: () => undefined });
  addCloudWorkCommands(program, {
    run: async (_options, work) => {
      exit = await work(output);
    },
  });
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(args, { from: 'user' }).catch((thrown) => {
    if (!(thrown instanceof CommanderError)) throw thrown;
  });
  return { exit, lines, last: lines.at(-1), said: said.join('\n') };
}

/** A station file for the bench's cloud and record. */
function stationFile(bench: OutboxBench): string {
  process.env.LINEWRIGHT_TEST_CLOUD_TOKEN = bench.virtual.token;
  onTestFinished(() => {
    delete process.env.LINEWRIGHT_TEST_CLOUD_TOKEN;
  });
  return writeStationFile(bench, { env: 'LINEWRIGHT_TEST_CLOUD_TOKEN' });
}

/** A record that no station holds: the bench's own is opened anew for each test that writes. */
async function recordOf(units: number): Promise<{ bench: OutboxBench; file: string } & AsyncDisposable> {
  const bench = await openOutboxBench(units);
  const file = stationFile(bench);
  return { bench, file, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

test('status says how much is open, since when, by batch, and why nothing goes on, also beside a running station', async () => {
  await using line = await recordOf(3);
  const { bench, file } = line;
  await bench.open();
  bench.pass(0);
  await bench.idle();
  await (await bench.open()).close();
  const passedAt = new Date(Date.now() - 3 * 3_600_000).toISOString();
  bench.pass(1, { at: passedAt, batch: 'older' });
  const status = await cloud('status', '--data', bench.data, '--batch', BATCH);
  expect(status).toMatchObject({ exit: 0, last: { open: 0, batches: { [BATCH]: { 'sim-active': 1 } } } });
  const all = await cloud('status', '--station', file);
  expect(all.last).toMatchObject({
    open: 1,
    notInProduct: 1,
    oldestAt: passedAt,
    ageMinutes: 180,
    batches: { older: { built: 1 } },
  });
  expect(all.said).toContain('1 units are not done, 1 of them not in the product, the oldest for 3 h.');
  expect(all.last).not.toHaveProperty('held');
  bench.virtual.faults.add({ name: 'unauthorized' });
  expect((await cloud('status', '--station', file)).last).toMatchObject({ held: { code: 'cloud/permission' } });
});

test('pending and rejected list the units, with carton and reason', async () => {
  await using line = await recordOf(3);
  const { bench } = line;
  const pending = bench.pass(0);
  const rejected = bench.pass(1, { carton: 'C-17' });
  const why = { code: 'cloud/device-rejected', detail: 'The product did not take it.' } as const;
  const at = new Date().toISOString();
  bench.audit.addCloudSteps([{ runId: rejected.runId, at, state: 'rejected', isDone: true, failure: why }]);
  expect((await cloud('pending', '--data', bench.data)).lines).toMatchObject([
    { runId: pending.runId, state: 'built' },
  ]);
  expect((await cloud('pending', '--data', bench.data, '--batch', 'other')).lines).toEqual([]);
  const list = await cloud('rejected', '--data', bench.data, '--batch', BATCH);
  expect(list.lines).toMatchObject([{ runId: rejected.runId, carton: 'C-17', state: 'rejected', failure: why }]);
  expect(list.said).toContain(`${BATCH} carton C-17`);
});

test('while a station holds the data folder, drain, retry and reopening are refused by name, and nothing is written', async () => {
  await using line = await recordOf(1);
  const { bench, file } = line;
  const { runId } = bench.pass(0);
  for (const args of [['drain'], ['retry', runId], ['verify', '--reopen', '--batch', BATCH]]) {
    const refused = await cloud(...args, '--station', file);
    expect(refused).toMatchObject({ exit: 1, last: { failure: { code: 'station/data-in-use' } } });
  }
  expect(bench.virtual.requests.list()).toEqual([]);
  expect(bench.standing(runId).last.state).toBe('built');
});

test('drain does the work of a station that is not running, names what was rejected with its carton, and says so by its exit', async () => {
  await using line = await recordOf(3);
  const { bench, file } = line;
  bench.passWithoutSim(0);
  const foreign = bench.pass(1, { carton: 'C-17', sim: undefined } as never);
  Object.assign(bench.virtual.state.devices.get(deviceId(1)) ?? {}, { productId: 777 });
  bench.audit.close();
  const drained = await cloud('drain', '--station', file, '--for', '1');
  expect(drained).toMatchObject({ exit: 1, last: { ok: false, open: 0, done: 1, rejected: 1 } });
  expect(drained.said).toContain(`is in carton C-17 of batch ${BATCH}; the cloud rejected it`);
  expect(bench.virtual.state.devices.get(deviceId(0))?.productId).toBe(PRODUCT);
  expect((await cloud('rejected', '--station', file)).lines).toMatchObject([{ runId: foreign.runId }]);

  Object.assign(bench.virtual.state.devices.get(deviceId(1)) ?? {}, { productId: undefined });
  expect(await cloud('retry', foreign.runId, '--station', file)).toMatchObject({ exit: 0, last: { state: 'built' } });
  expect(await cloud('retry', foreign.runId, '--station', file)).toMatchObject({
    exit: 1,
    last: { failure: { code: 'run/not-found' } },
  });
  expect(await cloud('drain', '--station', file)).toMatchObject({ exit: 0, last: { ok: true, open: 0, done: 1 } });
  expect((await cloud('verify', '--station', file, '--batch', BATCH)).last).toMatchObject({
    ok: true,
    units: 2,
    live: 2,
    agree: 2,
  });
});

test('drain is one process that stays until the work is done', async () => {
  await using line = await recordOf(1);
  const { bench, file } = line;
  bench.passWithoutSim(0);
  bench.audit.close();
  const program = ['src-main/cli/linewright.ts', 'cloud', 'drain', '--station', file, '--json'];
  const ended = await execa(process.execPath, program, { reject: false, input: '' });
  expect(ended.exitCode).toBe(0);
  expect(JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: true, open: 0, done: 1 });
  expect(bench.virtual.state.devices.get(deviceId(0))?.productId).toBe(PRODUCT);
});

test('verify finds what has left the product, and with --reopen the next drain brings it back', async () => {
  await using line = await recordOf(2);
  const { bench, file } = line;
  await bench.open();
  const { runId } = bench.passWithoutSim(0);
  bench.pass(1);
  await bench.idle();
  Object.assign(bench.virtual.state.devices.get(deviceId(0)) ?? {}, { productId: undefined });
  const seen = await cloud('verify', '--station', file, '--batch', BATCH);
  expect(seen).toMatchObject({ exit: 1, last: { ok: false, units: 2, live: 1, agree: 1, open: 0 } });
  expect(seen.lines[0]).toMatchObject({
    runId,
    record: 'in-product',
    cloud: 'built',
    differences: [{ kind: 'missing' }],
  });
  await (await bench.open()).close();
  bench.audit.close();
  expect((await cloud('verify', '--station', file, '--batch', BATCH, '--reopen')).last).toMatchObject({ reopened: 1 });
  expect((await cloud('pending', '--station', file)).lines).toMatchObject([{ runId, state: 'built' }]);
  expect(await cloud('drain', '--station', file)).toMatchObject({ exit: 0, last: { done: 1 } });
  expect(await cloud('verify', '--station', file, '--batch', BATCH)).toMatchObject({ exit: 0, last: { live: 2 } });
});

test('online lists who is late, and says so by its exit', async () => {
  await using line = await recordOf(2);
  const { bench } = line;
  const online = { productVersion: 7, withinHours: 24 };
  const late = bench.pass(0, { online, carton: 'C-17' });
  bench.pass(1, { online });
  expect(await cloud('online', '--data', bench.data)).toMatchObject({
    exit: 0,
    last: { units: 2, awaited: 2, late: 0 },
  });
  bench.audit.addOnlineProofs([{ runId: late.runId, at: new Date().toISOString(), verdict: 'late' }]);
  const report = await cloud('online', '--data', bench.data, '--batch', BATCH);
  expect(report).toMatchObject({ exit: 1, last: { units: 2, awaited: 1, late: 1 } });
  expect(report.lines[0]).toMatchObject({ verdict: 'late', deviceId: deviceId(0), carton: 'C-17' });
});

test.each([
  [['verify', '--data', 'DATA'], 'request/invalid', EXIT.misuse],
  [['drain', '--data', 'DATA'], 'request/invalid', EXIT.misuse],
  [['status', '--data', 'DATA/none'], 'audit/missing', EXIT.bad],
  [['drain', '--data', 'DATA/none'], 'audit/missing', EXIT.bad],
  [['pending', '--station', 'DATA/none.json'], 'station/invalid-file', EXIT.bad],
])('%j is refused with %s', async (args, code, exit) => {
  await using line = await recordOf(1);
  line.bench.pass(0);
  line.bench.audit.close();
  const given = args.map((arg) => arg.replace('DATA', line.bench.data));
  expect(await cloud(...given)).toMatchObject({ exit, last: { failure: { code } } });
});

test('a day that is none is misuse', async () => {
  expect((await cloud('pending', '--day', '2026-02-30')).exit).toBe(EXIT.misuse);
});
