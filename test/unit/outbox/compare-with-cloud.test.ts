import { expect, test } from 'vitest';
import { compareWithCloud, worthAskingAgain } from '../../../src-main/outbox/compare-with-cloud.ts';
import { BATCH, deviceId, iccid, type OutboxBench, openOutboxBench, PRODUCT } from './outbox-bench.ts';

const OWNER = 'op@example.com';

/** So many units of one batch, in the product with a live SIM. */
async function built(units: number, more: Parameters<OutboxBench['pass']>[1] = {}) {
  const bench = await openOutboxBench(units);
  const outbox = await bench.open();
  const runs = Array.from({ length: units }, (_, unit) => bench.pass(unit, more).runId);
  await bench.idle();
  const check = () =>
    compareWithCloud(bench.audit.cloudStandings({ batch: BATCH }), {
      cloud: bench.cloud,
      signal: AbortSignal.timeout(25_000),
    });
  return { bench, outbox, runs, check, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

function change(bench: OutboxBench, unit: number, to: object): void {
  Object.assign(bench.virtual.state.devices.get(deviceId(unit)) ?? {}, to);
}

test('a batch that is as the record says agrees unit by unit, and every one of it is live', async () => {
  await using line = await built(3);
  const check = await line.check();
  expect(check).toMatchObject({ units: 3, live: 3, agree: 3, open: 0 });
  expect(check.compared.map(({ runId, record, cloud }) => [runId, record, cloud])).toEqual(
    line.runs.map((runId) => [runId, 'sim-active', 'sim-active']),
  );
  expect(worthAskingAgain(check)).toEqual([]);
});

test('each way in which the cloud can differ from the record has a sentence with both', async () => {
  await using line = await built(7, { name: 'Meter', claimUser: OWNER });
  const { bench } = line;
  change(bench, 1, { productId: undefined });
  change(bench, 2, { quarantined: true });
  change(bench, 3, { denied: true });
  const { sims } = bench.virtual.state;
  Object.assign(sims.get(iccid(4)) ?? {}, { status: 'inactive_user_deactivated' });
  Object.assign(sims.get(iccid(5)) ?? {}, { productId: undefined });
  change(bench, 6, { name: 'Other', owner: undefined });
  const check = await line.check();
  expect(check).toMatchObject({ units: 7, live: 2, agree: 1, open: 0 });
  expect(
    check.compared.map(({ cloud, isLive, differences }) => [cloud, isLive, differences.map(({ kind }) => kind)]),
  ).toEqual([
    ['sim-active', true, []],
    ['built', false, ['missing']],
    ['built', false, ['quarantined']],
    ['built', false, ['denied']],
    ['sim-pending', false, ['sim-not-active']],
    ['in-product', false, ['sim-missing']],
    ['sim-active', true, ['name', 'owner']],
  ]);
  expect(check.compared.flatMap(({ differences }) => differences.map(({ says }) => says))).toEqual([
    `The record says that it is in product ${PRODUCT}; the cloud says that the product does not have it.`,
    `The record says that it is in product ${PRODUCT}; the cloud says that it is in quarantine.`,
    `The record says that it is in product ${PRODUCT}; the cloud says that the product has denied it.`,
    `The record says that SIM ${iccid(4)} is active; the cloud says that it is inactive_user_deactivated.`,
    `The record says that SIM ${iccid(5)} is active; the cloud says that the product does not have the SIM.`,
    'The record says that its name is Meter; the cloud says that its name is Other.',
    `The record says that its owner is ${OWNER}; the cloud says that its owner is not set.`,
  ]);
});

test('many units cost the pages of two lists, and what other stations put into the product is no difference', async () => {
  await using bench = await openOutboxBench(650);
  for (const [unit, device] of [...bench.virtual.state.devices.values()].entries()) {
    device.productId = PRODUCT;
    Object.assign(bench.virtual.state.sims.get(iccid(unit)) ?? {}, { productId: PRODUCT, status: 'active' });
  }
  for (let unit = 530; unit < 570; unit += 1) bench.pass(unit, { reached: 'sim-active', isDone: true });
  const check = await compareWithCloud(bench.audit.cloudStandings({ batch: BATCH }), {
    cloud: bench.cloud,
    signal: AbortSignal.timeout(25_000),
  });
  expect(check).toMatchObject({ units: 40, live: 40, agree: 40 });
  expect(bench.requests('list-devices')).toBe(2);
  expect(bench.requests('list-sims')).toBe(2);
  expect(bench.requests()).toBe(4);
});

test('what the lists do not show is looked for by itself before it is called missing', async () => {
  await using line = await built(12);
  const { bench } = line;
  const cloud = {
    ...bench.cloud,
    listDevices: async (...given: Parameters<typeof bench.cloud.listDevices>) => {
      const page = await bench.cloud.listDevices(...given);
      return { ...page, rows: page.rows.filter(({ id }) => id !== deviceId(5)) };
    },
  };
  const signal = AbortSignal.timeout(25_000);
  const check = await compareWithCloud(bench.audit.cloudStandings({ batch: BATCH }), { cloud, signal });
  expect(check).toMatchObject({ units: 12, live: 12, agree: 12 });
});

test('a unit the cloud gives no usable answer about is neither called missing nor done anew', async () => {
  await using line = await built(1);
  line.bench.virtual.faults.add({ name: 'wrong-shape', endpoint: 'get-device' });
  const check = await line.check();
  expect(check.compared).toMatchObject([{ isLive: false, differences: [{ kind: 'not-told' }] }]);
  expect(check.compared[0]?.cloud).toBeUndefined();
  expect(worthAskingAgain(check)).toEqual([]);
});

test('a cloud that cannot be asked is a failure, not a batch that is missing', async () => {
  await using line = await built(1);
  await line.bench.virtual.goOffline();
  await expect(line.check()).rejects.toMatchObject({ code: expect.stringMatching(/^(cloud|network)\//) });
});

test('units on which record and cloud disagree are done anew: put right, or a reject that says why', async () => {
  await using line = await built(4, { name: 'Meter' });
  const { bench, outbox } = line;
  change(bench, 0, { productId: undefined });
  change(bench, 1, { productId: 777 });
  change(bench, 2, { name: 'Other' });
  const disagree = worthAskingAgain(await line.check());
  expect(disagree).toEqual(line.runs.slice(0, 3));
  const reopened = outbox.reopen(disagree);
  expect(reopened.ok && reopened.value.map(({ now }) => [now.work.runId, now.last.event])).toEqual(
    disagree.map((runId) => [runId, 'asked-again']),
  );
  expect(outbox.backlog()).toMatchObject({ open: 3, batch: { built: 3, 'sim-active': 1 } });
  await bench.idle();
  expect(line.runs.map((runId) => bench.standing(runId).last.state)).toEqual([
    'sim-active',
    'rejected',
    'sim-active',
    'sim-active',
  ]);
  expect(bench.standing(line.runs[1] ?? '').last.failure?.code).toBe('cloud/device-rejected');
  expect(bench.virtual.state.devices.get(deviceId(2))?.name).toBe('Meter');
  expect(bench.virtual.state.sims.get(iccid(0))?.activations).toBe(1);
  expect(await line.check()).toMatchObject({ units: 4, live: 3, agree: 4, open: 0 });
  expect(bench.audit.verify().intact).toBe(true);
});

test('a unit that was rejected and is in the product with a live SIM all the same is told, and becomes good again', async () => {
  await using line = await built(1);
  const { bench, outbox, runs } = line;
  bench.audit.addCloudSteps([{ runId: runs[0] ?? '', at: new Date().toISOString(), state: 'rejected', isDone: true }]);
  const check = await line.check();
  expect(check.compared).toMatchObject([{ record: 'rejected', isLive: true, differences: [{ kind: 'not-rejected' }] }]);
  outbox.openBatch(BATCH);
  outbox.reopen(worthAskingAgain(check));
  await bench.idle();
  expect(bench.standing(runs[0] ?? '').last.state).toBe('sim-active');
  expect(outbox.backlog().batch).toMatchObject({ rejected: 0, 'sim-active': 1 });
});

test('work that is still going on is counted as open, is no difference, and is not done anew', async () => {
  await using bench = await openOutboxBench(2);
  const waiting = bench.pass(0);
  const outbox = await bench.open({ pace: { gatherMs: 60_000 } });
  const check = await compareWithCloud(bench.audit.cloudStandings({}), {
    cloud: bench.cloud,
    signal: AbortSignal.timeout(25_000),
  });
  expect(check).toMatchObject({ units: 1, live: 0, agree: 1, open: 1 });
  const reopened = outbox.reopen([waiting.runId]);
  expect(reopened.ok && reopened.value).toEqual([]);
  expect(bench.standing(waiting.runId).last.event).toBeUndefined();
});

test('a device that was built twice is one unit: what its last run made it', async () => {
  await using line = await built(1, { name: 'Meter' });
  line.bench.pass(0, { name: 'Newer' });
  await line.bench.idle();
  expect(await line.check()).toMatchObject({ units: 1, agree: 1, live: 1 });
});
