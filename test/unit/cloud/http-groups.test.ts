import { describe, expect, test } from 'vitest';
import { D2, errorOf, PRODUCT, within } from './cloud-bench.ts';
import { productAnswering, startProductBench } from './product-bench.ts';

describe('groups of a product', () => {
  test('are made, seen, changed and deleted', async () => {
    await using bench = await startProductBench();
    const { groups, devices } = bench.product;
    const made = await groups.create(PRODUCT, { name: 'pilot', description: 'First', color: '#34495e' }, bench.options);
    expect(made).toMatchObject({ name: 'pilot', description: 'First', color: '#34495e' });
    await devices.change(PRODUCT, D2, { groups: ['pilot'] }, bench.options);
    expect(await groups.get(PRODUCT, 'pilot', bench.options)).toMatchObject({ deviceCount: 1 });
    expect((await groups.list(PRODUCT, bench.options)).map(({ name }) => name)).toEqual(['pilot']);
    const edited = await groups.edit(PRODUCT, 'pilot', { description: 'Second' }, bench.options);
    expect(edited).toMatchObject({ name: 'pilot', description: 'Second', color: '#34495e' });
    await groups.delete(PRODUCT, 'pilot', bench.options);
    await groups.delete(PRODUCT, 'pilot', bench.options);
    expect(await groups.get(PRODUCT, 'pilot', bench.options)).toBeUndefined();
    expect((await devices.detail(PRODUCT, D2, bench.options))?.groups).toEqual([]);
  });

  test('that are there already are a success, and stay as they are', async () => {
    await using bench = await startProductBench();
    const { groups } = bench.product;
    await groups.create(PRODUCT, { name: 'pilot', description: 'First' }, bench.options);
    const again = await groups.create(PRODUCT, { name: 'pilot', description: 'Second' }, bench.options);
    expect(again.description).toBe('First');
  });

  test('made with a lost answer are there', async () => {
    await using bench = await startProductBench({
      faults: [{ name: 'reset-after-effect', endpoint: 'create-group', count: 1 }],
    });
    expect(await bench.product.groups.create(PRODUCT, { name: 'pilot' }, bench.options)).toMatchObject({
      name: 'pilot',
    });
  });

  test.each([400, 403, 409, 422])('refused with %i and not there are refused', async (status) => {
    const { groups } = productAnswering({ POST: [status, { ok: false, error: 'no' }], GET: [404, { ok: false }] });
    expect((await errorOf(groups.create(PRODUCT, { name: 'pilot' }, within(5_000)))).message).toContain('no');
  });

  test.each(['Big Group', '', 'a/../../b', 'x'.repeat(65), 'ä'])('of the name %j are never asked for', async (name) => {
    await using bench = await startProductBench();
    const { groups } = bench.product;
    const { options } = bench;
    const calls = [
      () => groups.get(PRODUCT, name, options),
      () => groups.create(PRODUCT, { name }, options),
      () => groups.edit(PRODUCT, name, { description: 'x' }, options),
      () => groups.delete(PRODUCT, name, options),
      () => groups.impact(PRODUCT, { version: 1, groups: [name], productDefault: false }, options),
    ];
    for (const call of calls) expect((await errorOf(call())).code).toBe('request/invalid');
    expect(bench.requests()).toEqual([]);
  });

  test('that are not there cannot be changed', async () => {
    await using bench = await startProductBench();
    const { groups } = bench.product;
    expect((await errorOf(groups.edit(PRODUCT, 'none', { color: '#000000' }, bench.options))).code).toBe(
      'cloud/not-found',
    );
  });

  test('say how many units a release would change, by the version they run', async () => {
    await using bench = await startProductBench();
    bench.virtual.addFirmware({ productId: PRODUCT, version: 13, bytes: Buffer.from('x') });
    await bench.product.groups.create(PRODUCT, { name: 'pilot' }, bench.options);
    await bench.product.devices.change(PRODUCT, D2, { groups: ['pilot'] }, bench.options);
    bench.field.connects(D2, { version: 12, deviceOs: '6.2.0' });
    const impact = await bench.product.groups.impact(
      PRODUCT,
      { version: 13, groups: ['pilot'], productDefault: false },
      bench.options,
    );
    expect(impact).toEqual({ total: 1, byVersion: [{ version: 12, devices: 1 }] });
  });
});

describe('products', () => {
  test('are listed with what the token may see, and told in full', async () => {
    await using bench = await startProductBench();
    const { products } = bench.product;
    expect((await products.list(bench.options)).map(({ id }) => id)).toEqual([PRODUCT]);
    expect(await products.detail(PRODUCT, bench.options)).toMatchObject({
      id: PRODUCT,
      slug: 'line-demo',
      platformId: 13,
      owner: 'op@example.com',
      quarantinesUnknown: true,
      deviceProtection: 'disabled',
      subscriptionId: expect.any(Number),
    });
    expect((await errorOf(products.detail(777, bench.options))).code).toBe('cloud/permission');
  });

  test('tell their people and programs, and no token of them', async () => {
    const token = 'f'.repeat(40);
    const team = [
      { _id: '1', username: 'lead@example.com', role: { title: 'Administrator' } },
      {
        username: 'line-1+x@api.particle.io',
        friendly_name: 'line-1',
        scopes: ['devices:import'],
        is_programmatic: true,
        tokens: [{ token }],
      },
    ];
    const members = await productAnswering([200, { ok: true, team }]).products.team(PRODUCT, within(5_000));
    expect(members).toEqual([
      { username: 'lead@example.com', role: 'Administrator', isProgram: false, friendlyName: undefined, scopes: [] },
      {
        username: 'line-1+x@api.particle.io',
        role: undefined,
        isProgram: true,
        friendlyName: 'line-1',
        scopes: ['devices:import'],
      },
    ]);
    expect(JSON.stringify(members)).not.toContain(token);
  });

  test('tell their people as the virtual cloud has them', async () => {
    await using bench = await startProductBench();
    const members = await bench.product.products.team(PRODUCT, bench.options);
    expect(members.map(({ username }) => username)).toContain('lead@example.com');
  });

  test('count a customer once, however many pages name it', async () => {
    const answers = productAnswering([
      200,
      {
        devices: [],
        customers: [
          { id: '1', username: 'Anna@example.com' },
          { id: '2', username: 'ben@example.com' },
          { id: '1', username: 'anna@example.com' },
        ],
        meta: { total_pages: 3 },
      },
    ]);
    expect(await answers.products.countCustomers(PRODUCT, within(5_000))).toBe(2);
  });

  test.each([
    ['no platform', { product: { id: PRODUCT, name: 'x' } }, 'platform_id'],
    ['another product', { product: { id: 1, name: 'x', platform_id: 13 } }, 'product 1'],
  ])('with %s are no answer, and the sentence says why', async (_what, body, word) => {
    const error = await errorOf(productAnswering([200, body]).products.detail(PRODUCT, within(5_000)));
    expect([error.code, error.message]).toEqual(['cloud/bad-answer', expect.stringContaining(word)]);
  });
});
