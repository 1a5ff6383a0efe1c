import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBulkJournal } from '../../../src-main/adapters/identity/bulk-journal.sqlite.ts';
import { writeResultFile } from '../../../src-main/adapters/identity/result-file.ts';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { type Iccid, parseIccid } from '../../../src-main/domain/iccid.ts';
import { type BulkItem, bulkItems, preAddIdentifier } from '../../../src-main/identity/bulk-job.ts';
import { resultRows } from '../../../src-main/identity/bulk-results.ts';
import { importSims } from '../../../src-main/identity/import-sims.ts';
import { preAddUnits } from '../../../src-main/identity/pre-add-units.ts';
import type { BulkJournal } from '../../../src-main/ports/bulk-journal.ts';
import type { BulkCloud } from '../../../src-main/ports/cloud.ts';
import { D1, D2, D3, I1, I7, PRODUCT, startCloudBench } from '../cloud/cloud-bench.ts';
import { readList } from './list-file.ts';
import { ProductOfUnits, simOf } from './product-of-units.ts';

const JOB = { kind: 'pre-add', productId: 1, file: 'tray.csv', sha256: 'a'.repeat(64) } as const;
const SIM_JOB = { ...JOB, kind: 'import-sims' } as const;

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bulk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'result.job');
}

function journalAt(path: string, job: Parameters<typeof openBulkJournal>[1], resume = false): BulkJournal {
  const journal = openBulkJournal(path, job, resume);
  onTestFinished(() => journal.close());
  return journal;
}

function importsIn(data = dirname(freshPath())) {
  const simImports = openSimImports(data);
  onTestFinished(() => simImports.close());
  return simImports;
}

const setting = (cloud: BulkCloud, journal: BulkJournal, productId = 1) => ({
  cloud,
  journal,
  productId,
  signal: new AbortController().signal,
  sleep: async () => {},
  simImports: importsIn(),
  list: 'tray.csv',
  now: () => new Date(),
});

function units(count: number): readonly BulkItem[] {
  return Array.from({ length: count }, (_, index) => {
    const parsed = parseDeviceId(`e00fce68${index.toString(16).padStart(16, '0')}`);
    return { line: index + 1, identifier: parsed.ok ? parsed.value : '' };
  });
}

function sims(count: number): readonly BulkItem<Iccid>[] {
  return Array.from({ length: count }, (_, index) => {
    const parsed = parseIccid(`8934076500${String(index).padStart(9, '0')}`);
    if (!parsed.ok) throw new Error(parsed.failure.detail);
    return { line: index + 1, identifier: parsed.value };
  });
}

const resultsOf = (journal: BulkJournal) =>
  [...journal.marks().values()].map(({ state, result }) => (state === 'settled' ? result : state));

describe('a bulk pre-add', () => {
  it('settles each unit by its own verdict, on a cloud over HTTP', async () => {
    await using bench = await startCloudBench();
    const journal = journalAt(freshPath(), JOB);
    const items = [D1, D2, D3].map((identifier, index) => ({ line: index + 1, identifier }));
    await preAddUnits(items, setting(bench.cloud, journal, PRODUCT));
    expect(items.map(({ identifier }) => journal.marks().get(identifier)?.result)).toEqual([
      'added',
      'already-there',
      'refused',
    ]);
    expect(await bench.cloud.device(PRODUCT, D1, bench.options)).toMatchObject({ id: D1, productId: PRODUCT });
  });

  it('asks for a hundred in a request and once more for the proof', async () => {
    const product = new ProductOfUnits();
    const journal = journalAt(freshPath(), JOB);
    await preAddUnits(units(250), setting(product.cloud, journal));
    expect(product.requests.map((one) => Number(one.split(' ')[1]))).toEqual([100, 100, 50, 100, 100, 50]);
    expect(new Set(resultsOf(journal))).toEqual(new Set(['added']));
  });

  it('does not believe "added": a cloud that never has the unit ends as an error and not as a result', async () => {
    const product = new ProductOfUnits();
    product.devices.set = () => product.devices;
    const journal = journalAt(freshPath(), JOB);
    await expect(preAddUnits(units(3), setting(product.cloud, journal))).rejects.toMatchObject({
      code: 'cloud/not-in-product',
    });
    expect(resultsOf(journal)).toEqual(['asked', 'asked', 'asked']);
  });

  it('goes on in halves when the cloud takes fewer in one request, and keeps to that', async () => {
    const product = new ProductOfUnits();
    product.mostIdentifiers = 30;
    const journal = journalAt(freshPath(), JOB);
    await preAddUnits(units(200), setting(product.cloud, journal));
    expect(journal.settled()).toBe(200);
    const sizes = product.requests.map((one) => Number(one.split(' ')[1]));
    expect(sizes.slice(0, 4)).toEqual([100, 50, 25, 25]);
    expect(sizes.filter((size) => size > 30).length).toBeLessThan(8);
  });

  it.each([true, false])(
    'goes on where it broke off when the connection is lost (after the effect: %s)',
    async (effect) => {
      const product = new ProductOfUnits();
      product.foreign.add(units(150)[120]?.identifier ?? '');
      product.breakAt('addDevices', 1, effect);
      const path = freshPath();
      const first = openBulkJournal(path, JOB, false);
      await expect(preAddUnits(units(150), setting(product.cloud, first))).rejects.toMatchObject({
        code: 'cloud/unreachable',
      });
      first.close();
      const journal = journalAt(path, JOB, true);
      await preAddUnits(units(150), setting(product.cloud, journal));
      expect(resultsOf(journal).filter((one) => one === 'refused')).toHaveLength(1);
      expect(resultsOf(journal).filter((one) => one === 'added' || one === 'already-there')).toHaveLength(149);
    },
  );

  it('asks nothing of what is settled when it is run again', async () => {
    const product = new ProductOfUnits();
    const path = freshPath();
    const first = openBulkJournal(path, JOB, false);
    await preAddUnits(units(10), setting(product.cloud, first));
    first.close();
    product.requests.length = 0;
    await preAddUnits(units(10), setting(product.cloud, journalAt(path, JOB, true)));
    expect(product.requests).toEqual([]);
  });

  it('ends at the signal', async () => {
    const journal = journalAt(freshPath(), JOB);
    const product = new ProductOfUnits();
    const stop = new AbortController();
    const cloud = {
      ...product.cloud,
      addDevices: async (...given: Parameters<BulkCloud['addDevices']>) => {
        stop.abort(new Error('enough'));
        given[2].signal.throwIfAborted();
        return new Map();
      },
    };
    await expect(preAddUnits(units(3), { ...setting(cloud, journal), signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('a bulk SIM import', () => {
  it('imports what the product does not have and leaves what it has, on a cloud over HTTP', async () => {
    await using bench = await startCloudBench();
    await bench.cloud.importSims(PRODUCT, [I1], bench.options);
    while ((await bench.cloud.sim(PRODUCT, I1, bench.options)) === undefined) await sleepFor(5);
    const journal = journalAt(freshPath(), SIM_JOB);
    const items = [I1, I7].map((identifier, index) => ({ line: index + 1, identifier }));
    await importSims(items, { ...setting(bench.cloud, journal, PRODUCT), sleep: () => sleepFor(5) });
    expect(items.map(({ identifier }) => journal.marks().get(identifier)?.result)).toEqual([
      'already-there',
      'imported',
    ]);
  });

  it('never asks for a SIM twice, though its request broke off after the effect and the job was begun again', async () => {
    const product = new ProductOfUnits();
    product.simDelayLooks = 2;
    product.breakAt('importSims', 1, true);
    const path = freshPath();
    const first = openBulkJournal(path, SIM_JOB, false);
    await expect(importSims(sims(150), setting(product.cloud, first))).rejects.toMatchObject({
      code: 'cloud/unreachable',
    });
    first.close();
    const journal = journalAt(path, SIM_JOB, true);
    await importSims(sims(150), setting(product.cloud, journal));
    expect(new Set(resultsOf(journal))).toEqual(new Set(['imported']));
    expect([...product.imports.values()].every((times) => times === 1)).toBe(true);
    expect(product.imports.size).toBe(150);
  });

  it('never asks for a SIM twice, though the process was killed while its request was under way', async () => {
    const path = freshPath();
    const data = dirname(path);
    const all = sims(3);
    const program = join(import.meta.dirname, 'bulk-job-to-kill.ts');
    const child = execa(process.execPath, [program, path, data, '1', ...all.map(({ identifier }) => identifier)], {
      reject: false,
    });
    for await (const line of child) {
      expect(JSON.parse(String(line))).toHaveLength(3);
      child.kill('SIGKILL');
    }
    await child;
    const product = new ProductOfUnits();
    for (const { identifier } of all.slice(1)) product.sims.set(identifier, simOf(identifier));
    const journal = journalAt(path, SIM_JOB, true);
    await importSims(all, { ...setting(product.cloud, journal), simImports: importsIn(data) });
    expect(resultsOf(journal)).toEqual(['asked', 'imported', 'imported']);
    expect(product.imports.size).toBe(0);
  });

  it('only looks for a SIM whose request may have gone out, and ends without it when it never appears', async () => {
    const product = new ProductOfUnits();
    product.breakAt('importSims', 0, false);
    const path = freshPath();
    const first = openBulkJournal(path, SIM_JOB, false);
    await expect(importSims(sims(2), setting(product.cloud, first))).rejects.toMatchObject({
      code: 'cloud/unreachable',
    });
    first.close();
    const journal = journalAt(path, SIM_JOB, true);
    await importSims(sims(2), setting(product.cloud, journal));
    expect(resultsOf(journal)).toEqual(['asked', 'asked']);
    expect(product.requests.filter((one) => one.startsWith('importSims'))).toHaveLength(1);
  });

  it('asks again for SIMs of a request that the cloud refused as a whole', async () => {
    const product = new ProductOfUnits();
    product.mostIdentifiers = 3;
    const journal = journalAt(freshPath(), SIM_JOB);
    await importSims(sims(5), setting(product.cloud, journal));
    expect(new Set(resultsOf(journal))).toEqual(new Set(['imported']));
    expect([...product.imports.values()]).toEqual([1, 1, 1, 1, 1]);
  });

  it('does not ask for a SIM that another job asked for and that does not show yet; a day later it may', async () => {
    const product = new ProductOfUnits();
    product.simDelayLooks = 1000;
    let now = new Date('2026-11-28T08:00:00Z');
    const simImports = importsIn();
    const run = async () => {
      const journal = journalAt(freshPath(), SIM_JOB);
      await importSims(sims(2), { ...setting(product.cloud, journal), simImports, now: () => now });
      return resultsOf(journal);
    };
    expect(await run()).toEqual(['asked', 'asked']);
    expect(await run()).toEqual(['held', 'held']);
    expect([...product.imports.values()]).toEqual([1, 1]);
    now = new Date('2026-11-29T08:00:01Z');
    await run();
    expect([...product.imports.values()]).toEqual([2, 2]);
  });

  it('looks for each SIM by itself before it asks: one that a moving list did not show is not asked for', async () => {
    const product = new ProductOfUnits();
    const [one] = sims(1);
    if (one === undefined) throw new Error('There is no SIM.');
    product.sims.set(one.identifier, simOf(one.identifier));
    const cloud = { ...product.cloud, listSims: async () => ({ rows: [], totalPages: 1 }) };
    const journal = journalAt(freshPath(), SIM_JOB);
    await importSims([one], setting(cloud, journal));
    expect(journal.marks().get(one.identifier)?.result).toBe('already-there');
    expect(product.imports.size).toBe(0);
  });
});

describe('the journal of a bulk job', () => {
  it.each([
    ['another file', { ...JOB, sha256: 'b'.repeat(64) }],
    ['another product', { ...JOB, productId: 2 }],
    ['another kind of job', SIM_JOB],
  ])('refuses to go on with %s', (_what, other) => {
    const path = freshPath();
    openBulkJournal(path, JOB, false).close();
    expect(() => openBulkJournal(path, other, true)).toThrow(
      expect.objectContaining({ code: 'identity/file-changed' }),
    );
  });

  it('is taken by one process at a time, and not overwritten by a new job', () => {
    const path = freshPath();
    const first = openBulkJournal(path, JOB, false);
    expect(() => openBulkJournal(path, JOB, true)).toThrow(expect.objectContaining({ code: 'station/data-in-use' }));
    first.close();
    expect(() => openBulkJournal(path, JOB, false)).toThrow(expect.objectContaining({ code: 'request/invalid' }));
  });

  it('is refused when it is something else', () => {
    const path = freshPath();
    writeFileSync(path, 'line,result\n'.repeat(500));
    expect(() => openBulkJournal(path, JOB, true)).toThrow(expect.objectContaining({ code: 'identity/damaged' }));
    expect(readFileSync(path, 'utf8')).toBe('line,result\n'.repeat(500));
  });
});

it('the result file has a row for every line with something in it, each with its reason', async () => {
  const list = await readList(`device id,iccid\n${D1},${I1}\n${D2},\nWAT\n${D1},${I1}\n${D1},\n`);
  const items = bulkItems(list.lines, preAddIdentifier);
  const product = new ProductOfUnits();
  const path = freshPath();
  const journal = journalAt(path, JOB);
  await preAddUnits(items.items.slice(0, 1), setting(product.cloud, journal));
  await writeResultFile(`${path}.csv`, resultRows(list.lines, items, journal.marks()));
  expect(readFileSync(`${path}.csv`, 'utf8').trim().split('\n')).toEqual([
    'line,device_id,serial_number,iccid,imei,sku,result,reason',
    `2,${D1},,${I1},,,added,`,
    `3,${D2},,,,,not-done,It was not asked for.`,
    '4,,,,,,unusable,The device ID is none: it is 3 characters: 3 letters and digits.',
    `5,${D1},,${I1},,,duplicate,The same as line 2.`,
    `6,${D1},,,,,duplicate,The same as line 2.`,
  ]);
});
