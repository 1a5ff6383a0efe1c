import { describe, expect, test } from 'vitest';
import { D1, D2, D5, D6, errorOf, I1, OP, PRODUCT, within } from './cloud-bench.ts';
import { productAnswering, startProductBench } from './product-bench.ts';

describe('a device is seen', () => {
  test('whole, but for its mobile secret', async () => {
    await using bench = await startProductBench();
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    bench.virtual.state.clock.advance(3_000);
    expect(bench.field.connects(D1, { version: 12, deviceOs: '6.2.0' })).toBe('online');
    const detail = await bench.product.devices.detail(PRODUCT, D1, bench.options);
    expect(detail).toMatchObject({
      id: D1,
      productId: PRODUCT,
      serialNumber: 'P046AF1450000FC',
      iccid: I1,
      imei: '352753090000001',
      online: true,
      firmwareVersion: 12,
      deviceOs: '6.2.0',
      isDevelopment: false,
      status: 'normal',
      lastHeard: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(JSON.stringify(detail)).not.toContain('ABCDEFGHJKLMNPQ');
  });

  test('by its standing, and only so', async () => {
    await using bench = await startProductBench();
    const list = async (standing?: 'quarantined' | 'denied' | 'member') => {
      const query = { page: 1, perPage: 50, ...(standing === undefined ? {} : { standing }) };
      return (await bench.product.devices.list(PRODUCT, query, bench.options)).rows.map(({ id }) => id);
    };
    expect((await list()).toSorted()).toEqual([D2, D6]);
    expect(await list('quarantined')).toEqual([D6]);
    expect(await list('member')).toEqual([D2]);
    expect(await list('denied')).toEqual([]);
    await bench.product.devices.deny(PRODUCT, D6, bench.options);
    expect(await list('denied')).toEqual([D6]);
  });

  test('as bounded text that steers nothing, and as no device when the answer is about another', async () => {
    const device = { id: D1, product_id: PRODUCT, notes: `\u0007${'n'.repeat(9_000)}`, functions: ['\u001b[31mred'] };
    const detail = await productAnswering([200, device]).devices.detail(PRODUCT, D1, within(5_000));
    expect(detail?.notes).toHaveLength(2_000);
    expect(detail?.functions).toEqual([' [31mred']);
    const other = errorOf(productAnswering([200, device]).devices.detail(PRODUCT, D2, within(5_000)));
    expect((await other).code).toBe('cloud/bad-answer');
  });
});

describe('a device is changed', () => {
  test('in name, notes, groups and development with one request', async () => {
    await using bench = await startProductBench();
    const change = { name: 'Tank 7', notes: 'Lot 12', groups: ['2026w12'], isDevelopment: true };
    await bench.product.devices.change(PRODUCT, D2, change, bench.options);
    expect(bench.requests()).toEqual([`PUT /v1/products/${PRODUCT}/devices/${D2}`]);
    const detail = await bench.product.devices.detail(PRODUCT, D2, bench.options);
    expect(detail).toMatchObject(change);
  });

  test('only with groups that can be', async () => {
    await using bench = await startProductBench();
    const error = errorOf(bench.product.devices.change(PRODUCT, D2, { groups: ['Big Group'] }, bench.options));
    expect((await error).code).toBe('request/invalid');
    expect(bench.requests()).toEqual([]);
  });

  test('by a lock that is carried out at once where it is online, and by an unlock', async () => {
    await using bench = await startProductBench();
    bench.virtual.addFirmware({ productId: PRODUCT, version: 2, bytes: Buffer.from('two') });
    bench.field.connects(D2, { version: 1, deviceOs: '6.2.0' });
    const { devices } = bench.product;
    await devices.lock(PRODUCT, D2, { version: 2, flash: 'now' }, bench.options);
    expect(await devices.detail(PRODUCT, D2, bench.options)).toMatchObject({ lockedVersion: 2, firmwareVersion: 2 });
    await devices.unlock(PRODUCT, D2, bench.options);
    expect((await devices.detail(PRODUCT, D2, bench.options))?.lockedVersion).toBeUndefined();
  });

  test('not by a lock on reset before it restarts', async () => {
    await using bench = await startProductBench();
    bench.virtual.addFirmware({ productId: PRODUCT, version: 2, bytes: Buffer.from('two') });
    bench.field.connects(D2, { version: 1, deviceOs: '6.2.0' });
    await bench.product.devices.lock(PRODUCT, D2, { version: 2, flash: 'on-reset' }, bench.options);
    const before = await bench.product.devices.detail(PRODUCT, D2, bench.options);
    expect(before).toMatchObject({ lockedVersion: 2, firmwareVersion: 1 });
    bench.field.connects(D2, { version: 1, deviceOs: '6.2.0' });
    expect(await bench.product.devices.detail(PRODUCT, D2, bench.options)).toMatchObject({ firmwareVersion: 2 });
  });

  test.each([
    ['a version the product does not have', D2, 9, 'cloud/not-found'],
    ['a device the product does not have', D1, 9, 'cloud/not-in-product'],
    ['no version', D2, 0, 'request/invalid'],
  ])('not by a lock of %s', async (_what, device, version, code) => {
    await using bench = await startProductBench();
    const error = errorOf(bench.product.devices.lock(PRODUCT, device, { version, flash: 'on-reset' }, bench.options));
    expect((await error).code).toBe(code);
  });

  test('into groups with many others, and keeps its other groups', async () => {
    await using bench = await startProductBench();
    const { devices } = bench.product;
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    await devices.change(PRODUCT, D2, { groups: ['old', 'other'] }, bench.options);
    await devices.editGroups(PRODUCT, [D1, D2], { add: ['new'], remove: ['old'] }, bench.options);
    const groupsOf = async (id: typeof D1) => (await devices.detail(PRODUCT, id, bench.options))?.groups.toSorted();
    expect(await groupsOf(D1)).toEqual(['new']);
    expect(await groupsOf(D2)).toEqual(['new', 'other']);
    const both = errorOf(devices.editGroups(PRODUCT, [D1], { add: ['x'], remove: ['x'] }, bench.options));
    expect((await both).code).toBe('request/invalid');
  });

  test('a ping tells whether it is there', async () => {
    await using bench = await startProductBench();
    expect(await bench.product.devices.ping(PRODUCT, D2, bench.options)).toBe(false);
    bench.field.connects(D2, { deviceOs: '6.2.0' });
    expect(await bench.product.devices.ping(PRODUCT, D2, bench.options)).toBe(true);
    expect((await errorOf(bench.product.devices.ping(PRODUCT, D1, bench.options))).code).toBe('cloud/not-in-product');
  });
});

describe('quarantine', () => {
  test('is left by an approval, which is read back', async () => {
    await using bench = await startProductBench();
    await bench.product.devices.approve(PRODUCT, D6, bench.options);
    expect(await bench.cloud.device(PRODUCT, D6, bench.options)).toMatchObject({ quarantined: false });
  });

  test('is not left by an approval that the cloud forgets', async () => {
    await using bench = await startProductBench({ faults: [{ name: 'no-readback', endpoint: 'import-devices' }] });
    const error = errorOf(bench.product.devices.approve(PRODUCT, D6, bench.options));
    expect((await error).code).toBe('cloud/not-in-product');
  });

  test('is the only place a device can be denied in: a member is not taken out by mistake', async () => {
    await using bench = await startProductBench();
    await bench.product.devices.deny(PRODUCT, D6, bench.options);
    await bench.product.devices.deny(PRODUCT, D6, bench.options);
    expect(await bench.cloud.device(PRODUCT, D6, bench.options)).toMatchObject({ denied: true });
    expect((await errorOf(bench.product.devices.deny(PRODUCT, D2, bench.options))).code).toBe('request/invalid');
    expect(await bench.cloud.device(PRODUCT, D2, bench.options)).toBeDefined();
  });
});

describe('a claim', () => {
  test('of a device in the product needs neither a connection nor a second thought', async () => {
    await using bench = await startProductBench();
    expect(await bench.product.devices.claim(PRODUCT, D2, bench.options)).toBe(OP.username);
    expect(await bench.product.devices.claim(PRODUCT, D2, bench.options)).toBe(OP.username);
  });

  test('of which the answer was lost is found by reading', async () => {
    await using bench = await startProductBench({
      faults: [{ name: 'reset-after-effect', endpoint: 'claim-device', count: 1 }],
    });
    expect(await bench.product.devices.claim(PRODUCT, D2, bench.options)).toBe(OP.username);
  });

  test('is refused for a device of another, for one that is not in the product, and to a station', async () => {
    await using bench = await startProductBench();
    const device = bench.virtual.state.devices.get(D2);
    if (device !== undefined) device.owner = 'stranger@example.org';
    expect((await errorOf(bench.product.devices.claim(PRODUCT, D2, bench.options))).code).toBe('cloud/claim-refused');
    expect((await errorOf(bench.product.devices.claim(PRODUCT, D5, bench.options))).code).toBe('cloud/not-in-product');
    const station = bench.askedBy({ token: bench.virtual.token });
    expect((await errorOf(station.devices.claim(PRODUCT, D2, bench.options))).code).toBe('cloud/permission');
  });

  test('for a member of the team goes by the import, also from a station', async () => {
    await using bench = await startProductBench();
    const station = bench.askedBy({ token: bench.virtual.token });
    await station.devices.claimFor(PRODUCT, D1, 'lead@example.com', bench.options);
    expect((await bench.cloud.device(PRODUCT, D1, bench.options))?.owner).toBe('lead@example.com');
  });

  test('is given over only when the owner agrees', async () => {
    await using bench = await startProductBench();
    const transfer = await bench.product.devices.requestTransfer(D5, bench.options);
    expect(bench.virtual.state.transfers.get(transfer)).toMatchObject({ deviceId: D5, to: OP.username });
  });
});

describe('a device leaves', () => {
  test('its owner, and its SIM stays active', async () => {
    await using bench = await startProductBench({ clockSpeed: 0 });
    const order = { identifiers: [D1], claimUser: OP.username };
    await bench.cloud.addDevices(PRODUCT, order, bench.options);
    bench.virtual.state.clock.advance(3_000);
    await bench.product.devices.unclaim(PRODUCT, D1, bench.options);
    await bench.product.devices.unclaim(PRODUCT, D1, bench.options);
    expect((await bench.cloud.device(PRODUCT, D1, bench.options))?.owner).toBeUndefined();
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toMatchObject({ state: 'active', activations: 1 });
  });

  test('the product only when nobody owns it, once and for all', async () => {
    await using bench = await startProductBench();
    const { devices } = bench.product;
    await devices.claim(PRODUCT, D2, bench.options);
    const refused = await errorOf(devices.remove(PRODUCT, D2, bench.options));
    expect([refused.code, refused.message]).toEqual(['cloud/still-claimed', expect.stringContaining(OP.username)]);
    expect(bench.requests().some((request) => request.startsWith('DELETE'))).toBe(false);
    await devices.unclaim(PRODUCT, D2, bench.options);
    await devices.remove(PRODUCT, D2, bench.options);
    await devices.remove(PRODUCT, D2, bench.options);
    expect(await bench.cloud.device(PRODUCT, D2, bench.options)).toBeUndefined();
  });

  test('without a request to its SIM', async () => {
    await using bench = await startProductBench({ clockSpeed: 0 });
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    bench.virtual.state.clock.advance(3_000);
    await bench.product.devices.remove(PRODUCT, D1, bench.options);
    expect(bench.requests().filter((request) => request.includes('/sims'))).toEqual([]);
    expect(await bench.product.sims.detail(PRODUCT, I1, bench.options)).toMatchObject({
      state: 'active',
      deactivations: 0,
    });
  });

  test('and is not said to have left when the cloud only said so', async () => {
    await using bench = await startProductBench({ faults: [{ name: 'no-readback', endpoint: 'remove-device' }] });
    expect((await errorOf(bench.product.devices.remove(PRODUCT, D2, bench.options))).code).toBe('cloud/refused');
  });

  test('even when the answer was lost', async () => {
    await using bench = await startProductBench({
      faults: [{ name: 'reset-after-effect', endpoint: 'remove-device', count: 1 }],
    });
    await bench.product.devices.remove(PRODUCT, D2, bench.options);
    expect(await bench.cloud.device(PRODUCT, D2, bench.options)).toBeUndefined();
  });
});
