import { describe, expect, test } from 'vitest';
import { createCloudSender } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import { createFoundUnits } from '../../../src-main/adapters/cloud/found-units.ts';
import { createLookUpBudget } from '../../../src-main/adapters/cloud/look-up-budget.ts';
import { serialLookup } from '../../../src-main/adapters/cloud/serial-lookup.http.ts';
import { parseSerialNumber, type SerialNumber } from '../../../src-main/domain/serial-number.ts';
import { D1, D2, errorOf, I1, PRODUCT, startCloudBench, within } from './cloud-bench.ts';
import { createFakeSteadyClock } from './fake-steady-clock.ts';

const S1 = serial('P046AF1450000FC');
const S2 = serial('P046AF1450000FD');

describe('a serial number', () => {
  test('is looked up once, and known from then on', async () => {
    await using bench = await startSerialBench();
    const found = { deviceId: D1, iccid: I1, platformId: 13, from: 'look-up' };
    expect(await bench.serials.find(PRODUCT, S1, within(5_000))).toEqual(found);
    expect(await bench.serials.find(777, S1, within(5_000))).toEqual(found);
    expect([bench.lookUps(), bench.serials.left()]).toEqual([1, 49]);
  });

  test('asked for by several at once is looked up once', async () => {
    await using bench = await startSerialBench();
    const all = await Promise.all(Array.from({ length: 8 }, () => bench.serials.find(PRODUCT, S1, within(5_000))));
    expect(new Set(all.map((unit) => unit?.deviceId))).toEqual(new Set([D1]));
    expect(bench.lookUps()).toBe(1);
  });

  test('is found for the others when the one who asked first leaves', async () => {
    await using bench = await startSerialBench();
    bench.virtual.faults.add({ name: 'slow', value: 200, endpoint: 'look-up-serial' });
    const leaving = new AbortController();
    const arrived = bench.virtual.requests.next('look-up-serial');
    const first = errorOf(bench.serials.find(PRODUCT, S1, within(5_000, leaving.signal)));
    const second = bench.serials.find(PRODUCT, S1, within(5_000));
    await arrived;
    leaving.abort();
    expect((await first).code).toBe('run/aborted');
    expect((await second)?.deviceId).toBe(D1);
    expect(bench.lookUps()).toBe(1);
  });

  test('that nobody has is remembered for a minute, no longer', async () => {
    await using bench = await startSerialBench();
    const unknown = serial('P046ZZZ99999999');
    for (let time = 0; time < 3; time += 1)
      expect(await bench.serials.find(PRODUCT, unknown, within(5_000))).toBeUndefined();
    expect(bench.lookUps()).toBe(1);
    await bench.clock.pass(60_000);
    expect(await bench.serials.find(PRODUCT, unknown, within(5_000))).toBeUndefined();
    expect(bench.lookUps()).toBe(2);
  });

  test('is found by either name of the key, and an answer about another is none', async () => {
    const answering = (body: unknown) => {
      const fetch = async () => new Response(JSON.stringify(body), { status: 200 });
      return serialLookup(createCloudSender({ ...SCRIPTED, fetch })).find(PRODUCT, S1, within(5_000));
    };
    expect((await answering({ ok: true, deviceID: D1.toUpperCase() }))?.deviceId).toBe(D1);
    expect((await answering({ serial_number: S1.toLowerCase(), device_id: D1, platform_id: 13 }))?.platformId).toBe(13);
    expect((await errorOf(answering({ ok: true }))).message).toContain('deviceID');
    expect((await errorOf(answering({ device_id: D1, serial_number: S2 }))).code).toBe('cloud/bad-answer');
  });
});

describe('the look-ups of an hour', () => {
  test('are never more than fifty, however many are asked for', async () => {
    await using bench = await startSerialBench();
    for (let number = 0; number < 70; number += 1) {
      await bench.serials.find(PRODUCT, serial(`P046AF14500${1000 + number}`), within(5_000)).catch(() => undefined);
    }
    expect([bench.lookUps(), bench.serials.left()]).toEqual([50, 0]);
    const refused = await errorOf(bench.serials.find(PRODUCT, S1, within(5_000)));
    expect(refused.code).toBe('cloud/look-ups-used-up');
    await bench.clock.pass(3_700_000);
    expect(bench.serials.left()).toBe(50);
  });

  test('that are used up leave the units of the product to be found', async () => {
    await using bench = await startSerialBench();
    bench.budget.spend();
    const found = await bench.serials.find(PRODUCT, S2, within(5_000));
    expect(found).toMatchObject({ deviceId: D2, from: 'product' });
    expect(bench.lookUps()).toBe(0);
  });

  test('that somebody else used up are not asked for again and again', async () => {
    await using bench = await startSerialBench();
    bench.virtual.faults.add({ name: 'rate-limited', value: 3_600, endpoint: 'look-up-serial' });
    for (const number of [S1, serial('P046AF1450000AA')]) {
      expect((await errorOf(bench.serials.find(PRODUCT, number, within(5_000)))).code).toBe('cloud/look-ups-used-up');
    }
    expect(bench.lookUps()).toBe(1);
  });

  test('a station may not make end in the list of the product, and in a sentence', async () => {
    await using bench = await startSerialBench({ asStation: true });
    expect(await bench.serials.find(PRODUCT, S2, within(5_000))).toMatchObject({ deviceId: D2, from: 'product' });
    const refused = await errorOf(bench.serials.find(PRODUCT, S1, within(5_000)));
    expect([refused.code, refused.message]).toEqual(['cloud/permission', expect.stringContaining('may not')]);
    expect(bench.lookUps()).toBe(1);
  });

  test('are not held against a token that is no good at all', async () => {
    await using bench = await startSerialBench();
    bench.virtual.faults.add({ name: 'unauthorized', count: 1, endpoint: 'look-up-serial' });
    expect((await errorOf(bench.serials.find(PRODUCT, S1, within(5_000)))).code).toBe('cloud/permission');
    expect((await bench.serials.find(PRODUCT, S1, within(5_000)))?.deviceId).toBe(D1);
  });

  test('a try that breaks is not made again by itself', async () => {
    await using bench = await startSerialBench();
    bench.virtual.faults.add({ name: 'reset-before-effect', endpoint: 'look-up-serial' });
    expect((await errorOf(bench.serials.find(PRODUCT, S1, within(5_000)))).code).toBe('cloud/unreachable');
    expect(bench.lookUps()).toBe(1);
  });
});

const SCRIPTED = { baseUrl: 'http://127.0.0.1:9', token: async () => 'a-token', appVersion: '0.1.0' };

async function startSerialBench({ asStation = false } = {}) {
  const bench = await startCloudBench();
  const clock = createFakeSteadyClock();
  const budget = createLookUpBudget(50, clock);
  const token = asStation ? bench.virtual.token : bench.userToken;
  const send = createCloudSender({
    baseUrl: bench.virtual.baseUrl,
    token: async () => token,
    appVersion: '0.1.0',
    pace: { firstWaitMs: 1, longestWaitMs: 2 },
  });
  const lookUps = () => bench.virtual.requests.list().filter(({ path }) => path.includes('/serial_numbers/')).length;
  return { ...bench, clock, budget, lookUps, serials: serialLookup(send, budget, createFoundUnits(clock)) };
}

function serial(text: string): SerialNumber {
  const parsed = parseSerialNumber(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}
