import { describe, expect, test } from 'vitest';
import { createCloudSender } from '../../../src-main/adapters/cloud/cloud-sender.ts';
import { simNetworkStatus } from '../../../src-main/adapters/cloud/sim-network-status.ts';
import { D1, errorOf, I1, I5, I7, PRODUCT, within } from './cloud-bench.ts';
import { type ProductBench, productAnswering, startProductBench } from './product-bench.ts';

const FAST = { activation: 'fast', evenIfSlow: false } as const;

describe('a SIM is seen', () => {
  test('with its history and where it is', async () => {
    await using bench = await withActiveSim();
    expect(await bench.product.sims.detail(PRODUCT, I1, bench.options)).toMatchObject({
      iccid: I1,
      state: 'active',
      activations: 1,
      deactivations: 0,
      deviceId: D1,
      firstActivatedAt: expect.stringMatching(/Z$/),
    });
    expect(await bench.product.sims.detail(PRODUCT, I7, bench.options)).toBeUndefined();
  });

  test('in the list, also where the list does not filter', async () => {
    const sims = [
      { _id: I1, status: 'active' },
      { _id: I5, status: 'active' },
    ];
    const { rows } = await productAnswering([200, { sims }]).sims.list(
      PRODUCT,
      { page: 1, perPage: 25, iccid: I5 },
      within(5_000),
    );
    expect(rows.map(({ iccid }) => iccid)).toEqual([I5]);
  });

  test('only as one of this product', async () => {
    const sims = [{ _id: I1, status: 'active', product_id: 777 }];
    const error = await errorOf(
      productAnswering([200, { sims }]).sims.list(PRODUCT, { page: 1, perPage: 25 }, within(5_000)),
    );
    expect([error.code, error.message]).toEqual(['cloud/bad-answer', expect.stringContaining('777')]);
  });
});

describe('an import', () => {
  test('takes a country for servers that want one, and no other text for it', async () => {
    await using bench = await startProductBench({ clockSpeed: 0 });
    await bench.product.sims.import(PRODUCT, [I7], { country: 'US' }, bench.options);
    bench.virtual.state.clock.advance(3_000);
    expect(await bench.product.sims.detail(PRODUCT, I7, bench.options)).toMatchObject({ state: 'active' });
    const error = errorOf(bench.product.sims.import(PRODUCT, [I7], { country: 'usa' }, bench.options));
    expect((await error).code).toBe('request/invalid');
  });

  test.each(['still-working', 'html-504-after-effect'] as const)('answered with %s was accepted', async (name) => {
    await using bench = await startProductBench({ clockSpeed: 0, faults: [{ name, endpoint: 'import-sims' }] });
    await bench.product.sims.import(PRODUCT, [I7], {}, bench.options);
    expect(await bench.product.sims.detail(PRODUCT, I7, bench.options)).toMatchObject({ state: 'in-progress' });
    expect(bench.requests().filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });
});

describe('switching off', () => {
  test('is asked for once and read afterwards', async () => {
    await using bench = await withActiveSim();
    const { sims } = bench.product;
    const first = await sims.deactivate(PRODUCT, I1, FAST, bench.options);
    expect(first?.lastChange).toBe('deactivate');
    bench.virtual.state.clock.advance(3_000);
    const again = await sims.deactivate(PRODUCT, I1, FAST, bench.options);
    expect(again).toMatchObject({ state: 'inactive', deactivations: 1 });
    expect(bench.requests().filter((request) => request.startsWith('PUT'))).toHaveLength(1);
  });

  test.each([
    ['a SIM that may take days to come back', 'sometimes-slow'],
    ['a SIM of no known class', undefined],
  ] as const)('%s needs a word', async (_what, activation) => {
    await using bench = await withActiveSim();
    const { sims } = bench.product;
    for (const change of [sims.deactivate, sims.release]) {
      const error = errorOf(change(PRODUCT, I1, { activation, evenIfSlow: false }, bench.options));
      expect((await error).code).toBe('cloud/needs-confirmation');
    }
    expect(bench.requests().some((request) => /^(PUT|DELETE)/.test(request))).toBe(false);
    await sims.deactivate(PRODUCT, I1, { activation, evenIfSlow: true }, bench.options);
    expect(bench.requests().some((request) => request.startsWith('PUT'))).toBe(true);
  });

  test.each(['still-working', 'html-504-after-effect'] as const)('answered with %s was accepted', async (name) => {
    await using bench = await withActiveSim();
    bench.virtual.faults.add({ name, endpoint: 'update-sim' });
    const after = await bench.product.sims.deactivate(PRODUCT, I1, FAST, bench.options);
    expect(after?.state).toBe('inactive');
    expect(bench.requests().filter((request) => request.startsWith('PUT'))).toHaveLength(1);
  });

  test('and on again costs one activation', async () => {
    await using bench = await withActiveSim();
    const { sims } = bench.product;
    await sims.deactivate(PRODUCT, I1, FAST, bench.options);
    bench.virtual.state.clock.advance(3_000);
    await sims.reactivate(PRODUCT, I1, bench.options);
    await sims.reactivate(PRODUCT, I1, bench.options);
    bench.virtual.state.clock.advance(3_000);
    expect(await sims.reactivate(PRODUCT, I1, bench.options)).toMatchObject({ state: 'active', activations: 2 });
    expect(bench.requests().filter((request) => request.startsWith('PUT'))).toHaveLength(2);
  });

  test('a SIM the product does not have is not possible', async () => {
    await using bench = await startProductBench();
    const { sims } = bench.product;
    for (const change of [
      sims.deactivate(PRODUCT, I7, FAST, bench.options),
      sims.reactivate(PRODUCT, I7, bench.options),
    ])
      expect((await errorOf(change)).code).toBe('sim/not-in-product');
  });
});

describe('a release', () => {
  test.each([
    ['done', []],
    ['pending, with an empty answer', [{ name: 'slow-release' }]],
  ] as const)('is %s, and once is enough', async (_what, faults) => {
    await using bench = await withActiveSim();
    for (const fault of faults) bench.virtual.faults.add(fault);
    await bench.product.sims.release(PRODUCT, I1, FAST, bench.options);
    bench.virtual.state.clock.advance(60_000);
    expect(await bench.product.sims.release(PRODUCT, I1, FAST, bench.options)).toBeUndefined();
    expect(await bench.product.sims.detail(PRODUCT, I1, bench.options)).toBeUndefined();
  });
});

describe('usage', () => {
  test('is told by day, for one SIM and for all', async () => {
    await using bench = await withActiveSim();
    const sim = bench.virtual.state.sims.get(I1);
    if (sim !== undefined) sim.usageByDay = { '2026-11-27': 1.5, '2026-11-28': 2 };
    expect(await bench.product.sims.usage(PRODUCT, I1, bench.options)).toEqual([
      { date: '2026-11-27', megabytes: 1.5, megabytesSoFar: 1.5 },
      { date: '2026-11-28', megabytes: 2, megabytesSoFar: 3.5 },
    ]);
    const fleet = await bench.product.sims.fleetUsage(PRODUCT, bench.options);
    expect(fleet).toMatchObject({ megabytes: 3.5, activeSims: 1 });
    expect(fleet.days).toHaveLength(2);
    const none = errorOf(bench.product.sims.usage(PRODUCT, I7, bench.options));
    expect((await none).code).toBe('sim/not-in-product');
  });

  test('of another SIM is no answer', async () => {
    const usage = { iccid: I5, usage_by_day: [] };
    const error = await errorOf(productAnswering([200, usage]).sims.usage(PRODUCT, I1, within(5_000)));
    expect(error.code).toBe('cloud/bad-answer');
  });
});

describe('the network', () => {
  test('is asked until it has answered', async () => {
    await using bench = await withActiveSim();
    const asking = networkStatusOf(bench).networkStatus(PRODUCT, I1, bench.options);
    await secondAsked(bench);
    bench.virtual.state.clock.advance(10_000);
    expect(await asking).toMatchObject({ isConnected: false });
    bench.field.connects(D1, { deviceOs: '6.2.0' });
    bench.virtual.state.clock.advance(600_000);
    const online = networkStatusOf(bench).networkStatus(PRODUCT, I1, bench.options);
    await secondAsked(bench);
    bench.virtual.state.clock.advance(10_000);
    expect(await online).toMatchObject({ isConnected: true, hasData: true });
  });

  test('that does not answer in time is unknown, not an error', async () => {
    await using bench = await withActiveSim();
    expect(await bench.product.sims.networkStatus(PRODUCT, I1, within(300))).toBeUndefined();
  });
});

/** The first question has been put when the second comes. */
async function secondAsked({ virtual }: ProductBench): Promise<void> {
  await virtual.requests.next('sim-status');
  await virtual.requests.next('sim-status');
}

/** The same without its second between two questions. */
function networkStatusOf({ virtual, userToken }: ProductBench) {
  const settings = { baseUrl: virtual.baseUrl, token: async () => userToken, appVersion: '0.1.0' };
  return simNetworkStatus(createCloudSender(settings), { shortestWaitMs: 1, longestWaitMs: 2 });
}

async function withActiveSim(): Promise<ProductBench> {
  const bench = await startProductBench({ clockSpeed: 0 });
  await bench.cloud.addDevice(PRODUCT, D1, bench.options);
  bench.virtual.state.clock.advance(3_000);
  return bench;
}
