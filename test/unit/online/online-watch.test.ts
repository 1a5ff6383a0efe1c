import { expect, test } from 'vitest';
import { onlineReport } from '../../../src-main/online/online-report.ts';
import { BATCH, deviceId, PRODUCT } from '../outbox/outbox-bench.ts';
import { AS_BUILT, HOUR, openOnlineBench } from './online-bench.ts';

/** After the first sweep there is none while the test runs: only events tell. */
const ONLY_EVENTS = { pace: { soonMs: HOUR, sweepMs: HOUR, calmMs: HOUR } };

test('an event is enough: when the unit came online and with which version is on record at once, without a request', async () => {
  await using bench = await openOnlineBench(2);
  bench.pass(0);
  const watch = await bench.open(ONLY_EVENTS);
  await bench.virtual.requests.next('get-device');
  const { runId } = bench.pass(1);
  expect(watch.counts()).toEqual({ awaitedOnline: 2, onlineProblems: 0 });
  const before = bench.virtual.state.clock.iso();
  bench.life.connects(deviceId(1), AS_BUILT);
  await bench.until(() => bench.proof(runId) !== undefined);
  expect(bench.proof(runId)).toMatchObject({ verdict: 'online', productVersion: 7 });
  const { firstOnlineAt = '' } = bench.proof(runId) ?? {};
  expect([before, firstOnlineAt, bench.virtual.state.clock.iso()].toSorted()[1]).toBe(firstOnlineAt);
  expect(bench.requests('get-device') + bench.requests('list-devices')).toBe(1);
  expect(watch.counts().awaitedOnline).toBe(1);
  expect(bench.troubles).toEqual([]);
  expect(bench.audit.verify().intact).toBe(true);
});

test('a unit that comes online again and again has one verdict: the first', async () => {
  await using bench = await openOnlineBench(1);
  const { runId } = bench.pass(0);
  await bench.open();
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.until(() => bench.proof(runId) !== undefined);
  const first = bench.proof(runId);
  bench.life.connects(deviceId(0), { ...AS_BUILT, version: 9 });
  const second = bench.pass(0, { online: { productVersion: 9, withinHours: 24 } });
  await bench.until(() => bench.proof(second.runId) !== undefined);
  expect(bench.proof(runId)).toEqual(first);
});

test('a unit that comes with another firmware is told once, with its carton and batch, and counted', async () => {
  await using bench = await openOnlineBench(1);
  const { runId } = bench.pass(0);
  const watch = await bench.open();
  bench.life.connects(deviceId(0), { ...AS_BUILT, version: 6 });
  await bench.until(() => bench.troubles.length > 0);
  expect(bench.proof(runId)).toMatchObject({ verdict: 'wrong-version', productVersion: 6 });
  expect(bench.troubles).toMatchObject([
    {
      code: 'online/wrong-version',
      detail: `P046AF000000000 in carton C-17 of batch ${BATCH} has come online with version 6, not 7.`,
    },
  ]);
  expect(watch.counts()).toEqual({ awaitedOnline: 0, onlineProblems: 1 });
  const again = await bench.open();
  expect(again.counts()).toEqual({ awaitedOnline: 0, onlineProblems: 1 });
  expect(bench.troubles).toHaveLength(1);
});

test('what came online while the station was off is found when it starts', async () => {
  await using bench = await openOnlineBench(1);
  const { runId } = bench.pass(0);
  bench.life.connects(deviceId(0), AS_BUILT);
  bench.life.disconnects(deviceId(0));
  await bench.open();
  await bench.until(() => bench.proof(runId) !== undefined);
  expect(bench.proof(runId)?.verdict).toBe('online');
});

test('what came online while the stream was down is found when it is up again', async () => {
  await using bench = await openOnlineBench(2);
  const { runId } = bench.pass(0);
  const there = bench.pass(1);
  bench.life.connects(deviceId(1), AS_BUILT);
  await bench.open({ pace: { soonMs: 0, sweepMs: HOUR, calmMs: HOUR } });
  // The first sweep is over: what comes now is found by the next one.
  await bench.until(() => bench.proof(there.runId) !== undefined);
  await bench.virtual.goOffline();
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.virtual.goOnline();
  await bench.until(() => bench.proof(runId) !== undefined);
  expect(bench.proof(runId)?.verdict).toBe('online');
});

test.each([
  ['no stream at all', { events: undefined }, []],
  ['a stream that is refused', {}, [{ name: 'forbidden', endpoint: 'product-events' }]],
] as const)('with %s the products are read now and then', async (_what, options, faults) => {
  await using bench = await openOnlineBench(2, { faults });
  const { runId } = bench.pass(0);
  const there = bench.pass(1);
  bench.life.connects(deviceId(1), AS_BUILT);
  await bench.open(options);
  await bench.until(() => bench.proof(there.runId) !== undefined);
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.until(() => bench.proof(runId) !== undefined);
  expect(bench.proof(runId)?.verdict).toBe('online');
});

test('a unit the cloud has never heard of when its hours are over is late; units of one carton are one trouble', async () => {
  await using bench = await openOnlineBench(3);
  const runs = [0, 1, 2].map((unit) => bench.pass(unit, unit === 2 ? { carton: 'C-18' } : {}).runId);
  await bench.open();
  await bench.virtual.requests.next('get-device');
  bench.virtual.state.clock.advance(23 * HOUR);
  await bench.virtual.requests.next('get-device');
  await bench.virtual.requests.next('get-device');
  expect(bench.troubles).toEqual([]);
  bench.virtual.state.clock.advance(2 * HOUR);
  await bench.until(() => bench.troubles.length === 2);
  expect(runs.map((runId) => bench.proof(runId)?.verdict)).toEqual(['late', 'late', 'late']);
  expect(bench.troubles.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
    `online/late: P046AF000000000, P046AF000000001 in carton C-17 of batch ${BATCH} have not come online within 24 h.`,
    `online/late: P046AF000000002 in carton C-18 of batch ${BATCH} has not come online within 24 h.`,
  ]);
});

test('when a late unit comes after all is on record and no second trouble; with other firmware it is one', async () => {
  await using bench = await openOnlineBench(3);
  const [first = '', second = '', never = ''] = [0, 1, 2].map((unit) => bench.pass(unit).runId);
  const watch = await bench.open();
  await bench.virtual.requests.next('get-device');
  bench.virtual.state.clock.advance(25 * HOUR);
  await bench.until(() => watch.counts().onlineProblems === 3);
  expect(watch.counts().awaitedOnline).toBe(0);
  const { length } = bench.troubles;
  const cameAt = bench.virtual.state.clock.iso();
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.until(() => bench.proof(first)?.firstOnlineAt !== undefined);
  expect(bench.proof(first)).toMatchObject({ verdict: 'late', productVersion: 7 });
  expect(Date.parse(bench.proof(first)?.firstOnlineAt ?? '')).toBeGreaterThanOrEqual(Date.parse(cameAt));
  expect(bench.troubles).toHaveLength(length);
  await bench.open({ events: undefined });
  bench.life.connects(deviceId(1), { ...AS_BUILT, version: 6 });
  await bench.until(() => bench.proof(second)?.verdict === 'wrong-version');
  expect(bench.troubles.at(-1)?.code).toBe('online/wrong-version');
  expect(bench.proof(never)).toMatchObject({ verdict: 'late' });
  expect(bench.audit.awaitedOnline().map(({ work }) => work.runId)).toEqual([never]);
  expect(bench.audit.verify().intact).toBe(true);
});

test('a unit that was late for a month is not looked for any more', async () => {
  await using bench = await openOnlineBench(2);
  bench.pass(0);
  await bench.open();
  await bench.virtual.requests.next('get-device');
  bench.virtual.state.clock.advance(25 * HOUR);
  await bench.until(() => bench.troubles.length === 1);
  bench.virtual.state.clock.advance(31 * 24 * HOUR);
  bench.pass(1);
  const looks = async (): Promise<number> => {
    for (let sweep = 0; sweep < 4; sweep += 1) await bench.virtual.requests.next('get-device');
    return bench.virtual.requests.list().filter(({ path }) => path.includes(deviceId(0))).length;
  };
  await looks();
  const before = await looks();
  expect(await looks()).toBe(before);
});

test('nobody is late by the clock of the station, whatever it was set to when the unit passed', async () => {
  await using bench = await openOnlineBench(2);
  const { runId } = bench.pass(0, { at: '2001-01-01T00:00:00.000Z' });
  const { runId: ahead } = bench.pass(1, {
    at: '2099-01-01T00:00:00.000Z',
    online: { productVersion: 7, withinHours: 24 },
    reached: 'built',
    isDone: false,
  });
  bench.audit.addCloudSteps([
    { runId: ahead, at: bench.virtual.state.clock.iso(), state: 'in-product', isDone: false },
    {
      runId: ahead,
      at: '2098-01-01T00:00:00.000Z',
      state: 'sim-active',
      isDone: true,
      simSince: bench.virtual.state.clock.iso(),
    },
  ]);
  await bench.open();
  for (let sweep = 0; sweep < 6; sweep += 1) await bench.virtual.requests.next('get-device');
  expect([bench.proof(runId), bench.proof(ahead)]).toEqual([undefined, undefined]);
  bench.virtual.state.clock.advance(25 * HOUR);
  await bench.until(() => bench.proof(runId) !== undefined && bench.proof(ahead) !== undefined);
  expect(bench.proof(ahead)?.verdict).toBe('late');
});

test('nobody is late while the cloud has not told its time', async () => {
  await using bench = await openOnlineBench(1);
  const { runId } = bench.pass(0, {
    online: { productVersion: 7, withinHours: 1, since: '2001-01-01T00:00:00.000Z' },
  });
  await bench.open({ cloudTime: () => undefined });
  for (let sweep = 0; sweep < 4; sweep += 1) await bench.virtual.requests.next('get-device');
  expect(bench.proof(runId)).toBeUndefined();
});

test('a unit that is not in the product yet is not late, and is not read either', async () => {
  await using bench = await openOnlineBench(2);
  const since = '2001-01-01T00:00:00.000Z';
  const online = { productVersion: 7, withinHours: 1, since };
  const waiting = bench.pass(0, { online, reached: 'built', isDone: false });
  const late = bench.pass(1, { online });
  await bench.open();
  await bench.until(() => bench.proof(late.runId) !== undefined);
  expect(bench.proof(waiting.runId)).toBeUndefined();
  expect(bench.virtual.requests.list().some(({ path }) => path.includes(deviceId(0)))).toBe(false);
});

test('that a unit was online before it was built anew does not count', async () => {
  await using bench = await openOnlineBench(1);
  bench.life.connects(deviceId(0), AS_BUILT);
  bench.life.disconnects(deviceId(0));
  bench.virtual.state.clock.advance(48 * HOUR);
  const { runId } = bench.pass(0);
  await bench.open();
  for (let sweep = 0; sweep < 3; sweep += 1) await bench.virtual.requests.next('get-device');
  expect(bench.proof(runId)).toBeUndefined();
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.until(() => bench.proof(runId) !== undefined);
  expect(bench.proof(runId)?.verdict).toBe('online');
});

test('a unit that was built twice is judged by its last run, in both runs', async () => {
  await using bench = await openOnlineBench(1);
  const first = bench.pass(0, { online: { productVersion: 6, withinHours: 24 } });
  const second = bench.pass(0);
  await bench.open();
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.until(() => bench.proof(second.runId) !== undefined);
  expect(bench.proof(first.runId)?.verdict).toBe('online');
  expect(bench.troubles).toEqual([]);
});

test('a unit that runs firmware without a version is no proof until its time is over, and then the wrong one', async () => {
  await using bench = await openOnlineBench(1);
  const { runId } = bench.pass(0);
  await bench.open();
  bench.life.connects(deviceId(0), { deviceOs: '6.2.0' });
  for (let sweep = 0; sweep < 3; sweep += 1) await bench.virtual.requests.next('get-device');
  expect(bench.proof(runId)).toBeUndefined();
  bench.virtual.state.clock.advance(25 * HOUR);
  await bench.until(() => bench.troubles.length > 0);
  expect(bench.proof(runId)).toMatchObject({ verdict: 'wrong-version' });
  expect(bench.troubles[0]?.detail).toContain('with firmware that names no version, not 7');
});

test('many units cost the pages of the list up to those that were heard earlier, not a request each', async () => {
  await using bench = await openOnlineBench(300);
  for (let unit = 100; unit < 300; unit += 1) bench.life.connects(deviceId(unit), AS_BUILT);
  bench.virtual.state.clock.advance(48 * HOUR);
  const runs = Array.from({ length: 40 }, (_, unit) => bench.pass(unit).runId);
  for (let unit = 0; unit < 10; unit += 1) bench.life.connects(deviceId(unit), AS_BUILT);
  const watch = await bench.open({ pace: { ...ONLY_EVENTS.pace, perPage: 50 } });
  await bench.until(() => watch.counts().awaitedOnline === 30);
  expect(runs.filter((runId) => bench.proof(runId)?.verdict === 'online')).toHaveLength(10);
  expect(bench.requests('get-device')).toBe(0);
  expect(bench.requests('list-devices')).toBe(1);
});

test('late units are read by the list when there are more of them than pages', async () => {
  await using bench = await openOnlineBench(60);
  const online = { productVersion: 7, withinHours: 1, since: '2001-01-01T00:00:00.000Z' };
  for (let unit = 0; unit < 60; unit += 1) bench.pass(unit, { online });
  const watch = await bench.open({ pace: { ...ONLY_EVENTS.pace, perPage: 50 } });
  await bench.until(() => watch.counts().awaitedOnline === 0);
  expect(bench.requests('get-device') + bench.requests('list-devices')).toBeLessThanOrEqual(4);
  expect(bench.troubles).toHaveLength(1);
  expect(bench.troubles[0]?.detail).toContain('and 55 more in carton C-17');
});

test('a verdict that cannot be written is told, and found again', async () => {
  await using bench = await openOnlineBench(1);
  const { runId } = bench.pass(0);
  let refusals = 1;
  const audit = new Proxy(bench.audit, {
    get: (log, name) => {
      if (name === 'addOnlineProofs' && refusals > 0) {
        return () => {
          refusals -= 1;
          throw new Error('disk full');
        };
      }
      const member: unknown = Reflect.get(log, name);
      return typeof member === 'function' ? member.bind(log) : member;
    },
  });
  await bench.open({ audit });
  bench.life.connects(deviceId(0), AS_BUILT);
  await bench.until(() => bench.proof(runId) !== undefined);
  expect(bench.troubles).toHaveLength(1);
  expect(bench.audit.cloudStandings({ online: 'online' })).toHaveLength(1);
});

test('units of a recipe that does not ask for it are not waited for, and no stream is opened for them', async () => {
  await using bench = await openOnlineBench(1);
  bench.pass(0, { online: undefined } as never);
  const watch = await bench.open();
  bench.life.connects(deviceId(0), AS_BUILT);
  await watch.close();
  expect(watch.counts()).toEqual({ awaitedOnline: 0, onlineProblems: 0 });
  expect(bench.virtual.requests.list()).toEqual([]);
});

test('the list for QA names late units and those with another firmware first, and leaves out the good ones', async () => {
  await using bench = await openOnlineBench(4);
  const runs = [0, 1, 2, 3].map((unit) => bench.pass(unit).runId);
  const at = bench.virtual.state.clock.iso();
  bench.audit.addOnlineProofs([
    { runId: runs[1] ?? '', at, verdict: 'wrong-version', productVersion: 6, firstOnlineAt: at },
    { runId: runs[2] ?? '', at, verdict: 'late' },
    { runId: runs[3] ?? '', at, verdict: 'online', productVersion: 7, firstOnlineAt: at },
  ]);
  const report = onlineReport(bench.audit.cloudStandings({ batch: BATCH }));
  expect(report).toMatchObject({ units: 4, online: 1, awaited: 1, late: 1, wrongVersion: 1 });
  expect(report.listed.map(({ verdict, deviceId: id, carton }) => [verdict, id, carton])).toEqual([
    ['late', deviceId(2), 'C-17'],
    ['wrong-version', deviceId(1), 'C-17'],
    ['awaited', deviceId(0), 'C-17'],
  ]);
  expect(PRODUCT).toBe(bench.audit.cloudStandings({})[0]?.work.productId);
});
