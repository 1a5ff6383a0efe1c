import { expect, test } from 'vitest';
import type { Snapshot } from '../../../src-main/domain/snapshot.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf } from '../../virtual-line/build-one.ts';

const RIDES_OUTAGES = { waitMs: 20_000, finishLater: true };

test('a unit passes as built while the cloud is away, and is in the product with a live SIM when it is back', async () => {
  await using line = await openTestLine({ platforms: ['boron'], cloudPolicy: RIDES_OUTAGES });
  await line.cloud.goOffline();
  await plugAndScan(line, '1');
  const run = await endedRun(line, '1');
  expect(run.ended).toMatchObject({ outcome: 'PASS', unit: { membership: 'later', sim: 'later' } });
  expect(run.steps.find(({ step }) => step === 'add-to-product')?.learnt).toMatchObject({ why: 'cloud/unreachable' });
  expect(run.cloud?.last.state).toBe('built');
  const waiting = await snapshotOf(line, ({ cloud }) => cloud.held !== undefined);
  expect(waiting.cloud).toMatchObject({ open: 1, notInProduct: 1, oldestAt: run.ended?.at, batch: { built: 1 } });

  await line.cloud.goOnline();
  await snapshotOf(line, ({ cloud }) => cloud.open === 0);
  const later = line.ports.audit.readRun(run.begun.runId);
  expect(later?.cloud?.last).toMatchObject({ state: 'sim-active', isDone: true });
  const device = line.cloud.state.devices.get(run.ended?.unit.deviceId ?? '');
  expect(device?.productId).toBe(run.begun.recipe.productId);
});

test('a recipe that waits for nothing asks the cloud nothing while the unit is in its slot', async () => {
  await using line = await openTestLine({
    platforms: ['boron'],
    cloudPolicy: { waitMs: 0, finishLater: true },
    outboxPace: { gatherMs: 600_000 },
  });
  await plugAndScan(line, '1');
  const run = await endedRun(line, '1');
  expect(run.ended?.outcome).toBe('PASS');
  expect(line.cloud.requests.list()).toEqual([]);
});

test('a unit that the cloud answers for at once needs nothing of the outbox, and its record says how far it is', async () => {
  await using line = await openTestLine({ platforms: ['boron'], cloudPolicy: { waitMs: 20_000, finishLater: true } });
  await plugAndScan(line, '1');
  const run = await endedRun(line, '1');
  expect(run.cloud).toMatchObject({ work: { reached: 'sim-active', isDone: true }, last: { state: 'sim-active' } });
});

test('a cloud that refuses the unit while it is in its slot is a verdict, whatever may be finished later', async () => {
  await using line = await openTestLine({ platforms: ['boron'], cloudPolicy: RIDES_OUTAGES });
  line.bench.register('1', ['in-other-product']);
  await plugAndScan(line, '1');
  const run = await endedRun(line, '1');
  expect(run.ended).toMatchObject({ outcome: 'FAIL', failure: { code: 'cloud/device-rejected' } });
  expect(run.cloud).toBeUndefined();
});

test('a unit that is rejected later is a reject again: counted as one, named with its carton, and open to rework', async () => {
  await using line = await openTestLine({ platforms: ['boron'], cloudPolicy: RIDES_OUTAGES });
  line.bench.register('1', ['in-other-product']);
  await line.cloud.goOffline();
  expect(await line.station.call('scan', { text: 'LW:CARTON:C-17' })).toMatchObject({ ok: true });
  await plugAndScan(line, '1');
  const run = await endedRun(line, '1');
  expect(run.ended?.outcome).toBe('PASS');
  expect((await snapshotOf(line, () => true)).counts).toMatchObject({ PASS: 1, FAIL: 0 });

  await line.cloud.goOnline();
  const told = await snapshotOf(line, ({ troubles }) => troubles.some(({ code }) => code === 'cloud/rejected-later'));
  expect(told.troubles[0]?.detail).toContain('carton C-17');
  expect(told.troubles[0]?.detail).toContain(run.ended?.unit.serialNumber ?? 'the serial number');
  expect(told.counts).toMatchObject({ PASS: 0, FAIL: 1 });
  expect(told.cloud.batch).toMatchObject({ rejected: 1 });

  line.bench.register('1', []);
  const rework = await line.station.call('rework', { runId: run.begun.runId, slot: '1' });
  expect(rework).toMatchObject({ ok: true });
  await snapshotOf(line, ({ slots }) => {
    const { run: view } = slots[0] ?? {};
    return view?.runId !== run.begun.runId && view?.ended?.outcome === 'PASS';
  });
});

test('a unit to pull is named until somebody says it was pulled, over a restart, and then no more', async () => {
  await using first = await openTestLine({ platforms: ['boron'], cloudPolicy: RIDES_OUTAGES });
  first.bench.register('1', ['in-other-product']);
  await first.cloud.goOffline();
  await plugAndScan(first, '1');
  const { begun } = await endedRun(first, '1');
  await first.cloud.goOnline();
  await snapshotOf(first, toPull);
  await first.close();

  await using second = await openTestLine({ platforms: ['boron'], cloudPolicy: RIDES_OUTAGES, data: first.data });
  const named = await snapshotOf(second, () => true);
  expect(named.troubles).toMatchObject([{ code: 'cloud/rejected-later', evidence: { runId: begun.runId } }]);
  expect(await second.station.call('confirmPulled', { runId: 'no such run' })).toMatchObject({
    ok: false,
    failure: { code: 'run/not-found' },
  });
  expect(await second.station.call('confirmPulled', { runId: begun.runId })).toEqual({ ok: true, value: null });
  expect((await snapshotOf(second, () => true)).troubles).toEqual([]);
  expect(second.ports.audit.readRun(begun.runId)?.cloud?.last).toMatchObject({
    state: 'rejected',
    event: 'pulled',
    failure: { code: 'cloud/device-rejected' },
  });
  await second.close();

  await using third = await openTestLine({ platforms: ['boron'], cloudPolicy: RIDES_OUTAGES, data: first.data });
  expect((await snapshotOf(third, () => true)).troubles).toEqual([]);
});

function toPull({ troubles }: Snapshot): boolean {
  return troubles.some(({ code }) => code === 'cloud/rejected-later');
}

test('the open carton is known again after a restart, and closed by the next batch', async () => {
  await using first = await openTestLine({ platforms: ['boron'], batch: 'WO-1' });
  await first.station.call('openCarton', { name: 'C-3' });
  expect((await snapshotOf(first, () => true)).station.carton).toBe('C-3');
  await first.close();
  await using second = await openTestLine({ platforms: ['boron'], batch: 'WO-1', data: first.data });
  expect((await snapshotOf(second, () => true)).station.carton).toBe('C-3');
  await second.station.call('openBatch', { name: 'WO-2' });
  expect((await snapshotOf(second, () => true)).station.carton).toBeUndefined();
});
