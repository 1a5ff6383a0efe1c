import { expect, test, vi } from 'vitest';
import { BATCH, deviceId, iccid, openOutboxBench, openSecondStation, PRODUCT } from './outbox-bench.ts';

test('a unit that passed while the cloud was not asked ends in the product with a live SIM, and the record tells each step', async () => {
  await using bench = await openOutboxBench(1);
  const outbox = await bench.open();
  const { runId } = bench.pass(0);
  expect(outbox.backlog()).toMatchObject({ open: 1, notInProduct: 1, batch: { built: 1 } });
  await bench.idle();
  expect(bench.standing(runId).last).toMatchObject({
    state: 'sim-active',
    isDone: true,
    evidence: { status: 'active' },
  });
  expect(bench.virtual.state.devices.get(deviceId(0))?.productId).toBe(PRODUCT);
  expect(outbox.backlog()).toMatchObject({ open: 0, batch: { built: 0, 'sim-active': 1 } });
  expect(outbox.backlog().oldestAt).toBeUndefined();
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 1 });
  expect(bench.audit.verify().intact).toBe(true);
});

test('units that come close together share their requests: at most two per unit, SIM included', async () => {
  await using bench = await openOutboxBench(40);
  await bench.open();
  for (let unit = 0; unit < 40; unit += 1) bench.pass(unit);
  await bench.idle();
  expect(bench.requests('import-devices')).toBeLessThanOrEqual(2);
  expect(bench.requests()).toBeLessThanOrEqual(80);
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 40 });
});

test('one unit after the other costs two requests each: the request for the next proves the one before', async () => {
  await using bench = await openOutboxBench(12);
  await bench.open({ pace: { proveWithinMs: 60_000 } });
  for (let unit = 0; unit < 12; unit += 1) {
    bench.pass(unit);
    await bench.virtual.requests.next('import-devices');
  }
  await bench.until((outbox) => outbox.backlog().open === 1);
  expect(bench.requests()).toBeLessThanOrEqual(24);
});

test('a connection that is cut after the cloud took the unit costs one more request and changes nothing', async () => {
  await using bench = await openOutboxBench(1, { faults: [{ name: 'reset-after-effect', count: 1 }] });
  await bench.open();
  const { runId } = bench.pass(0);
  await bench.idle();
  expect(bench.standing(runId).last.state).toBe('sim-active');
  expect(bench.virtual.state.sims.get(iccid(0))?.activations).toBe(1);
});

test('a cloud that says yes and keeps nothing is not believed', async () => {
  await using bench = await openOutboxBench(1);
  await bench.open();
  bench.virtual.faults.add({ name: 'no-readback', endpoint: 'import-devices', count: 6 });
  const { runId } = bench.pass(0);
  await bench.virtual.requests.next('import-devices');
  expect(bench.standing(runId).last.state).toBe('built');
  await bench.idle();
  expect(bench.virtual.state.devices.get(deviceId(0))?.productId).toBe(PRODUCT);
  expect(bench.standing(runId).last.state).toBe('sim-active');
});

test('a unit in another product is rejected with the reason, and tried again when QA asks', async () => {
  await using bench = await openOutboxBench(2);
  await bench.open();
  const strange = bench.virtual.state.devices.get(deviceId(0));
  if (strange === undefined) throw new Error('The unit is not registered.');
  strange.productId = 777;
  const { runId } = bench.pass(0, { carton: 'C-17' });
  const good = bench.pass(1);
  await bench.idle();
  expect(bench.standing(good.runId).last.state).toBe('sim-active');
  expect(bench.standing(runId).last).toMatchObject({
    state: 'rejected',
    isDone: true,
    failure: { code: 'cloud/device-rejected' },
  });
  expect(bench.troubles).toMatchObject([{ standing: { work: { carton: 'C-17' } } }]);
  expect(bench.audit.countOutcomes(BATCH)).toEqual({ PASS: 1, FAIL: 1 });
  expect(bench.audit.passedInBatch(BATCH, deviceId(0))).toBeUndefined();
  const found = (query: { cloud?: 'rejected'; outcome?: 'PASS' | 'FAIL' }) =>
    bench.audit.findRuns(query).map(({ begun }) => begun.runId);
  expect(found({ cloud: 'rejected' })).toEqual([runId]);
  expect(found({ outcome: 'FAIL' })).toEqual([runId]);
  expect(found({ outcome: 'PASS' })).toEqual([good.runId]);

  strange.productId = undefined;
  const outbox = await bench.open();
  expect(outbox.askAgain(good.runId)).toMatchObject({ ok: false, failure: { code: 'run/not-found' } });
  expect(outbox.askAgain(runId)).toEqual({ ok: true, value: null });
  await bench.idle();
  expect(bench.standing(runId).last.state).toBe('sim-active');
  expect(bench.audit.countOutcomes(BATCH)).toEqual({ PASS: 2 });
});

test('what an outage left open goes on by itself when the cloud is back, and the screen shows why it waits', async () => {
  await using bench = await openOutboxBench(5);
  await bench.virtual.goOffline();
  await bench.open();
  for (let unit = 0; unit < 5; unit += 1) bench.pass(unit);
  await bench.until((outbox) => outbox.backlog().held !== undefined);
  const outbox = await bench.open();
  await bench.until(() => outbox.backlog().held?.code === 'cloud/unreachable');
  expect(outbox.backlog()).toMatchObject({ open: 5, notInProduct: 5 });
  await bench.virtual.goOnline();
  await bench.idle();
  expect(outbox.backlog()).toMatchObject({ open: 0 });
  expect(outbox.backlog().held).toBeUndefined();
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 5 });
});

test('a token that was refused holds the work back without hammering, and it goes on when a person says so', async () => {
  await using bench = await openOutboxBench(1, { faults: [{ name: 'unauthorized' }] });
  const outbox = await bench.open({ pace: { firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 } });
  bench.pass(0);
  await bench.until(() => outbox.backlog().held !== undefined);
  expect(outbox.backlog().held?.code).toBe('cloud/permission');
  expect(bench.requests()).toBe(1);
  bench.virtual.faults.clear();
  outbox.hurry();
  await bench.idle();
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 1 });
});

test('a plastic SIM is imported once, though the answer was lost and the station restarted before it showed', async () => {
  await using bench = await openOutboxBench(1, {
    removable: true,
    faults: [{ name: 'no-readback', endpoint: 'import-sims', count: 1 }],
  });
  await bench.open();
  const { runId } = bench.pass(0);
  await bench.until(() => bench.standing(runId).last.simImportAskedAt !== undefined);
  await bench.open();
  await bench.virtual.requests.next('get-sim');
  await bench.virtual.requests.next('get-sim');
  expect(bench.requests('import-sims')).toBeLessThanOrEqual(1);
  expect(bench.standing(runId).last.state).toBe('in-product');
});

test('a plastic SIM that nobody imported yet is imported and becomes active', async () => {
  await using bench = await openOutboxBench(30, { removable: true });
  await bench.open();
  for (let unit = 0; unit < 30; unit += 1) bench.pass(unit);
  await bench.idle();
  expect(bench.requests('import-sims')).toBe(1);
  for (let unit = 0; unit < 30; unit += 1) expect(bench.virtual.state.sims.get(iccid(unit))?.activations).toBe(1);
});

test('an import that the cloud refused outright is asked for again', async () => {
  await using bench = await openOutboxBench(1, {
    removable: true,
    faults: [{ name: 'forbidden', endpoint: 'import-sims', count: 1 }],
  });
  await bench.open();
  const { runId } = bench.pass(0);
  await bench.idle();
  expect(bench.standing(runId).last.state).toBe('sim-active');
  expect(bench.requests('import-sims')).toBe(2);
});

test.each([
  ['new', 1, 7],
  ['given back by its last owner', 7, 14],
])(
  'R27: a sometimes slow SIM that is %s is told of after %i days and not before, nor after %i',
  async (life, from, to) => {
    await using bench = await openOutboxBench(1, { faults: [{ name: 'sim-stuck', endpoint: 'import-devices' }] });
    const sim = bench.virtual.state.sims.get(iccid(0));
    if (sim !== undefined && life !== 'new') {
      Object.assign(sim, { status: 'inactive_user_deactivated', activations: 1, deactivations: 1, wasReleased: true });
    }
    let cloudMs = Date.UTC(2026, 5, 1);
    await bench.open({
      pace: { speed: 1_000_000 },
      cloudTime: () => {
        cloudMs += 3_600_000;
        return new Date(cloudMs);
      },
    });
    const { runId } = bench.pass(0, { sim: { iccid: iccid(0), form: 'embedded', activation: 'sometimes-slow' } });
    await bench.until(() => bench.troubles.length > 0);
    const { at, simSince = at, event } = bench.standing(runId).last;
    expect(event).toBe('sim-overdue');
    const waitedDays = (Date.parse(at) - Date.parse(simSince)) / 86_400_000;
    expect(waitedDays).toBeGreaterThanOrEqual(from);
    expect(waitedDays).toBeLessThan(to);
  },
);

test('R27: a SIM that stays pending past its class is told once, is no reject, and is watched on', async () => {
  await using bench = await openOutboxBench(1, { faults: [{ name: 'sim-stuck', endpoint: 'import-devices' }] });
  let cloudMs = Date.UTC(2026, 5, 1);
  const outbox = await bench.open({
    cloudTime: () => {
      cloudMs += 60_000;
      return new Date(cloudMs);
    },
  });
  const { runId } = bench.pass(0);
  await bench.until(() => bench.troubles.length > 0);
  await bench.virtual.requests.next('get-sim');
  expect(bench.troubles.map(({ failure }) => failure.code)).toEqual(['sim/overdue']);
  expect(bench.standing(runId).last).toMatchObject({ state: 'sim-pending', isDone: false, event: 'sim-overdue' });
  expect(outbox.backlog().open).toBe(1);
});

test('a SIM that is switched off makes the unit a reject', async () => {
  await using bench = await openOutboxBench(1);
  const sim = bench.virtual.state.sims.get(iccid(0));
  if (sim === undefined) throw new Error('The SIM is not registered.');
  sim.status = 'inactive_data_limit_reached';
  sim.productId = PRODUCT;
  await bench.open();
  const { runId } = bench.pass(0);
  await bench.idle();
  expect(bench.standing(runId).last).toMatchObject({ state: 'rejected', failure: { code: 'sim/inactive' } });
});

test('a unit that two stations built is in the product once, with a SIM that was activated once', async () => {
  await using one = await openOutboxBench(1);
  await one.open();
  one.pass(0);
  one.pass(0);
  await one.idle();
  expect(one.virtual.state.sims.get(iccid(0))?.activations).toBe(1);
  expect(one.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 2 });
});

test('plastic SIMs of units that two stations built in an outage are imported once, by the station that added the unit', async () => {
  await using bench = await openOutboxBench(20, { removable: true });
  await bench.virtual.goOffline();
  const works = Array.from({ length: 20 }, (_, unit) => bench.pass(unit));
  await bench.open();
  await using second = await openSecondStation(bench, works);
  await bench.virtual.goOnline();
  await Promise.all([bench.idle(), second.outbox.idle(AbortSignal.timeout(25_000))]);
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 20 });
  expect(second.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 20 });
  for (let unit = 0; unit < 20; unit += 1) expect(bench.virtual.state.sims.get(iccid(unit))?.imports).toBe(1);
});

test('name, groups and owner that a recipe wants are there before the unit counts as done', async () => {
  await using bench = await openOutboxBench(2);
  await bench.open();
  const { runId } = bench.pass(0, { name: 'P046AF1450000FC', groups: ['2026w10'], claimUser: 'op@example.com' });
  await bench.idle();
  expect(bench.virtual.state.devices.get(deviceId(0))).toMatchObject({
    name: 'P046AF1450000FC',
    groups: ['2026w10'],
    owner: 'op@example.com',
    productId: PRODUCT,
  });
  expect(bench.standing(runId).last).toMatchObject({ state: 'sim-active', isDone: true });
});

test('a unit without a SIM is done when it is in the product', async () => {
  await using bench = await openOutboxBench(1);
  await bench.open();
  const { runId } = bench.passWithoutSim(0);
  await bench.idle();
  expect(bench.standing(runId).last).toMatchObject({ state: 'in-product', isDone: true });
  expect(bench.requests('get-sim')).toBe(0);
});

test('one identifier that the cloud cannot read does not hold up the others', async () => {
  await using bench = await openOutboxBench(9, {
    faults: [{ name: 'server-error', value: 400, count: 3, endpoint: 'import-devices' }],
  });
  await bench.open();
  for (let unit = 0; unit < 9; unit += 1) bench.pass(unit);
  await bench.idle();
  const counts = bench.audit.countCloudStates(BATCH);
  expect((counts['sim-active'] ?? 0) + (counts.rejected ?? 0)).toBe(9);
  expect(counts['sim-active']).toBeGreaterThanOrEqual(8);
});

test('a request that was refused for one unit does not make those of later units smaller', async () => {
  await using bench = await openOutboxBench(34, {
    faults: [{ name: 'server-error', value: 400, count: 1, endpoint: 'import-devices' }],
  });
  await bench.open({ pace: { gatherMs: 50 } });
  for (let unit = 0; unit < 4; unit += 1) bench.pass(unit);
  await bench.idle();
  bench.virtual.requests.clear();
  for (let unit = 4; unit < 34; unit += 1) bench.pass(unit);
  await bench.until((outbox) => outbox.backlog().notInProduct === 0);
  expect(bench.requests('import-devices')).toBeLessThanOrEqual(2);
});

test.each([
  ['back by a year', -365 * 86_400_000],
  ['forward by a year', 365 * 86_400_000],
])('a clock that is set %s while units wait changes nothing', async (_, byMs) => {
  await using bench = await openOutboxBench(3);
  await bench.virtual.goOffline();
  const outbox = await bench.open({ cloudTime: () => new Date(Date.UTC(2026, 10, 28)) });
  for (let unit = 0; unit < 3; unit += 1) bench.pass(unit);
  await bench.until(() => outbox.backlog().held !== undefined);
  const setTo = Date.now() + byMs;
  vi.useFakeTimers({ toFake: ['Date'], now: setTo, shouldAdvanceTime: true });
  try {
    await bench.virtual.goOnline();
    await bench.idle();
  } finally {
    vi.useRealTimers();
  }
  expect(bench.audit.countCloudStates(BATCH)).toEqual({ 'sim-active': 3 });
  expect(bench.troubles).toEqual([]);
});
