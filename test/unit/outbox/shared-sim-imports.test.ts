import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBulkJournal } from '../../../src-main/adapters/identity/bulk-journal.sqlite.ts';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { type Iccid, parseIccid } from '../../../src-main/domain/iccid.ts';
import { claimOf } from '../../../src-main/domain/sim-claim.ts';
import type { BulkItem } from '../../../src-main/identity/bulk-job.ts';
import { importSims } from '../../../src-main/identity/import-sims.ts';
import { preAddUnits } from '../../../src-main/identity/pre-add-units.ts';
import { Outbox } from '../../../src-main/outbox/outbox.ts';
import type { BulkMark } from '../../../src-main/ports/bulk-journal.ts';
import type { CloudFault } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import {
  BATCH,
  deviceId,
  iccid,
  type OutboxBench,
  openOutboxBench,
  PRODUCT,
  writeStationFile,
} from './outbox-bench.ts';

/** SIMs that were imported and that no reader sees before the faults are cleared. */
const UNSEEN: readonly CloudFault[] = [
  { name: 'eventual', value: 1e9, endpoint: 'get-sim' },
  { name: 'eventual', value: 1e9, endpoint: 'list-sims' },
];

/** Even the looks that come every hour. */
const SOON = { pace: { speed: 20_000 } };

const HOUR = 3_600_000;

function sure(text: string): Iccid {
  const parsed = parseIccid(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

/** A bulk job on the data folder of the station, with connections of its own, as another process has them. */
async function job(
  bench: OutboxBench,
  kind: 'import-sims' | 'pre-add',
  { units = [0], resume = false, name = 'sims.csv', now = () => new Date() } = {},
): Promise<readonly BulkMark[]> {
  const facts = { kind, productId: PRODUCT, file: name, sha256: 'a'.repeat(64) };
  const journal = openBulkJournal(join(bench.data, `${name}.job`), facts, resume);
  const simImports = openSimImports(bench.data);
  const { cloud } = bench;
  const signal = AbortSignal.timeout(60_000);
  const setting = { cloud, productId: PRODUCT, journal, simImports, list: name, now, signal };
  try {
    if (kind === 'import-sims') {
      const items = units.map((unit) => ({ line: unit + 1, identifier: sure(iccid(unit)) }));
      await importSims(items, { ...setting, sleep: async () => {} });
    } else {
      const items = units.map((unit): BulkItem => {
        return { line: unit + 1, identifier: deviceId(unit), iccid: sure(iccid(unit)) };
      });
      await preAddUnits(items, setting);
    }
    return [...journal.marks().values()];
  } finally {
    journal.close();
    simImports.close();
  }
}

/** How often a SIM was named in an import of SIMs, by whomever. */
const imports = (bench: OutboxBench, unit = 0) => bench.virtual.state.sims.get(iccid(unit))?.imports;

/** The bench says that something changed only when its outbox does; this waits for what the cloud was asked. */
async function looks(bench: OutboxBench, times: number): Promise<void> {
  for (let look = 0; look < times; look += 1) await bench.virtual.requests.next('get-sim');
}

describe('a SIM whose import by the station lost its answer', () => {
  test('is left to the station by a bulk job, which names the unit and finds the SIM when it goes on', async () => {
    await using bench = await openOutboxBench(1, {
      removable: true,
      faults: [...UNSEEN, { name: 'reset-after-effect', endpoint: 'import-sims', count: 1 }],
    });
    await bench.open();
    const { runId, serialNumber } = bench.pass(0);
    const asked = bench.virtual.requests.next('import-sims');
    await asked;
    const [mark] = await job(bench, 'import-sims');
    expect(mark).toMatchObject({ state: 'held' });
    expect(mark?.reason).toMatch(
      new RegExp(`being imported by the station, unit ${serialNumber}, since 20.*read again later`),
    );
    expect(imports(bench)).toBe(1);
    bench.virtual.faults.clear();
    expect(await job(bench, 'import-sims', { resume: true })).toMatchObject([
      { state: 'settled', result: 'already-there' },
    ]);
    await bench.idle();
    expect(bench.standing(runId).last.state).toBe('sim-active');
    expect(imports(bench)).toBe(1);
  });

  test('is left to it also by a job whose record of imports was moved away: a restart makes it anew from the audit log', async () => {
    await using bench = await openOutboxBench(1, { removable: true, faults: UNSEEN });
    const outbox = await bench.open();
    const { serialNumber } = bench.pass(0);
    await bench.virtual.requests.next('import-sims');
    await outbox.close();
    const folder = mkdtempSync(join(tmpdir(), 'linewright-imports-'));
    const simImports = openSimImports(folder);
    onTestFinished(() => {
      simImports.close();
      rmSync(folder, { recursive: true });
    });
    const { audit, cloud } = bench;
    const again = new Outbox(BATCH, { audit, cloud, simImports, changed: () => undefined, troubled: () => undefined });
    await again.close();
    const wanted = claimOf({ iccid: iccid(0), how: 'import', who: 'job', name: 'sims.csv' }, new Date());
    expect(simImports.claim(PRODUCT, [wanted]).get(iccid(0))).toMatchObject({ who: 'station', name: serialNumber });
  });
});

describe('a SIM that a bulk job is importing', () => {
  test('is not imported by the outbox, which says so on record and goes on when the SIM shows', async () => {
    await using bench = await openOutboxBench(1, { removable: true, faults: UNSEEN });
    expect(await job(bench, 'import-sims')).toMatchObject([{ state: 'asked' }]);
    await bench.open(SOON);
    const { runId } = bench.pass(0);
    await bench.until(() => bench.standing(runId).last.evidence?.importedBy === 'job');
    expect(bench.standing(runId).last).toMatchObject({ state: 'in-product', evidence: { name: 'sims.csv' } });
    await looks(bench, 2);
    expect(imports(bench)).toBe(1);
    bench.virtual.faults.clear();
    await bench.idle();
    expect(bench.standing(runId).last.state).toBe('sim-active');
    expect(imports(bench)).toBe(1);
    expect(bench.requests('import-sims')).toBe(1);
  });

  test('keeps its unit out of the requests of the outbox where it is embedded, until it shows', async () => {
    await using bench = await openOutboxBench(2, { faults: UNSEEN });
    expect(await job(bench, 'import-sims')).toMatchObject([{ state: 'asked' }]);
    await bench.open();
    const { runId } = bench.pass(0);
    const free = bench.pass(1);
    await bench.until(() => bench.standing(free.runId).last.state === 'in-product');
    await bench.until(() => bench.standing(runId).last.evidence?.importedBy === 'job');
    await looks(bench, 3);
    expect(bench.standing(runId).last.state).toBe('built');
    bench.virtual.faults.clear();
    await bench.idle();
    expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 2 });
    expect(bench.virtual.state.sims.get(iccid(0))).toMatchObject({ imports: 1, activations: 1 });
  });

  test('is imported by the outbox once its import can no longer be queued, though the job was killed before its request', async () => {
    await using bench = await openOutboxBench(1, { removable: true });
    const program = join(import.meta.dirname, '../identity/bulk-job-to-kill.ts');
    const args = [program, join(bench.data, 'sims.job'), bench.data, String(PRODUCT), iccid(0)];
    const child = execa(process.execPath, args, { reject: false });
    for await (const _ of child) child.kill('SIGKILL');
    await child;
    let ms = Date.now();
    await bench.open({ cloudTime: () => new Date(ms) });
    const { runId } = bench.pass(0);
    await bench.until(() => bench.standing(runId).last.evidence?.importedBy === 'job');
    await looks(bench, 2);
    expect(bench.requests('import-sims')).toBe(0);
    ms += HOUR + 60_000;
    await bench.idle();
    expect(bench.standing(runId).last.state).toBe('sim-active');
    expect(imports(bench)).toBe(1);
  });

  test('keeps its unit out of a bulk pre-add that names both, until it shows', async () => {
    await using bench = await openOutboxBench(2, { faults: UNSEEN });
    await job(bench, 'import-sims');
    const marks = await job(bench, 'pre-add', { units: [0, 1], name: 'tray.csv' });
    expect(marks).toMatchObject([
      { identifier: deviceId(0), state: 'held', reason: expect.stringContaining('by the job on sims.csv') },
      { identifier: deviceId(1), state: 'settled', result: 'added' },
    ]);
    bench.virtual.faults.clear();
    const after = await job(bench, 'pre-add', { units: [0, 1], name: 'tray.csv', resume: true });
    expect(after).toMatchObject([{ state: 'settled' }, { state: 'settled' }]);
    expect(bench.virtual.state.sims.get(iccid(0))).toMatchObject({ imports: 1 });
  });
});

test('an embedded SIM that comes along with a unit of the station is not imported by a bulk job meanwhile', async () => {
  await using bench = await openOutboxBench(1, { faults: UNSEEN });
  await bench.open();
  const { runId, serialNumber } = bench.pass(0);
  await bench.until(() => bench.standing(runId).last.state === 'in-product');
  expect(await job(bench, 'import-sims')).toMatchObject([
    { state: 'held', reason: expect.stringContaining(`with its unit by the station, unit ${serialNumber}`) },
  ]);
  expect(imports(bench)).toBe(0);
});

test('a unit that the cloud does not take leaves its embedded SIM to whoever wants it', async () => {
  await using bench = await openOutboxBench(1);
  const strange = bench.virtual.state.devices.get(deviceId(0));
  if (strange === undefined) throw new Error('The unit is not registered.');
  strange.productId = 777;
  expect(await job(bench, 'pre-add', { name: 'tray.csv' })).toMatchObject([{ result: 'refused' }]);
  await bench.open();
  const { runId } = bench.pass(0);
  await bench.idle();
  expect(bench.standing(runId).last.state).toBe('rejected');
  expect(await job(bench, 'import-sims')).toMatchObject([{ result: 'imported' }]);
});

test('a station that is killed between its claim and its request imports the SIM when its class allows it, and no job before', async () => {
  await using bench = await openOutboxBench(1, { removable: true });
  const { serialNumber } = bench.pass(0);
  let ms = Date.now();
  bench.audit.close(); // the record has one writer
  const program = join(import.meta.dirname, 'outbox-to-kill.ts');
  const args = [program, bench.data, new Date(ms).toISOString()];
  const killed = await execa(process.execPath, args, { reject: false });
  expect(killed).toMatchObject({ signal: 'SIGKILL', stdout: '1 open' });
  ms += HOUR - 60_000;
  const now = () => new Date(ms);
  const [mark] = await job(bench, 'import-sims', { now });
  expect(mark).toMatchObject({ state: 'held', reason: expect.stringContaining(`unit ${serialNumber}`) });
  expect(bench.requests('import-sims')).toBe(0);
  ms += 120_000;
  expect(await job(bench, 'import-sims', { now, resume: true })).toMatchObject([{ result: 'imported' }]);
  expect(imports(bench)).toBe(1);
});

test('no SIM is named in two imports when an outbox and two command lines want the same ones at the same time', async () => {
  const count = 12;
  await using bench = await openOutboxBench(count, { removable: true, faults: UNSEEN, clockSpeed: 10 });
  const path = (name: string) => join(bench.data, name);
  writeFileSync(path('token'), bench.virtual.token, { mode: 0o600 });
  const station = writeStationFile(bench, { file: 'token' });
  const all = Array.from({ length: count }, (_, unit) => unit);
  const lists = [all, all.toReversed()].map((units, index) => {
    const list = path(`sims-${index}.csv`);
    writeFileSync(list, `ICCID\n${units.map(iccid).join('\n')}\n`);
    return list;
  });
  const program = join(import.meta.dirname, '../../../src-main/cli/linewright.ts');
  const what = ['--station', station, '--product', String(PRODUCT)];
  const how = ['--yes', '--json', '--per-request', '2'];
  const children = lists.map((list) =>
    execa(process.execPath, [program, 'cloud', 'import-sims', list, ...what, ...how], { reject: false }),
  );
  const readBack = children.map(
    (child) =>
      new Promise<void>((resolve) => {
        child.stdout.on('data', (text) => String(text).includes('reading back') && resolve());
      }),
  );
  await bench.virtual.requests.next('import-sims');
  await bench.open(SOON);
  for (const unit of all) bench.pass(unit);
  await Promise.all(readBack);
  bench.virtual.faults.clear();
  const ended = await Promise.all(children);
  await bench.idle();
  expect(ended.map(({ exitCode, stdout }) => [exitCode, stdout.split('\n').at(-1)])).toEqual(
    lists.map(() => [0, expect.stringContaining('"ok":true')]),
  );
  expect(all.map((unit) => imports(bench, unit))).toEqual(all.map(() => 1));
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': count });
});
