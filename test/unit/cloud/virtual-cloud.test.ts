import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Output } from '../../../src-main/cli/output.ts';
import { type VirtualCloudCommandOptions, virtualCloudCommand } from '../../../src-main/cli/virtual-cloud-command.ts';
import type { Failure } from '../../../src-main/domain/failure.ts';
import { createChangeBook } from '../../../src-main/virtual/cloud/change-book.ts';
import { createChaos, parseChaos } from '../../../src-main/virtual/cloud/chaos.ts';
import { createCloudFaults } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { createRateLimits } from '../../../src-main/virtual/cloud/rate-limits.ts';
import { createVirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { D1, I1, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { driverOn } from './conformance-drivers.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;

describe('chaos', () => {
  test('hits its share of requests, the same ones for the same seed and others for another', () => {
    const faults = (seed: number) => {
      const roll = createChaos({ share: 0.2, seed });
      return Array.from({ length: 10_000 }, () => roll()?.name);
    };
    const first = faults(42);
    expect(faults(42)).toEqual(first);
    expect(faults(43)).not.toEqual(first);
    const hits = first.filter((name) => name !== undefined);
    expect(hits.length / 10_000).toBeCloseTo(0.2, 1);
    expect(new Set(hits)).toEqual(
      new Set([
        'reset-before-effect',
        'reset-after-effect',
        'rate-limited',
        'server-error',
        'html-502',
        'html-504-after-effect',
        'truncated',
        'malformed',
        'latency',
      ]),
    );
  });

  test('whatever it does to an import, the unit is in the product or it is not, and its SIM goes with it', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0, chaos: { share: 0.8, seed: 7 } });
    for (let index = 0; index < 60; index += 1) {
      const iccid = `8934076500${String(index).padStart(9, '0')}`;
      bench.virtual.registerUnit({ deviceId: idOf(index), platformId: 13, iccid });
      await driverOn(bench, 'plain')
        .ask('POST', DEVICES, { id: idOf(index), import_sims: true })
        .catch(() => undefined);
      const device = bench.virtual.state.devices.get(idOf(index));
      expect(bench.virtual.state.sims.get(iccid)?.productId).toBe(device?.productId);
    }
    const inProduct = [...bench.virtual.state.devices.values()].filter(({ productId }) => productId === PRODUCT).length;
    const { requests, unanswered, statuses } = bench.virtual.requests.counts()['import-devices'] ?? {};
    expect([requests, inProduct > 20, inProduct < 60]).toEqual([60, true, true]);
    const answered = Object.values(statuses ?? {}).reduce((sum, count) => sum + count, 0);
    expect(answered + (unanswered ?? 0)).toBe(60);
  });

  test.each([
    ['0.2:42', { share: 0.2, seed: 42 }],
    ['1:0', { share: 1, seed: 0 }],
  ])('%s is read', (text, value) => {
    expect(parseChaos(text)).toEqual({ ok: true, value });
  });

  test.each(['', '20%:1', '2:1', '0.2', '0.2:', '-0.1:3'])('%j is refused', (text) => {
    expect(parseChaos(text)).toMatchObject({ ok: false, failure: { code: 'request/invalid' } });
  });
});

describe('faults that last', () => {
  test('an outage begins with its first request and ends by the clock of the cloud', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0, faults: [{ name: 'outage', value: 60 }] });
    const { ask } = driverOn(bench, 'plain');
    bench.virtual.state.clock.advance(3_600_000);
    await expect(ask('GET', DEVICES)).rejects.toThrow();
    bench.virtual.state.clock.advance(59_999);
    await expect(ask('GET', DEVICES)).rejects.toThrow();
    bench.virtual.state.clock.advance(1);
    expect((await ask('GET', DEVICES)).status).toBe(200);
    expect(bench.virtual.faults.list()).toEqual([]);
  });

  test('an eventual cloud answers readers with what was, then with what is, and adds nothing twice', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0, faults: [{ name: 'eventual', value: 2_000 }] });
    const { ask } = driverOn(bench, 'plain');
    expect(await ask('POST', DEVICES, { id: D1 })).toMatchObject({ body: { updatedDeviceIds: [D1] } });
    expect(await ask('POST', DEVICES, { id: D1 })).toMatchObject({ body: { existingDeviceIds: [D1] } });
    const seen = async () => [
      (await ask('GET', `${DEVICES}/${D1}`)).status,
      (await ask('GET', `/v1/products/${PRODUCT}/sims/${I1}`)).status,
      (await ask('GET', DEVICES)).body.devices.some(({ id }: { id: string }) => id === D1),
    ];
    expect(await seen()).toEqual([404, 404, false]);
    bench.virtual.state.clock.advance(1_999);
    expect(await seen()).toEqual([404, 404, false]);
    bench.virtual.state.clock.advance(1);
    expect(await seen()).toEqual([200, 200, true]);
    await ask('PUT', `${DEVICES}/${D1}`, { name: 'A' });
    bench.virtual.state.clock.advance(1_000);
    await ask('PUT', `${DEVICES}/${D1}`, { name: 'B' });
    const name = async () => (await ask('GET', `${DEVICES}/${D1}`)).body.name;
    expect(await name()).toBeNull();
    bench.virtual.state.clock.advance(1_000);
    expect(await name()).toBe('A');
    bench.virtual.state.clock.advance(1_000);
    expect(await name()).toBe('B');
  });

  test('an eventual cloud can have another fault on top', () => {
    const faults = createCloudFaults([
      { name: 'eventual', endpoint: 'get-sim' },
      { name: 'html-502', count: 1 },
    ]);
    expect([faults.hiddenForMs('get-sim'), faults.hiddenForMs('get-device')]).toEqual([2_000, 0]);
    expect([faults.take('get-sim')?.name, faults.take('get-sim')]).toEqual(['html-502', undefined]);
  });
});

describe('the limits', () => {
  test('are by address: one that has spent its requests does not stop another', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0, limits: { requests: 2 } });
    const url = new URL(`${bench.virtual.baseUrl}${DEVICES}`);
    const statusFrom = (localAddress: string) =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${bench.virtual.token}` };
        request(url, { headers, localAddress }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
    expect([await statusFrom('127.0.0.1'), await statusFrom('127.0.0.1'), await statusFrom('127.0.0.1')]).toEqual([
      200, 200, 429,
    ]);
    // Only Linux gives every 127.x.x.x to the loopback.
    if (process.platform === 'linux') expect(await statusFrom('127.0.0.2')).toBe(200);
  });

  test('whoever waits as long as a 429 says is served, and not a moment before', () => {
    let now = 0;
    const limits = createRateLimits({ now: () => now, iso: () => '', advance: () => undefined }, { requests: 3 });
    const statusAt = (ms: number) => {
      now = ms;
      return limits.spend('requests', 'ip');
    };
    expect([statusAt(0), statusAt(10_500), statusAt(20_000)]).toEqual([undefined, undefined, undefined]);
    expect(statusAt(20_001)?.headers).toEqual({ 'retry-after': '280' });
    expect(statusAt(299_999)?.status).toBe(429);
    expect(statusAt(300_000)).toBeUndefined();
    expect(statusAt(300_001)?.headers).toEqual({ 'retry-after': '11' });
  });
});

test('the date of an answer is that of the cloud, whatever this computer says', async () => {
  await using bench = await startCloudBench({ clockSpeed: 0 });
  bench.virtual.state.clock.advance(400 * 86_400_000);
  const answer = await fetch(`${bench.virtual.baseUrl}/v1/user`);
  expect(Date.parse(answer.headers.get('date') ?? '')).toBe(
    Math.floor(bench.virtual.state.clock.now() / 1_000) * 1_000,
  );
});

test('it listens on the loopback of IPv6 too', async () => {
  const virtual = await createVirtualCloud({ host: '::1', products: [{ id: 5, platformId: 13 }] });
  expect(virtual.baseUrl).toMatch(/^http:\/\/\[::1\]:\d+$/);
  const headers = { authorization: `Bearer ${virtual.token}` };
  expect((await fetch(`${virtual.baseUrl}/v1/products/5`, { headers })).status).toBe(200);
  await virtual.goOffline();
  await virtual.goOnline();
  expect((await fetch(`${virtual.baseUrl}/v1/products/5`, { headers })).status).toBe(200);
  await virtual.close();
});

describe('the change book', () => {
  test('knows what each row was before the first of its changes, and nothing after it was taken', () => {
    const book = createChangeBook();
    const rows = book.map<string, { name: string; inner: { value: number } }>('rows');
    rows.set('a', { name: 'one', inner: { value: 1 } });
    expect(book.take()).toEqual(new Map([['rows', new Map([['a', undefined]])]]));
    const row = rows.get('a');
    if (row === undefined) throw new Error('the row is gone');
    row.inner.value = 2;
    row.name = 'two';
    expect(book.take()).toEqual(new Map([['rows', new Map([['a', { name: 'one', inner: { value: 1 } }]])]]));
    row.name = 'two';
    expect(book.take()).toEqual(new Map());
    row.inner = { value: 3 };
    book.take();
    row.inner.value = 4;
    expect(book.take().get('rows')?.get('a')).toEqual({ name: 'two', inner: { value: 3 } });
    rows.clear();
    expect(book.take().get('rows')?.get('a')).toEqual({ name: 'two', inner: { value: 4 } });
  });

  test('notes what is pushed to a list, changed in it and cut out of it', () => {
    const book = createChangeBook();
    const list = book.list<{ version: number }>('list');
    const noted = (change: () => void) => {
      change();
      return book.take().has('list');
    };
    expect(noted(() => list.push({ version: 1 }))).toBe(true);
    expect(noted(() => Object.assign(list[0] ?? {}, { version: 2 }))).toBe(true);
    expect(noted(() => void list.find(({ version }) => version === 2))).toBe(false);
    expect(noted(() => void list.splice(0, 1))).toBe(true);
    expect(list).toEqual([]);
  });
});

describe('the command virtual-cloud', () => {
  test.each([
    [{ port: 'x' }, '--port'],
    [{ host: '0.0.0.0' }, '--host'],
    [{ clockSpeed: '-1' }, '--clock-speed'],
    [{ fault: ['nonsense'] }, 'no cloud fault'],
    [{ chaos: 'much' }, 'SHARE:SEED'],
    [{ seed: '/no/such/file' }, 'cannot be read'],
  ])('%j is misuse, with what is wrong', async (options, words) => {
    const { exit, failures } = await command(options);
    expect([exit, failures]).toMatchObject([2, [{ code: 'request/invalid', detail: expect.stringContaining(words) }]]);
  });

  test('a port that is taken is said to be', async () => {
    const virtual = await createVirtualCloud();
    const { exit, failures } = await command({ port: new URL(virtual.baseUrl).port });
    expect([exit, failures]).toMatchObject([1, [{ code: 'station/port-in-use' }]]);
    await virtual.close();
  });
});

async function command(options: Partial<VirtualCloudCommandOptions>) {
  const failures: Failure[] = [];
  const output: Output = { json: true, result: () => undefined, failed: (failure) => failures.push(failure) };
  const defaults = { port: '0', host: '127.0.0.1', clockSpeed: '1', fault: [], limits: true };
  return { exit: await virtualCloudCommand({ ...defaults, ...options }, output), failures };
}

function idOf(index: number): string {
  return `e00fce69${index.toString(16).padStart(16, '0')}`;
}
